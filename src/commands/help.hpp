// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <vector>

#include "commands/command.hpp"
#include "help/page.hpp"

namespace virga::commands {

/// Prints the page about the words in front of "help": none for the program, a service, a service
/// and an operation, or a native command. Errors: usage if there is none; models; io.
[[nodiscard]] Status help(const std::vector<std::string>& words, Context& context);

/// The commands of registry.cpp with their texts.
[[nodiscard]] std::vector<help::NativeCommand> native_commands();

}  // namespace virga::commands
