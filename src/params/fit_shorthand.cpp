// SPDX-License-Identifier: Apache-2.0
#include <utility>

#include "base/strings.hpp"
#include "params/python_numbers.hpp"
#include "params/shorthand.hpp"

namespace virga::params {
namespace {

using model::Shape;
using model::ShapeFlag;
using model::ShapeKind;

bool is_document(const Shape& shape) {
  return shape.is_structure() && shape.has(ShapeFlag::document);
}

/// Finds a document through the lists and maps that lead to it: the structure above them names its
/// member in the error.
bool holds_document(const Value& value, const Shape& shape) {
  if (is_document(shape)) {
    return true;
  }
  if (const auto* list = value.as_list();
      list != nullptr && shape.kind() == ShapeKind::list && !list->empty()) {
    return holds_document(list->front(), shape.element().shape());
  }
  if (const auto* map = value.as_map();
      map != nullptr && shape.kind() == ShapeKind::map && !map->empty()) {
    return holds_document(map->begin()->second, shape.value().shape());
  }
  return false;
}

Status fit_structure(Value& value, const Shape& shape) {
  auto* map = value.as_map();
  if (map == nullptr) {
    return {};
  }
  for (std::uint32_t i = 0; i < shape.member_count(); ++i) {
    const auto member = shape.member(i);
    Value* found = map->find(member.name());
    if (found == nullptr) {
      continue;
    }
    if (holds_document(*found, member.shape())) {
      return fail(ErrorCode::usage,
                  concat("Shorthand syntax does not support document types. Use JSON input for "
                         "top-level argument to specify "
                         "nested parameter: ",
                         member.name()));
    }
    VIRGA_TRY(fit_shorthand(*found, member.shape()));
  }
  return {};
}

Status fit_list(Value& value, const Shape& shape) {
  auto* list = value.as_list();
  if (list == nullptr) {
    List wrapped;
    wrapped.push_back(std::move(value));
    value = std::move(wrapped);
    return {};
  }
  const Shape element = shape.element().shape();
  for (auto& item : *list) {
    VIRGA_TRY(fit_shorthand(item, element));
  }
  return {};
}

Status fit_map(Value& value, const Shape& shape) {
  if (auto* map = value.as_map()) {
    const Shape member = shape.value().shape();
    for (auto& entry : map->entries()) {
      VIRGA_TRY(fit_shorthand(entry.second, member));
    }
  }
  return {};
}

Status fit_boolean(Value& value) {
  if (value.is_list() || value.is_map()) {
    // What the AWS CLI prints when it takes the value for a text.
    return fail(
        ErrorCode::general,
        concat("'", value.is_list() ? "list" : "dict", "' object has no attribute 'lower'"));
  }
  if (const auto* text = value.as_string()) {
    const bool is_true = equals_ignore_case(*text, "true");
    if (is_true || equals_ignore_case(*text, "false")) {
      value = is_true;
    }
  }
  return {};
}

}  // namespace

Status fit_shorthand(Value& value, const Shape& shape) {
  switch (shape.kind()) {
    case ShapeKind::structure:
      return fit_structure(value, shape);
    case ShapeKind::list:
      return fit_list(value, shape);
    case ShapeKind::map:
      return fit_map(value, shape);
    case ShapeKind::integer:
    case ShapeKind::long_integer: {
      VIRGA_TRY_ASSIGN(value, python_int_of(value));
      return {};
    }
    case ShapeKind::float_number:
    case ShapeKind::double_number: {
      VIRGA_TRY_ASSIGN(value, python_float_of(value));
      return {};
    }
    case ShapeKind::boolean:
      return fit_boolean(value);
    default:
      return {};
  }
}

}  // namespace virga::params
