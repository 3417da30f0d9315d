// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <vector>

namespace virga::cli {

/// The whole program: reads the command line, does what it asks, prints. Returns the exit status.
/// `program` is the name that it was called by.
[[nodiscard]] int run(const std::string& program, const std::vector<std::string>& words);

}  // namespace virga::cli
