// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <string_view>

#include "base/result.hpp"
#include "value/value.hpp"

namespace virga {

/// A Value as bytes that are small and quick to read, for the cache and for frames between
/// processes; docs/formats/cache-entry.md has the form. Every kind survives as it is.
///
/// Errors: general, for a value nested too deep to be read back.
[[nodiscard]] Status append_binary(std::string& out, const Value& value);

/// Reads what append_binary() wrote. The bytes are not trusted: any bytes give a Value or an error,
/// and memory in proportion to their number.
///
/// Errors: response, if the bytes are no value or there are more of them than one.
[[nodiscard]] Result<Value> read_binary(std::string_view bytes);

}  // namespace virga
