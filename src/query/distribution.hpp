// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>

#include "query/node.hpp"

namespace virga::query {

/// See Expression::distributes_over().
[[nodiscard]] std::string distribution_path(const Node& node);

}  // namespace virga::query
