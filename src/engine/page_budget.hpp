// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <optional>

#include "model/catalog.hpp"
#include "value/value.hpp"

namespace virga::engine {

/// The page size that buys a call a larger share of the service's budget, where there is one: EC2
/// has a bucket of 100 requests, refilled by 20 a second, for describing calls, but one of 50 and
/// 10 for those that are neither filtered nor paginated. Nothing for a call that has parameters:
/// it counts as filtered, or does not go with a page size.
/// Source: EC2 Developer Guide, "Request throttling for the Amazon EC2 API".
[[nodiscard]] std::optional<Value> earned_page_size(const model::Operation& operation,
                                                    const Map& params);

}  // namespace virga::engine
