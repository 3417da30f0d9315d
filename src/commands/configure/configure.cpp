// SPDX-License-Identifier: Apache-2.0
#include "commands/configure/configure.hpp"

#include <algorithm>
#include <optional>
#include <utility>

#include <unistd.h>

#include "base/encoding.hpp"
#include "base/file_lock.hpp"
#include "base/files.hpp"
#include "base/hash.hpp"
#include "base/strings.hpp"
#include "base/terminal.hpp"
#include "cli/usage.hpp"
#include "commands/hand_over.hpp"
#include "params/paramfile.hpp"

namespace virga::commands {
namespace {

using config::Setting;

struct Subcommand {
  std::string_view name;
  Run run;
};

constexpr Subcommand k_subcommands[] = {
    {"add-model", configure_add_model},
    {"export-credentials", configure_export},
    {"get", configure_get},
    {"import", configure_import},
    {"list", configure_list},
    {"list-profiles", configure_list_profiles},
    {"set", configure_set},
};

struct Question {
  const char* key;
  std::string_view text;
  bool secret;  ///< only its end is shown, and it is kept in the credentials file
};

constexpr Question k_questions[] = {
    {"aws_access_key_id", "AWS Access Key ID", true},
    {"aws_secret_access_key", "AWS Secret Access Key", true},
    {"region", "Default region name", false},
    {"output", "Default output format", false},
};

/// The value that the user gives, or none to keep the current one.
Result<std::optional<std::string>> ask(const Question& question,
                                       const std::string* current,
                                       output::Writer& out) {
  const std::string shown = current == nullptr ? "None"
                            : question.secret  ? masked(*current)
                                               : *current;
  VIRGA_TRY(out.write(concat(question.text, " [", shown, "]: ")));
  auto line = read_line(STDIN_FILENO);
  if (!line) {
    return fail(ErrorCode::general, "EOF when reading a line");
  }
  if (line->empty() || (current != nullptr && *line == *current)) {
    return std::nullopt;
  }
  return line;
}

/// "configure" alone: asks for the usual values and writes those that changed.
Status ask_all(Context& context) {
  const std::string name = chosen_profile(context);
  const std::string profile_name = name.empty() ? "default" : name;
  VIRGA_TRY_ASSIGN(const config::Profiles* profiles, context.settings.profiles());
  const auto profile = profiles->find(profile_name).value_or(config::Profile());
  std::vector<config::ConfigEdit> keys;
  std::vector<config::ConfigEdit> others;
  for (const auto& question : k_questions) {
    VIRGA_TRY_ASSIGN(auto value, ask(question, profile.text(question.key), context.out));
    if (value && question.secret) {
      keys.push_back({{"", profile_name}, question.key, "", *std::move(value)});
    } else if (value) {
      others.push_back(
          {config::section_of_profile(profile_name), question.key, "", *std::move(value)});
    }
  }
  if (!keys.empty()) {
    VIRGA_TRY(write_edits(context, context.settings.path_of(Setting::credentials_file), keys));
  }
  return others.empty()
             ? Status()
             : write_edits(context, context.settings.path_of(Setting::config_file), others);
}

std::string lock_path(const Context& context, const std::string& path) {
  const auto base = context.environment.get("XDG_CACHE_HOME").value_or("");
  return concat(base.empty() ? context.environment.home() + "/.cache" : base,
                "/virga/locks/config-",
                hex_encode(sha1(path)),
                ".lock");
}

}  // namespace

Result<ConfigureArguments> read_arguments(const std::vector<std::string>& words,
                                          std::span<const cli::ParserArgument> known,
                                          const Context& context,
                                          std::string_view raw) {
  cli::ArgumentParser parser;
  for (const auto& argument : known) {
    parser.add(argument);
  }
  auto outcome = parser.parse(words);
  if (!outcome) {
    return fail(cli::usage_error(context.globals.compat, outcome.error().message));
  }
  if (!outcome->remaining.empty()) {
    return fail(ErrorCode::validation, concat("Unknown options: ", join(outcome->remaining, ",")));
  }
  ConfigureArguments out;
  for (auto& occurrence : outcome->occurrences) {
    const auto& argument = parser.argument(occurrence.argument);
    std::string value = occurrence.words.empty() ? std::string() : occurrence.words.front();
    if (argument.name != raw) {
      const params::TextOptions options;
      const auto loaded = params::load_paramfile(value, options);
      if (!loaded) {
        return fail(params::parameter_error(concat("--", argument.name), loaded.error().message));
      }
      if (const auto* text = *loaded ? (*loaded)->as_string() : nullptr) {
        value = *text;
      }
    }
    out.insert_or_assign(std::string(argument.name), std::move(value));
  }
  return out;
}

Status write_edits(const Context& context,
                   const std::string& path,
                   const std::vector<config::ConfigEdit>& edits) {
  // Two that write at once would lose one's values. A lock that cannot be had must not keep the
  // user from configuring.
  constexpr auto k_patience = std::chrono::seconds(10);
  const auto lock = FileLock::take(lock_path(context, path), k_patience);
  VIRGA_TRY_ASSIGN(auto text, read_file_if_exists(path));
  std::string bytes = text.value_or("");
  for (const auto& edit : edits) {
    VIRGA_TRY_ASSIGN(bytes, config::edit_config(bytes, edit));
  }
  return text == bytes ? Status() : update_file(path, bytes, 0600);
}

std::string chosen_profile(const Context& context) {
  const std::string name = context.settings.profile_name();
  const bool by_default = name == "default" && !context.globals.profile &&
                          context.environment.get("AWS_PROFILE").value_or("").empty() &&
                          context.environment.get("AWS_DEFAULT_PROFILE").value_or("").empty();
  return by_default ? std::string() : name;
}

std::string masked(std::string_view value) {
  constexpr std::size_t k_shown = 4;
  constexpr std::size_t k_stars = 16;
  return concat(std::string(k_stars, '*'),
                value.substr(value.size() > k_shown ? value.size() - k_shown : 0));
}

Status configure(const std::vector<std::string>& words, Context& context) {
  if (words.empty()) {
    return ask_all(context);
  }
  const auto* const found = std::find_if(
      std::begin(k_subcommands), std::end(k_subcommands), [&](const Subcommand& subcommand) {
        return subcommand.name == words.front();
      });
  if (found != std::end(k_subcommands)) {
    return found->run({words.begin() + 1, words.end()}, context);
  }
  if (words.front() == "sso" || words.front() == "sso-session" || words.front() == "help") {
    return hand_over("configure " + words.front(), context.command_line, context);
  }
  return fail(ErrorCode::validation, concat("Unknown options: ", join(words, ",")));
}

}  // namespace virga::commands
