// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "base/result.hpp"
#include "model/traits.hpp"
#include "value/value.hpp"

// Conversions of single values. Where botocore hands them to Python's int() and float(), these are
// as lenient.
namespace virga::protocol {

/// Python's int(text): blanks around it, a sign, and single '_' between digits are allowed. An
/// integer or a BigInteger, or nothing.
[[nodiscard]] std::optional<Value> python_int(std::string_view text);

/// Python's float(text): as above, and nan, inf and infinity in any case.
[[nodiscard]] std::optional<double> python_float_of(std::string_view text);

/// Python's int(number): cut towards zero, exact for any size. Nothing for NaN and the infinities.
[[nodiscard]] std::optional<Value> truncate_to_integer(double number);

/// A blob as documents carry it: the decoded bytes where `text` is base64 exactly as we would write
/// it, else the text as it came, which is what the AWS CLI prints.
[[nodiscard]] Value blob_of(std::string text);

/// A timestamp of what came in its place: text, or a number in Python's spelling. Other kinds stay
/// as they are.
[[nodiscard]] Value timestamp_of(Value value);

/// What `true` looks like: XML bodies and headers of rest-xml know only "true", rest-json any case.
enum class TextRules { xml, json };

/// A value of the kind from the text of a header or an XML element. Errors: response, in Python's
/// words.
[[nodiscard]] Result<Value> scalar_of(model::ShapeKind kind,
                                      std::string_view text,
                                      TextRules rules);

/// Python's repr of a bytes object: b'...'.
[[nodiscard]] std::string python_bytes_repr(std::string_view bytes);

/// Python's repr of a str, for messages; text beyond ASCII stays as it is.
[[nodiscard]] std::string python_string_repr(std::string_view text);

/// What Python's str() or format() makes of a JSON value: None, True, 5, text as it is; JSON for
/// lists and maps.
[[nodiscard]] std::string python_text(const Value& value);

}  // namespace virga::protocol
