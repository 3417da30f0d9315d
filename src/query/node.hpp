// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <algorithm>
#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "value/value.hpp"

namespace virga::query {

/// How deep expressions may nest: far deeper than anybody writes, and within a thread's stack even
/// with the frames that sanitizers make.
inline constexpr int k_max_expression_depth = 100;

enum class NodeKind {
  comparator,  ///< left, right
  current,     ///< the value itself
  expression_reference,
  field,              ///< name
  filter_projection,  ///< base, of each element, condition
  flatten,            ///< base
  function,           ///< name, arguments
  index,
  index_expression,  ///< each applied to the result of the one before
  let,               ///< the values of the variables `keys`, then what sees them
  literal,
  logical_and,
  logical_not,
  logical_or,
  multi_select_list,
  multi_select_map,  ///< members are fields `keys` beside children
  pipe,              ///< left, right
  projection,        ///< base, of each element
  slice,
  subexpression,     ///< each applied to the result of the one before
  value_projection,  ///< base, of each member's value
  variable,          ///< name
};

enum class Comparator { eq, ne, lt, lte, gt, gte };

/// A node of the parsed expression. Once parsing is over nodes neither change nor move.
struct Node {
  NodeKind kind = NodeKind::current;
  Comparator comparator = Comparator::eq;
  int depth = 1;  ///< of the tree below, itself included
  std::int64_t index = 0;
  std::array<std::optional<std::int64_t>, 3> slice;  ///< start, end, step
  std::string name;
  Value literal;
  std::vector<std::string> keys;
  std::vector<Node> children;

  explicit Node(NodeKind node_kind) : kind(node_kind) {}

  template <typename... Children>
  explicit Node(NodeKind node_kind, Children&&... nodes) : kind(node_kind) {
    (add(std::forward<Children>(nodes)), ...);
  }

  void add(Node child) {
    depth = std::max(depth, child.depth + 1);
    children.push_back(std::move(child));
  }
};

}  // namespace virga::query
