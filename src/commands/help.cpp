// SPDX-License-Identifier: Apache-2.0
#include "commands/help.hpp"

#include <algorithm>

#include <sys/ioctl.h>
#include <unistd.h>

#include "base/strings.hpp"
#include "base/text_pager.hpp"
#include "cli/service_names.hpp"
#include "commands/help_texts.hpp"
#include "config/config_file.hpp"
#include "help/command_text.hpp"
#include "help/page.hpp"

namespace virga::commands {
namespace {

constexpr std::size_t k_default_width = 80;

/// MANWIDTH, which manual pages obey; the terminal's width; or 80.
std::size_t page_width(const config::Environment& environment) {
  if (const auto wanted = parse_int(environment.get("MANWIDTH").value_or(""));
      wanted && *wanted > 0 && *wanted < 10000) {
    return static_cast<std::size_t>(*wanted);
  }
  winsize size{};
  return ioctl(STDOUT_FILENO, TIOCGWINSZ, &size) == 0 && size.ws_col > 0 ? size.ws_col
                                                                         : k_default_width;
}

/// The program that shows pages at a terminal, as the AWS CLI chooses it; none where an empty
/// variable or --no-cli-pager says so.
std::vector<std::string> pager_words(const Context& context) {
  if (context.globals.no_cli_pager) {
    return {};
  }
  const auto manual = context.environment.get("MANPAGER");
  const auto text = manual ? manual : context.environment.get("PAGER");
  return config::split_words(text.value_or("less -R")).value_or(std::vector<std::string>());
}

/// Pages are UTF-8; less guesses the character set from the locale, which containers lack.
std::vector<std::string> pager_variables(const config::Environment& environment) {
  return environment.get("LESSCHARSET") ? std::vector<std::string>()
                                        : std::vector<std::string>{"LESSCHARSET=utf-8"};
}

std::string native_page(const help::NativeCommand& command, const help::LayoutOptions& options) {
  help::Layout layout(options);
  if (command.markdown.empty()) {
    layout.heading("NAME");
    layout.text(concat("virga ", command.service, " ", command.operation));
  }
  help::set_command_text(command.markdown, layout);
  return layout.finish();
}

tl::unexpected<Error> no_help(const std::vector<std::string>& words) {
  return fail(ErrorCode::usage, concat("There is no help for \"", join(words, " "), "\"."));
}

/// The row for these words; the more exact of two.
const help::NativeCommand* find_native(const std::vector<help::NativeCommand>& commands,
                                       const std::vector<std::string>& words) {
  const help::NativeCommand* best = nullptr;
  for (const auto& command : commands) {
    const bool matches =
        command.service == words[0] &&
        (command.operation.empty() || (words.size() > 1 && command.operation == words[1]));
    if (matches && (best == nullptr || best->operation.empty())) {
      best = &command;
    }
  }
  return best;
}

Result<std::string> page(const std::vector<std::string>& words,
                         const help::LayoutOptions& options,
                         Context& context) {
  const auto commands = native_commands();
  if (!words.empty()) {
    if (const auto* native = find_native(commands, words)) {
      return native_page(*native, options);
    }
  }
  if (const auto text = words.size() == 1 ? help_text(words[0], "") : ""; !text.empty()) {
    return native_page({words[0], "", text}, options);  // of a service that is no model's: s3
  }
  VIRGA_TRY_ASSIGN(const auto* const catalog, context.catalog());
  if (words.empty()) {
    return help::program_page(*catalog, commands, options);
  }
  const auto compat = context.globals.compat;
  const auto service = cli::find_service_command(*catalog, words[0]);
  if (service && words.size() == 1) {
    return help::service_page(*service, words[0], commands, compat, options);
  }
  if (service && words[1] == "wait") {
    if (words.size() == 2) {
      return help::waiters_page(*service, words[0], options);
    }
    const auto waiter = help::find_waiter(*service, words[2]);
    const auto asked = waiter ? service->find_operation(waiter->text("operation")) : std::nullopt;
    if (!asked) {
      return no_help(words);
    }
    const model::Documentation documentation(*service);
    return help::operation_page({*asked, documentation, words[0], words[2], compat, waiter},
                                options);
  }
  const auto operation =
      service ? cli::find_operation_command(*service, words[0], words[1], compat) : std::nullopt;
  if (!operation) {
    return no_help(words);
  }
  const model::Documentation documentation(*service);
  return (help::operation_page({*operation, documentation, words[0], words[1], compat}, options));
}

}  // namespace

std::string_view help_text(std::string_view service, std::string_view operation) {
  const auto find = [](const std::string& name) {
    const auto texts = help_texts();
    const auto found = std::find_if(
        texts.begin(), texts.end(), [&](const HelpText& text) { return text.name == name; });
    return found == texts.end() ? std::string_view() : found->markdown;
  };
  const auto own = find(replace_all(concat(service, "_", operation), "-", "_"));
  return own.empty() ? find(replace_all(service, "-", "_")) : own;
}

std::vector<help::NativeCommand> native_commands() {
  std::vector<help::NativeCommand> commands;
  for (const auto& command : all_commands()) {
    if (!command.service.starts_with("__")) {
      commands.push_back(
          {command.service, command.operation, help_text(command.service, command.operation)});
    }
  }
  return commands;
}

Status help(const std::vector<std::string>& words, Context& context) {
  help::LayoutOptions options{page_width(context.environment), help::Emphasis::none};
  if (isatty(STDOUT_FILENO) == 1) {
    if (const auto pager = pager_words(context); !pager.empty()) {
      options.emphasis = help::Emphasis::overstrike;
      VIRGA_TRY_ASSIGN(const auto text, page(words, options, context));
      if (show_by_pager(pager, pager_variables(context.environment), text)) {
        return {};
      }
    }
    options.emphasis = help::Emphasis::escapes;
  }
  VIRGA_TRY_ASSIGN(const auto text, page(words, options, context));
  return context.out.write(text);
}

}  // namespace virga::commands
