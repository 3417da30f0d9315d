// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <utility>
#include <vector>

#include "base/result.hpp"

namespace virga {

/// Becomes another program: `path` with `arguments` (the first is its name), the process's own
/// environment and `variables` on top of it. Signals mean what they do by default there. Returns
/// only if that failed. Errors: io.
[[nodiscard]] Error become(const std::string& path,
                           const std::vector<std::string>& arguments,
                           const std::vector<std::pair<std::string, std::string>>& variables = {});

/// The text as one word of a POSIX shell: as it is, or in single quotes.
[[nodiscard]] std::string shell_quoted(const std::string& text);

}  // namespace virga
