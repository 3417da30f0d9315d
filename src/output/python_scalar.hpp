// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>

#include "value/timestamp.hpp"
#include "value/value.hpp"

namespace virga::output {

/// Appends the value as Python's str() shows it: None, True, 1e+16, text as it is, lists and maps
/// by their repr; blobs as base64 text. Thread-safe.
void append_python_str(std::string& out, const Value& value, TimestampStyle timestamps);

/// The value with every timestamp and blob replaced by what they print as.
[[nodiscard]] Value with_plain_scalars(const Value& value, TimestampStyle timestamps);

[[nodiscard]] inline bool is_scalar(const Value& value) {
  return !value.is_list() && !value.is_map();
}

}  // namespace virga::output
