// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "query/item.hpp"

// What Python's exceptions show of values.
namespace virga::query {

/// str(): strings as they are, else repr.
[[nodiscard]] std::string python_str(Item item);

/// The name of the item's class: "int", "NoneType", "_Expression".
[[nodiscard]] std::string_view python_class(Item item);

/// int(text), else float(text), else nothing.
[[nodiscard]] std::optional<Value> python_number(std::string_view text);

}  // namespace virga::query
