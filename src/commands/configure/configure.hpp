// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <map>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "cli/argument_parser.hpp"
#include "commands/command.hpp"
#include "config/config_editor.hpp"

// What the files of "virga configure" share.
namespace virga::commands {

/// The words given for each argument, by its name; absent ones have no entry.
using ConfigureArguments = std::map<std::string, std::string, std::less<>>;

/// Reads the words of a subcommand as the AWS CLI reads those of its own commands; values that name
/// a file (file://) are replaced by its text, but for those of the argument `raw`.
/// Errors: usage and validation, in the AWS CLI's words.
[[nodiscard]] Result<ConfigureArguments> read_arguments(const std::vector<std::string>& words,
                                                        std::span<const cli::ParserArgument> known,
                                                        const Context& context,
                                                        std::string_view raw = {});

/// Puts the values into the file, one process at a time, and makes it (0600) if there is none.
[[nodiscard]] Status write_edits(const Context& context,
                                 const std::string& path,
                                 const std::vector<config::ConfigEdit>& edits);

/// The profile that an option or a variable names; empty if none does.
[[nodiscard]] std::string chosen_profile(const Context& context);

/// "****************" and the last four characters.
[[nodiscard]] std::string masked(std::string_view value);

// One function for each subcommand.
[[nodiscard]] Status configure_list(const std::vector<std::string>& words, Context& context);
[[nodiscard]] Status configure_get(const std::vector<std::string>& words, Context& context);
[[nodiscard]] Status configure_set(const std::vector<std::string>& words, Context& context);
[[nodiscard]] Status configure_list_profiles(const std::vector<std::string>& words,
                                             Context& context);
[[nodiscard]] Status configure_import(const std::vector<std::string>& words, Context& context);
[[nodiscard]] Status configure_export(const std::vector<std::string>& words, Context& context);
[[nodiscard]] Status configure_add_model(const std::vector<std::string>& words, Context& context);

}  // namespace virga::commands
