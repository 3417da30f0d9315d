// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <string_view>

#include "model/catalog.hpp"

// How the value of an option is written: types, and examples of the shorthand syntax and of JSON.
// Thread-safe.
namespace virga::help {

/// "string", "list", "streaming blob", "tagged union structure", ...
[[nodiscard]] std::string_view type_name(const model::Member& member);
[[nodiscard]] std::string_view type_name(model::ShapeKind kind);

[[nodiscard]] bool is_scalar(const model::Shape& shape);

/// An example in the shorthand syntax, or empty where there is none: scalars, lists of scalars,
/// structures that are too deep, and documents.
[[nodiscard]] std::string shorthand_example(const model::Shape& shape);

/// An example in JSON. A structure within itself is "{ ... recursive ... }".
[[nodiscard]] std::string json_example(const model::Shape& shape);

}  // namespace virga::help
