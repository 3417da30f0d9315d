// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace virga::commands {

/// The whole program: reads the command line, does what it asks, prints. Returns the exit status.
/// `program` is what the program was called as; a link named "aws" wants the AWS CLI's ways.
[[nodiscard]] int run(std::string_view program, const std::vector<std::string>& words);

}  // namespace virga::commands
