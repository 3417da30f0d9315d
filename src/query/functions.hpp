// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <span>
#include <string_view>

#include "base/result.hpp"
#include "query/item.hpp"

namespace virga::query {

class Evaluator;

/// Errors: general, with the package's text: no such function, a wrong number of arguments or wrong
/// types.
[[nodiscard]] Result<Item> call_function(Evaluator& evaluator,
                                         std::string_view name,
                                         std::span<const Item> arguments);

/// abs, avg, ceil, floor and sum; `argument` has the right type.
[[nodiscard]] Result<Item> absolute(Evaluator& evaluator, std::span<const Item> arguments);
[[nodiscard]] Result<Item> average(Evaluator& evaluator, std::span<const Item> arguments);
[[nodiscard]] Result<Item> ceiling(Evaluator& evaluator, std::span<const Item> arguments);
[[nodiscard]] Result<Item> rounded_down(Evaluator& evaluator, std::span<const Item> arguments);
[[nodiscard]] Result<Item> sum(Evaluator& evaluator, std::span<const Item> arguments);

}  // namespace virga::query
