// SPDX-License-Identifier: Apache-2.0
#include "commands/alias.hpp"

#include <algorithm>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/exec.hpp"
#include "base/files.hpp"
#include "base/strings.hpp"
#include "config/config_file.hpp"

namespace virga::commands {
namespace {

constexpr int k_most_steps = 50;

/// A step of the command's path that an alias replaces.
struct Place {
  std::string section;
  std::size_t word = 0;   ///< index into MainArguments::words
  bool is_first = false;  ///< the command itself, not one of the words
};

std::string alias_path(const config::Environment& environment) {
  return environment.home() + "/.aws/cli/alias";
}

std::string normal(std::string_view section) {
  const auto words = config::split_words(section);
  return words ? join(*words, " ") : std::string(section);
}

const std::string* find_alias(const config::ConfigSections& sections,
                              const std::string& section,
                              const std::string& name) {
  for (const auto& [title, entries] : sections) {
    const bool is_command = title.starts_with("command ");
    if ((is_command ? normal(title) : title) == section) {
      if (const auto* text = entries.text(name)) {
        return text;
      }
    }
  }
  return nullptr;
}

/// The places where an alias may stand: the command, the operation, the waiter.
std::vector<Place> places_of(const cli::MainArguments& main) {
  std::vector<Place> out{{"toplevel", 0, true}};
  std::string section = concat("command ", main.command);
  for (std::size_t i = 0; i < main.words.size() && out.size() < 3; ++i) {
    if (!main.words[i].starts_with('-')) {
      out.push_back({section, i, false});
      append(section, " ", main.words[i]);
    }
  }
  return out;
}

Error invalid_alias(std::string message) {
  return {ErrorCode::general, std::move(message), std::nullopt, NetworkFailure::none};
}

/// The words of an alias, read by the parser of global options; `command` stands in front of those
/// of an alias for something behind it.
Result<cli::MainArguments> read_alias(const std::string& name,
                                      const std::string& value,
                                      const std::string& command,
                                      cli::Compat compat) {
  auto words = config::split_words(value);
  if (!words) {
    return fail(
        invalid_alias(concat("Value of alias \"",
                             name,
                             "\" could not be parsed. Received error: No closing quotation when "
                             "parsing:\n",
                             value)));
  }
  if (!command.empty()) {
    words->insert(words->begin(), command);
  }
  VIRGA_TRY_ASSIGN(auto parsed, cli::parse_main(*words, compat));
  for (const auto& [given, option] : {std::pair(parsed.globals.debug, "debug"),
                                      std::pair(parsed.globals.profile.has_value(), "profile")}) {
    if (given) {
      return fail(invalid_alias(concat("Global parameter \"--",
                                       option,
                                       "\" detected in alias \"",
                                       name,
                                       "\" which is not support in subcommand aliases.")));
    }
  }
  return parsed;
}

/// Runs the line of an external alias with the words behind the alias.
Error run_line(std::string line, const std::vector<std::string>& words, std::size_t from) {
  for (std::size_t i = from; i < words.size(); ++i) {
    append(line, " ", shell_quoted(words[i]));
  }
  return become("/bin/sh", {"/bin/sh", "-c", line});
}

/// Replaces the alias at one place. Whether it may stand for an alias again.
Result<bool> replace(cli::MainArguments& main, const Place& place, const std::string& value) {
  const std::string name = place.is_first ? main.command : main.words[place.word];
  if (value.starts_with('!')) {
    auto words = main.words;
    if (!place.is_first) {
      words.erase(words.begin() + static_cast<std::ptrdiff_t>(place.word));
    }
    // What stands between the command and the alias (wait) does not go to the shell.
    return fail(run_line(value.substr(1), words, place.word));
  }
  VIRGA_TRY_ASSIGN(
      auto parsed,
      read_alias(name, value, place.is_first ? std::string() : main.command, main.globals.compat));
  cli::merge_globals(parsed.globals, main.globals);
  if (place.is_first) {
    main.command = parsed.command;
    main.words.insert(main.words.begin(), parsed.words.begin(), parsed.words.end());
    return main.command != name;
  }
  const auto at = main.words.begin() + static_cast<std::ptrdiff_t>(place.word);
  main.words.insert(main.words.erase(at), parsed.words.begin(), parsed.words.end());
  return !parsed.words.empty() && parsed.words.front() != name;
}

}  // namespace

std::vector<completion::Alias> all_aliases(const config::Environment& environment) {
  std::vector<completion::Alias> out;
  const auto path = alias_path(environment);
  const auto bytes = read_file_if_exists(path);
  const auto sections = bytes && *bytes
                            ? config::parse_config(**bytes, path, config::IndentedBlocks::text)
                            : Result<config::ConfigSections>(config::ConfigSections());
  if (!sections) {
    return out;
  }
  constexpr std::string_view k_command = "command ";
  for (const auto& [title, entries] : *sections) {
    const bool is_command = title.starts_with(k_command);
    if (title == "toplevel" || is_command) {
      for (const auto& [name, value] : entries.entries()) {
        out.push_back({is_command ? normal(title).substr(k_command.size()) : std::string(),
                       name,
                       std::string(trim(value.text))});
      }
    }
  }
  return out;
}

Status expand_aliases(cli::MainArguments& main, const config::Environment& environment) {
  const auto path = alias_path(environment);
  VIRGA_TRY_ASSIGN(const auto bytes, read_file_if_exists(path));
  if (!bytes) {
    return {};
  }
  VIRGA_TRY_ASSIGN(const auto sections,
                   config::parse_config(*bytes, path, config::IndentedBlocks::text));
  // Each place is done once it stands for no alias, or for one of its own name: that is the AWS
  // CLI's command.
  std::size_t done = 0;
  for (int steps = 0; steps < k_most_steps; ++steps) {
    const auto places = places_of(main);
    if (done >= places.size()) {
      return {};
    }
    const auto& place = places[done];
    const auto* value =
        find_alias(sections, place.section, place.is_first ? main.command : main.words[place.word]);
    if (value == nullptr) {
      ++done;
      continue;
    }
    VIRGA_TRY_ASSIGN(const bool again, replace(main, place, std::string(trim(*value))));
    done += again ? 0 : 1;
  }
  return fail(invalid_alias(concat("The aliases of ", path, " stand for each other.")));
}

}  // namespace virga::commands
