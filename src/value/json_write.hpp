// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <functional>
#include <string>
#include <string_view>

#include "base/result.hpp"
#include "value/timestamp.hpp"
#include "value/value.hpp"

namespace virga {

struct JsonStyle {
  int indent = 0;        ///< spaces per level; 0 keeps all on one line
  bool ascii = false;    ///< \uXXXX for everything beyond ASCII
  bool compact = false;  ///< no blank after ':' and ',' (one-line form only)
  TimestampStyle timestamps = TimestampStyle::wire;
};

/// Appends the value in the form that Python's json.dumps gives: floats by repr, NaN and Infinity
/// as such, blobs as base64 text, empty lists and maps as [] and {}.
void write_json(std::string& out, const Value& value, const JsonStyle& style = {}, int level = 0);

/// The same for values that may be large: between elements `spill` is called, which may take away
/// what `out` holds. Errors: those of spill; the rest is not written then.
[[nodiscard]] Status write_json_in_parts(std::string& out,
                                         const Value& value,
                                         const JsonStyle& style,
                                         int level,
                                         const std::function<Status()>& spill);

[[nodiscard]] std::string to_json(const Value& value, const JsonStyle& style = {});

/// A JSON string literal.
void write_json_string(std::string& out, std::string_view text, bool ascii = false);

/// Python's repr of a float: the shortest digits that read back, "1000.0", "1e-07", "1e+16", "nan",
/// "inf".
[[nodiscard]] std::string python_float(double number);

}  // namespace virga
