// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string_view>

#include "value/value.hpp"

// The few forms of JMESPath that paginators and waiters' tokens are written in.
namespace virga::engine {

/// The value at "Name", "A.B", "A.B[-1].C", or the first true one of "X || Y"; null where there is
/// none. The result points into `value` and lives as long as it is unchanged.
[[nodiscard]] const Value* find_path(const Value& value, std::string_view path);

/// Sets the value at a path of plain names ("A.B"), making the maps on the way.
void set_path(Value& value, std::string_view path, Value replacement);

/// The value at a path of plain names, to be changed; null if absent.
[[nodiscard]] Value* find_path(Value& value, std::string_view path);

/// JMESPath's truth: null, false, and empty text, lists and maps are false.
[[nodiscard]] bool is_truthy(const Value* value);

}  // namespace virga::engine
