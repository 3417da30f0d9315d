// SPDX-License-Identifier: Apache-2.0
#include "query/distribution.hpp"

#include <cstdint>

#include "base/strings.hpp"

namespace virga::query {
namespace {

/// "A.B" for a path of plain names, else empty.
std::string field_path(const Node& node) {
  if (node.kind == NodeKind::field) {
    return node.name.find('.') == std::string::npos ? node.name : std::string();
  }
  if (node.kind != NodeKind::subexpression) {
    return {};
  }
  std::string path;
  for (const auto& child : node.children) {
    const std::string name = field_path(child);
    if (name.empty()) {
      return {};
    }
    append(path, path.empty() ? "" : ".", name);
  }
  return path;
}

}  // namespace

namespace {

/// How many elements of a list the index or slice looks at; 0 if that depends on its length.
std::int64_t count_needed(const Node& node) {
  if (node.kind == NodeKind::index) {
    return node.index >= 0 && node.index < INT64_MAX ? node.index + 1 : 0;
  }
  const auto& [start, end, step] = node.slice;
  const bool from_front = start.value_or(0) >= 0 && end.value_or(0) > 0 && step.value_or(1) > 0;
  return node.kind == NodeKind::slice && from_front ? *end : 0;
}

/// `before` is what gives the current value; null at the root.
NodeHead find_head(const Node& node, const Node* before) {
  switch (node.kind) {
    case NodeKind::index_expression: {
      const Node& base = node.children[0];
      const Node* list = base.kind == NodeKind::current ? before : &base;
      const std::int64_t count = count_needed(node.children[1]);
      if (list != nullptr && count > 0 && !distribution_path(*list).empty()) {
        return {list, count};
      }
      return base.kind == NodeKind::current ? NodeHead() : find_head(base, before);
    }
    case NodeKind::pipe: {
      const NodeHead left = find_head(node.children[0], before);
      return left.list != nullptr || before != nullptr
                 ? left
                 : find_head(node.children[1], &node.children[0]);
    }
    case NodeKind::flatten:
    case NodeKind::projection:
    case NodeKind::filter_projection:
    case NodeKind::value_projection:
    case NodeKind::subexpression:
      // What comes after the first child sees nothing but its result.
      return find_head(node.children[0], before);
    default:
      return {};
  }
}

}  // namespace

NodeHead find_head(const Node& node) { return find_head(node, nullptr); }

std::string distribution_path(const Node& node) {
  switch (node.kind) {
    case NodeKind::field:
    case NodeKind::subexpression:
      return field_path(node);
    case NodeKind::flatten:
    case NodeKind::projection:
    case NodeKind::filter_projection:
      // What a projection does with an element does not look beyond the element.
      return distribution_path(node.children.front());
    default:
      return {};
  }
}

}  // namespace virga::query
