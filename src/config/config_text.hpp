// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <string_view>

namespace virga::config {

/// Removes white space (what Python's str.strip() takes for it: that of all of Unicode) from the
/// start of the text, and returns how many code points of it there were.
std::size_t skip_space(std::string_view& text);

/// The text without white space at its end.
[[nodiscard]] std::string_view strip_end(std::string_view text);

/// The text without white space at either end.
[[nodiscard]] std::string_view strip(std::string_view text);

}  // namespace virga::config
