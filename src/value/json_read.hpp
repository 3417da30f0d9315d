// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <string_view>

#include "base/result.hpp"
#include "value/value.hpp"

namespace virga {

/// Reads a JSON text as Python's json module does: NaN, Infinity and -Infinity are numbers,
/// integers have any size, of equal keys the last value counts (at the first one's place), lone
/// surrogates are kept as three bytes. Nesting deeper than 512 is an error.
///
/// Errors: response, with Python's wording, as the AWS CLI prints it: "Expecting value: line 1
/// column 1 (char 0)". Lines, columns and characters count code points.
[[nodiscard]] Result<Value> read_json(std::string_view text);

}  // namespace virga
