// SPDX-License-Identifier: Apache-2.0
#include "query/distribution.hpp"

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
