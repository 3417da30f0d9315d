// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <optional>
#include <string_view>

#include "base/result.hpp"
#include "value/value.hpp"

// Python's int() and float() of what the command line gave. Thread-safe.
namespace virga::params {

/// The text as Python's int() reads it: white space around, a sign, digits with single underscores
/// between them.
[[nodiscard]] std::optional<Value> read_python_int(std::string_view text);

/// The text as Python's float() reads it: as above with fraction and exponent, or inf, infinity,
/// nan.
[[nodiscard]] std::optional<double> read_python_float(std::string_view text);

/// int(value) for strings, blobs and integers. Errors: general, with the text of Python's
/// exception.
[[nodiscard]] Result<Value> python_int_of(const Value& value);

/// float(value) for strings, blobs and integers. Errors: general, with the text of Python's
/// exception.
[[nodiscard]] Result<Value> python_float_of(const Value& value);

}  // namespace virga::params
