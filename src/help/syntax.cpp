// SPDX-License-Identifier: Apache-2.0
#include "help/syntax.hpp"

#include <algorithm>
#include <optional>
#include <vector>

#include "base/strings.hpp"

namespace virga::help {
namespace {

using model::Shape;
using model::ShapeFlag;
using model::ShapeKind;

/// The shapes that an example is inside of, outermost first.
using Stack = std::vector<Shape>;

bool holds(const Stack& stack, const Shape& shape) {
  return std::find(stack.begin(), stack.end(), shape) != stack.end();
}

/// A document, or lists and maps of them: shorthand has no way to write it.
bool is_document_container(const Shape& shape, int depth = 0) {
  constexpr int k_most = 32;
  if (depth > k_most) {
    return true;
  }
  switch (shape.kind()) {
    case ShapeKind::list:
      return is_document_container(shape.element().shape(), depth + 1);
    case ShapeKind::map:
      return is_document_container(shape.value().shape(), depth + 1);
    default:
      return shape.has(ShapeFlag::document);
  }
}

// Shorthand deeper than this helps nobody; the AWS CLI's limit.
constexpr std::size_t k_most_nested = 3;

std::optional<std::string> shorthand(const Shape& shape, Stack& stack);

std::optional<std::string> structure_shorthand(const Shape& shape, Stack& stack) {
  std::vector<std::string> parts;
  for (std::uint32_t i = 0; i < shape.member_count(); ++i) {
    const auto member = shape.member(i);
    if (is_document_container(member.shape())) {
      continue;
    }
    if (holds(stack, member.shape())) {
      parts.push_back(concat(member.name(), "=( ... recursive ... )"));
      continue;
    }
    stack.push_back(member.shape());
    const auto value = shorthand(member.shape(), stack);
    stack.pop_back();
    if (!value) {
      return std::nullopt;
    }
    parts.push_back(concat(member.name(), "=", *value));
  }
  auto inner = join(parts, ",");
  return stack.empty() ? inner : concat("{", inner, "}");
}

std::optional<std::string> list_shorthand(const Shape& shape, Stack& stack) {
  const auto element = shape.element().shape();
  if (holds(stack, element)) {
    return "[( ... recursive ... )]";
  }
  stack.push_back(element);
  const auto value = shorthand(element, stack);
  stack.pop_back();
  if (!value) {
    return std::nullopt;
  }
  const bool brackets = !is_scalar(element) || stack.size() > 1;
  return concat(brackets ? "[" : "", *value, ",", *value, brackets ? "]" : "");
}

std::optional<std::string> map_shorthand(const Shape& shape, Stack& stack) {
  const auto value = shorthand(shape.value().shape(), stack);
  if (!value) {
    return std::nullopt;
  }
  auto pairs = concat("KeyName1=", *value, ",KeyName2=", *value);
  if (!stack.empty()) {
    return concat("{", pairs, "}");
  }
  const auto keys = shape.key().shape().enum_values();
  for (std::uint32_t i = 0; i < keys.size(); ++i) {
    append(pairs, i == 0 ? "\n\nWhere valid key names are:\n  " : "\n  ", keys.at(i).text());
  }
  return pairs;
}

std::optional<std::string> shorthand(const Shape& shape, Stack& stack) {
  if (stack.size() > k_most_nested) {
    return std::nullopt;
  }
  switch (shape.kind()) {
    case ShapeKind::structure:
      return structure_shorthand(shape, stack);
    case ShapeKind::list:
      return list_shorthand(shape, stack);
    case ShapeKind::map:
      return map_shorthand(shape, stack);
    default:
      return std::string(type_name(shape.kind()));
  }
}

/// Writes JSON with a line for each member.
class JsonExample {
 public:
  void add(const Shape& shape) {
    if (is_scalar(shape)) {
      add_scalar(shape);
      return;
    }
    if (holds(stack_, shape)) {
      out_ += shape.kind() == ShapeKind::list ? "[ ... recursive ... ]" : "{ ... recursive ... }";
      return;
    }
    stack_.push_back(shape);
    if (shape.has(ShapeFlag::document)) {
      out_ += "{...}";
    } else if (shape.is_structure()) {
      add_structure(shape);
    } else if (shape.kind() == ShapeKind::list) {
      add_list(shape);
    } else {
      add_map(shape);
    }
    stack_.pop_back();
  }

  [[nodiscard]] std::string take() { return std::move(out_); }

 private:
  void add_scalar(const Shape& shape) {
    const auto values = shape.enum_values();
    if (shape.kind() == ShapeKind::boolean) {
      out_ += "true|false";
    } else if (shape.kind() != ShapeKind::string) {
      out_ += type_name(shape.kind());
    } else if (values.size() == 0) {
      out_ += "\"string\"";
    }
    for (std::uint32_t i = 0; shape.kind() == ShapeKind::string && i < values.size(); ++i) {
      append(out_, i == 0 ? "" : "|", "\"", values.at(i).text(), "\"");
    }
  }

  void new_line() {
    out_ += '\n';
    out_.append(2 * depth_, ' ');
  }

  void add_structure(const Shape& shape) {
    if (shape.member_count() == 0) {
      out_ += "{}";
      return;
    }
    out_ += '{';
    ++depth_;
    for (std::uint32_t i = 0; i < shape.member_count(); ++i) {
      out_ += i == 0 ? "" : ",";
      new_line();
      append(out_, "\"", shape.member(i).name(), "\": ");
      add(shape.member(i).shape());
    }
    --depth_;
    new_line();
    out_ += '}';
  }

  void add_list(const Shape& shape) {
    const auto element = shape.element().shape();
    out_ += '[';
    if (is_scalar(element)) {
      add_scalar(element);
      out_ += ", ...]";
      return;
    }
    ++depth_;
    new_line();
    add(element);
    new_line();
    out_ += "...";
    --depth_;
    new_line();
    out_ += ']';
  }

  void add_map(const Shape& shape) {
    out_ += '{';
    ++depth_;
    add_scalar(shape.key().shape());
    out_ += ": ";
    add(shape.value().shape());
    new_line();
    out_ += "...}";
    --depth_;
  }

  std::string out_;
  Stack stack_;
  std::size_t depth_ = 0;
};

}  // namespace

std::string_view type_name(ShapeKind kind) {
  switch (kind) {
    case ShapeKind::structure:
      return "structure";
    case ShapeKind::list:
      return "list";
    case ShapeKind::map:
      return "map";
    case ShapeKind::string:
      return "string";
    case ShapeKind::blob:
      return "blob";
    case ShapeKind::boolean:
      return "boolean";
    case ShapeKind::integer:
      return "integer";
    case ShapeKind::long_integer:
      return "long";
    case ShapeKind::float_number:
      return "float";
    case ShapeKind::double_number:
      return "double";
    case ShapeKind::timestamp:
      return "timestamp";
  }
  return "string";
}

std::string_view type_name(const model::Member& member) {
  const auto shape = member.shape();
  if (member.has(model::MemberFlag::json_value)) {
    return "JSON";
  }
  if (shape.has(ShapeFlag::document)) {
    return "document";
  }
  if (shape.kind() == ShapeKind::blob && member.is_streaming()) {
    return "streaming blob";
  }
  return shape.has(ShapeFlag::union_type) ? "tagged union structure" : type_name(shape.kind());
}

bool is_scalar(const Shape& shape) {
  return shape.kind() != ShapeKind::structure && shape.kind() != ShapeKind::list &&
         shape.kind() != ShapeKind::map;
}

std::string shorthand_example(const Shape& shape) {
  const bool is_list = shape.kind() == ShapeKind::list;
  if (is_scalar(shape) || (is_list && is_scalar(shape.element().shape())) ||
      is_document_container(shape)) {
    return {};
  }
  Stack stack;
  const auto example = shorthand(is_list ? shape.element().shape() : shape, stack);
  return !example || example->empty() ? std::string() : concat(*example, is_list ? " ..." : "");
}

std::string json_example(const Shape& shape) {
  JsonExample example;
  example.add(shape);
  return example.take();
}

}  // namespace virga::help
