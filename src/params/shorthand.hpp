// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "base/result.hpp"
#include "model/catalog.hpp"
#include "value/value.hpp"

namespace virga::params {

/// Brings what shorthand gave (strings, lists and maps) to the types of the shape, as far as the
/// AWS CLI does: numbers and booleans by kind, a single value where a list belongs becomes a list
/// of one (and is then left as it is). What does not fit stays, for validate to name. Thread-safe.
/// Errors: usage where a document type is met; general with Python's text where a number is none.
/// Source: awscli: shorthand.py, BackCompatVisitor.
[[nodiscard]] Status fit_shorthand(Value& value, const model::Shape& shape);

}  // namespace virga::params
