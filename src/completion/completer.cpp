// SPDX-License-Identifier: Apache-2.0
#include "completion/completer.hpp"

#include <algorithm>
#include <array>
#include <optional>
#include <utility>

#include "base/strings.hpp"
#include "cli/argument_table.hpp"
#include "cli/global_options.hpp"
#include "cli/service_names.hpp"
#include "completion/scan.hpp"
#include "completion/values.hpp"
#include "config/config_file.hpp"
#include "help/command_text.hpp"
#include "help/html_text.hpp"
#include "help/sections.hpp"
#include "model/documentation.hpp"
#include "model/names.hpp"

namespace virga::completion {
namespace {

using cli::Argument;
using cli::Arity;
using Words = std::vector<std::string>;

/// Commands behind which a whole command line stands; "aws" is one that changes nothing.
constexpr std::array<std::string_view, 2> k_in_front = {"aws", "explain"};

/// One completion under way.
class Completion {
 public:
  Completion(const Parts& parts, std::string_view current) : parts_(parts), current_(current) {}

  Answer run(Words words);

 private:
  void expand_aliases(Words& words) const;
  bool expand_alias(Words& words, const std::vector<std::size_t>& places) const;
  void find_operation();
  [[nodiscard]] std::optional<Arity> arity_of(std::string_view name) const;
  [[nodiscard]] std::vector<help::CommandForm> forms() const;

  void add_words();
  void add_commands();
  void add_operations();
  void add_waiters();
  void add_aliases();
  void add_native_words();
  void add_values(std::string_view name);
  void add_options();
  void add_operation_options(bool needed_only);
  void add_native_options();
  void add_global_options();

  void add(std::string_view text, std::string description = {}) {
    answer_.candidates.push_back({std::string(text), std::move(description)});
  }

  [[nodiscard]] std::string text_of(std::string_view html) const {
    return parts_.describes ? description_line(help::first_sentence(html)) : std::string();
  }

  const Parts& parts_;
  std::string_view current_;
  Scan scan_;
  Answer answer_;
  // What the words name, as far as they do.
  std::optional<model::Service> service_;
  std::optional<model::Operation> operation_;
  std::optional<cli::OperationArguments> arguments_;
  bool is_native_ = false;  ///< a command with a text of its own
  bool is_over_ = false;    ///< "help": nothing may follow
};

void Completion::expand_aliases(Words& words) const {
  constexpr int k_most_steps = 10;
  const auto global = [](std::string_view name) { return global_arity(name); };
  for (int step = 0; step < k_most_steps; ++step) {
    // Where the first words without dashes stand.
    std::vector<std::size_t> places;
    for (std::size_t i = 0; i < words.size(); ++i) {
      const auto until =
          scan_words({words.begin(), words.begin() + static_cast<std::ptrdiff_t>(i) + 1}, global);
      if (until.positionals.size() > places.size()) {
        places.push_back(i);
      }
    }
    if (!expand_alias(words, places)) {
      return;
    }
  }
}

bool Completion::expand_alias(Words& words, const std::vector<std::size_t>& places) const {
  std::string section;
  for (std::size_t k = 0; k < places.size() && k < 3; ++k) {
    const auto& word = words[places[k]];
    for (const auto& alias : parts_.aliases) {
      if (alias.section != section || alias.name != word || alias.value.starts_with("!")) {
        continue;
      }
      const auto value = config::split_words(alias.value);
      if (value && (value->empty() || value->front() != word)) {
        const auto at = words.begin() + static_cast<std::ptrdiff_t>(places[k]);
        words.insert(words.erase(at), value->begin(), value->end());
        return true;
      }
    }
    append(section, section.empty() ? "" : " ", word);
  }
  return false;
}

/// Finds what the words name, then sorts them anew by its options.
void Completion::find_operation() {
  const auto& words = scan_.positionals;
  is_over_ = !words.empty() && words.back() == "help" && words.size() <= 3;
  if (words.empty() || is_over_) {
    return;
  }
  for (const auto& command : parts_.commands) {
    is_native_ =
        is_native_ ||
        (command.service == words[0] &&
         (command.operation.empty() || (words.size() > 1 && command.operation == words[1])));
  }
  if (is_native_ || parts_.catalog == nullptr) {
    return;
  }
  service_ = cli::find_service_command(*parts_.catalog, words[0]);
  if (!service_ || words.size() < 2) {
    return;
  }
  if (words[1] != "wait") {
    operation_ = cli::find_operation_command(*service_, words[0], words[1], parts_.compat);
    if (operation_) {
      arguments_ = cli::build_arguments(*operation_, words[0], words[1], parts_.compat);
    }
    return;
  }
  const auto waiter = words.size() > 2 ? help::find_waiter(*service_, words[2]) : std::nullopt;
  operation_ = waiter ? service_->find_operation(waiter->text("operation")) : std::nullopt;
  if (operation_) {
    arguments_ = cli::build_arguments(*operation_, "wait", words[2], parts_.compat);
    cli::add_wait_options(arguments_->table);
  }
}

std::vector<help::CommandForm> Completion::forms() const {
  std::vector<help::CommandForm> out;
  const auto& typed = scan_.positionals;
  for (const auto& command : parts_.commands) {
    if (!is_native_ || command.service != typed[0] ||
        !(command.operation.empty() || (typed.size() > 1 && command.operation == typed[1]))) {
      continue;
    }
    for (auto& form : help::command_forms(command.markdown)) {
      const auto count = std::min(typed.size(), form.words.size());
      const bool fits = std::equal(typed.begin(),
                                   typed.begin() + static_cast<std::ptrdiff_t>(count),
                                   form.words.begin()) &&
                        (typed.size() <= form.words.size() || form.takes_words);
      if (fits) {
        out.push_back(std::move(form));
      }
    }
  }
  return out;
}

std::optional<Arity> Completion::arity_of(std::string_view name) const {
  if (arguments_) {
    if (const auto* argument = arguments_->table.find(name)) {
      return argument->arity;
    }
  }
  if (is_native_) {
    for (const auto& form : forms()) {
      for (const auto& option : form.options) {
        if (option.name.substr(2) == name) {
          return option.takes_value ? Arity::one : Arity::flag;
        }
      }
    }
  }
  return global_arity(name);
}

void Completion::add_aliases() {
  const std::string section = join(scan_.positionals, " ");
  for (const auto& alias : parts_.aliases) {
    if (alias.section == section) {
      // A line for the shell may be anything, passwords included.
      add(alias.name,
          alias.value.starts_with("!") ? "alias: a line for the shell"
                                       : description_line(concat("alias: ", alias.value)));
    }
  }
}

void Completion::add_commands() {
  for (const auto& command : parts_.commands) {
    const bool of_service =
        parts_.catalog != nullptr && cli::find_service_command(*parts_.catalog, command.service);
    if (!of_service) {
      add(command.service,
          command.operation.empty() ? description_line(help::command_summary(command.markdown))
                                    : std::string());
    }
  }
  if (parts_.catalog != nullptr) {
    for (std::uint32_t i = 0; i < parts_.catalog->service_count(); ++i) {
      const auto service = parts_.catalog->service(i);
      const auto name = cli::service_command(service.name());
      if (!cli::is_hidden_service(name)) {
        add(name,
            parts_.describes && std::string_view(name).starts_with(current_)
                ? description_line(service.metadata("serviceFullName"))
                : std::string());
      }
    }
  }
  if (parts_.options == nullptr) {
    add("help", "manual pages");
  }
}

void Completion::add_operations() {
  const auto& command = scan_.positionals[0];
  for (const auto& native : parts_.commands) {
    if (native.service == command && !native.operation.empty()) {
      add(native.operation, description_line(help::command_summary(native.markdown)));
    }
  }
  if (service_) {
    std::optional<model::Documentation> documentation;
    if (parts_.describes) {
      documentation.emplace(*service_, model::Documentation::Depth::operations);
    }
    for (const auto& name : cli::operation_commands(*service_, command, parts_.compat)) {
      if (cli::is_hidden_operation(command, name) ||
          (name == "wait" && parts_.options != nullptr)) {
        continue;
      }
      // Only those that fit are worth a description.
      const auto operation =
          documentation && std::string_view(name).starts_with(current_)
              ? cli::find_operation_command(*service_, command, name, parts_.compat)
              : std::nullopt;
      add(name, operation ? text_of(documentation->of(*operation)) : std::string());
    }
  }
  if (!answer_.candidates.empty() && parts_.options == nullptr) {
    add("help", "manual page");
  }
}

void Completion::add_waiters() {
  const auto waiters = service_->waiters();
  for (std::uint32_t i = 0; i < waiters.size(); ++i) {
    add(model::operation_cli_name(waiters.key_at(i)));
  }
  add("help", "manual page");
}

void Completion::add_native_words() {
  const auto& typed = scan_.positionals;
  for (const auto& form : forms()) {
    if (form.words.size() > typed.size()) {
      add(form.words[typed.size()]);
    }
    answer_.files = answer_.files || form.takes_files;
  }
  // "virga cache policy SERVICE OPERATION"
  if (typed.size() >= 2 && typed[0] == "cache" && typed[1] == "policy" && typed.size() < 4 &&
      parts_.catalog != nullptr) {
    answer_.files = false;
    Completion inner(parts_, current_);
    auto words = Words(typed.begin() + 2, typed.end());
    auto found = inner.run(std::move(words));
    answer_.candidates = std::move(found.candidates);
  }
}

void Completion::add_native_options() {
  for (const auto& form : forms()) {
    for (const auto& option : form.options) {
      if (!scan_.given.contains(option.name.substr(2))) {
        add(option.name, description_line(option.meaning));
      }
    }
  }
}

void Completion::add_operation_options(bool needed_only) {
  const auto is_needed = [](const Argument& argument) {
    return argument.required || argument.shown_required;
  };
  const auto& all = arguments_->table.arguments();
  const auto is_given = [&](const Argument& argument) {
    return std::any_of(all.begin(), all.end(), [&](const Argument& other) {
      return scan_.given.contains(other.name) && other.dest == argument.dest;
    });
  };
  const bool replaced =
      scan_.given.contains("cli-input-json") || scan_.given.contains("cli-input-yaml");
  const bool any_needed = needed_only && !replaced &&
                          std::any_of(all.begin(), all.end(), [&](const Argument& argument) {
                            return is_needed(argument) && !argument.hidden && !is_given(argument);
                          });
  std::optional<model::Documentation> documentation;
  if (parts_.describes) {
    documentation.emplace(*service_);
  }
  for (const auto& argument : all) {
    if (argument.hidden || is_given(argument) || (any_needed && !is_needed(argument))) {
      continue;
    }
    if (argument.positional) {
      answer_.files = true;
      continue;
    }
    const auto name = argument.display_name();
    if (!std::string_view(name).starts_with(current_)) {
      add(name);
      continue;
    }
    std::string text(
        help::argument_text(scan_.positionals[0], scan_.positionals[1], argument.name));
    text = text.empty() && documentation && argument.member
               ? text_of(documentation->of(*argument.member))
               : description_line(replace_all(text, "`", ""));
    add(name, concat(is_needed(argument) ? "[required] " : "", text));
  }
}

void Completion::add_global_options() {
  using Since = cli::GlobalOption::Since;
  if (parts_.options != nullptr) {
    for (const auto& option : *parts_.options) {
      if (!scan_.given.contains(option.text.substr(2))) {
        add(option.text, option.description);
      }
    }
    return;
  }
  for (const auto& option : cli::global_option_rows()) {
    const bool known = !(parts_.compat == cli::Compat::v1 && option.since == Since::v2);
    if (option.name != "command" && option.name != "v2-debug" && known &&
        !scan_.given.contains(option.name)) {
      add(concat("--", option.name),
          description_line(replace_all(help::global_option_text(option.name), "`", "")));
    }
  }
  if (scan_.positionals.empty()) {
    add("--mock", "Makes answers up instead of calling the service.");
  }
  add("--help", "Shows the manual page.");
}

void Completion::add_options() {
  if (arguments_) {
    add_operation_options(false);
  }
  if (is_native_) {
    add_native_options();
  }
  add_global_options();
}

void Completion::add_values(std::string_view name) {
  const auto* argument = arguments_ ? arguments_->table.find(name) : nullptr;
  if (argument != nullptr) {
    add_argument_values(
        parts_, *operation_, *arguments_, *argument, scan_.given, current_, answer_);
  } else if (global_arity(name)) {
    add_global_values(parts_, name, answer_);
  } else {
    for (const auto& form : forms()) {
      for (const auto& option : form.options) {
        answer_.files = answer_.files || (option.takes_file && option.name.substr(2) == name);
      }
    }
  }
}

void Completion::add_words() {
  const auto& words = scan_.positionals;
  if (words.empty()) {
    add_commands();
  } else if (is_native_) {
    add_native_words();
  } else if (words.size() == 1) {
    add_operations();
  } else if (service_ && words[1] == "wait" && words.size() == 2) {
    add_waiters();
  } else if (arguments_) {
    const bool has_outfile =
        std::any_of(arguments_->table.arguments().begin(),
                    arguments_->table.arguments().end(),
                    [](const Argument& argument) { return argument.positional; });
    if (current_.empty()) {
      add_operation_options(true);
    }
    answer_.files = has_outfile;
  }
  add_aliases();
}

Answer Completion::run(Words words) {
  expand_aliases(words);
  scan_ = scan_words(words, [](std::string_view name) { return global_arity(name); });
  if (!scan_.positionals.empty() &&
      std::find(k_in_front.begin(), k_in_front.end(), scan_.positionals[0]) != k_in_front.end()) {
    words.erase(std::find(words.begin(), words.end(), scan_.positionals[0]));
    Completion inner(parts_, current_);
    return inner.run(std::move(words));
  }
  // The options of the operation show which words are values; without them some look like words
  // that follow the operation, never like ones in front of it.
  find_operation();
  scan_ = scan_words(words, [this](std::string_view name) { return arity_of(name); });
  if (is_over_) {
    return {};
  }
  const auto equals = current_.find('=');
  if (current_.starts_with("--") && equals != std::string_view::npos) {
    const auto name = current_.substr(2, equals - 2);
    const auto head = std::string(current_.substr(0, equals + 1));
    current_.remove_prefix(equals + 1);
    add_values(name);
    for (auto& candidate : answer_.candidates) {
      candidate.text.insert(0, head);
    }
    return std::move(answer_);
  }
  if (!scan_.open.empty() && (scan_.must_be_value || !current_.starts_with("-"))) {
    add_values(scan_.open);
  } else if (current_.starts_with("-")) {
    add_options();
  } else {
    add_words();
  }
  return std::move(answer_);
}

}  // namespace

Answer complete(const Parts& parts, std::vector<std::string> words, std::string_view current) {
  return Completion(parts, current).run(std::move(words));
}

}  // namespace virga::completion
