// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <span>
#include <string>

#include "commands/command.hpp"

namespace virga::commands {

/// Lets an installed AWS CLI do what virga does not: becomes the first `aws` on PATH that is not
/// virga itself, with the same command line. `what` names the command to the user. Returns only if
/// there is none.
///
/// Errors: usage.
[[nodiscard]] Status hand_over(const std::string& what,
                               std::span<const std::string> command_line,
                               Context& context);

}  // namespace virga::commands
