// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <vector>

namespace virga::commands {

/// The whole program: reads the command line, does what it asks, prints. Returns the exit status.
[[nodiscard]] int run(const std::vector<std::string>& words);

}  // namespace virga::commands
