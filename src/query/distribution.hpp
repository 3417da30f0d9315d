// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <string>

#include "query/node.hpp"

namespace virga::query {

/// See Expression::distributes_over().
[[nodiscard]] std::string distribution_path(const Node& node);

/// See Expression::head().
struct NodeHead {
  const Node* list = nullptr;  ///< distributes; null: the expression needs all
  std::int64_t count = 0;
};

[[nodiscard]] NodeHead find_head(const Node& node);

}  // namespace virga::query
