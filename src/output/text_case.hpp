// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <string>
#include <string_view>

// Python's view of characters, as the AWS CLI's text and table formats use it. Thread-safe.
namespace virga::output {

/// Columns that the text takes in a table: two for a wide, full-width or ambiguous character, else
/// one, combining characters included.
[[nodiscard]] std::size_t text_columns(std::string_view text);

/// Python's str.upper().
void append_upper(std::string& out, std::string_view text);

}  // namespace virga::output
