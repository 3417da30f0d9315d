// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "base/result.hpp"

namespace virga {

/// Shows a text by a program that reads it on standard input ("less -R"), and waits for its end.
/// Ctrl-C is the program's business meanwhile; what it does not read is dropped. `words[0]` is
/// looked up in PATH; `variables` ("NAME=value") are added to its environment.
/// Errors: io, if it cannot be started. Not thread-safe: it changes how the process takes SIGINT.
[[nodiscard]] Status show_by_pager(const std::vector<std::string>& words,
                                   const std::vector<std::string>& variables,
                                   std::string_view text);

}  // namespace virga
