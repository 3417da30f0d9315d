// SPDX-License-Identifier: Apache-2.0
#include "cli/item_shape.hpp"

#include <optional>
#include <string_view>
#include <utility>

#include "base/strings.hpp"

namespace virga::cli {
namespace {

using model::Shape;
using model::ShapeKind;

std::optional<Shape> shape_at(Shape shape, std::string_view path) {
  for (const auto name : split(path, '.')) {
    const auto member = shape.is_structure() ? shape.find_member(name) : std::nullopt;
    if (!member) {
      return std::nullopt;
    }
    shape = member->shape();
  }
  return shape;
}

bool is_list_at(const Shape& output, std::string_view path) {
  const auto shape = shape_at(output, path);
  return shape && shape->kind() == ShapeKind::list;
}

/// Empty if there is no list, or more than one.
std::string only_list(const Shape& output) {
  std::string found;
  for (std::uint32_t i = 0; output.is_structure() && i < output.member_count(); ++i) {
    const auto member = output.member(i);
    if (member.shape().kind() != ShapeKind::list) {
      continue;
    }
    if (!found.empty()) {
      return {};
    }
    found = member.name();
  }
  return found;
}

std::string path_of_items(const model::Operation& operation, const Shape& output) {
  const auto paginator = operation.paginator();
  if (paginator.is_null()) {
    return only_list(output);
  }
  const auto keys = paginator.find("result_key");
  if (keys.is_string()) {
    return is_list_at(output, keys.text()) ? std::string(keys.text()) : std::string();
  }
  for (std::uint32_t i = 0; i < keys.size(); ++i) {
    if (is_list_at(output, keys.at(i).text())) {
      return std::string(keys.at(i).text());
    }
  }
  return {};
}

}  // namespace

ItemShape item_shape(const model::Operation& operation) {
  const auto output = operation.output();
  if (!output) {
    return {};
  }
  ItemShape out;
  out.path = path_of_items(operation, *output);
  const auto list = out.path.empty() ? std::nullopt : shape_at(*output, out.path);
  const auto item = list ? std::optional(list->element().shape()) : std::nullopt;
  for (std::uint32_t i = 0; item && item->is_structure() && i < item->member_count(); ++i) {
    out.columns.emplace_back(item->member(i).name());
  }
  return out;
}

}  // namespace virga::cli
