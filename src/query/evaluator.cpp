// SPDX-License-Identifier: Apache-2.0
#include "query/evaluator.hpp"

#include <algorithm>
#include <limits>
#include <utility>

#include "base/strings.hpp"
#include "query/functions.hpp"
#include "query/python_text.hpp"

namespace virga::query {
namespace {

/// Expressions nest less than half as deep; but an expression passed to itself recurs for ever.
constexpr int k_max_depth = 200;

bool is_number_or_string(Item item) {
  return item.type() == Type::number || item.type() == Type::string;
}

/// The package's == of two results: unlike Python's, no boolean equals a number.
bool equal(Item a, Item b, Pool& pool) {
  const bool mixed = (a.type() == Type::boolean && b.type() == Type::number) ||
                     (a.type() == Type::number && b.type() == Type::boolean);
  return !mixed && python_equal(a, b, pool);
}

std::string_view sign_of(Comparator comparator) {
  switch (comparator) {
    case Comparator::lt:
      return "<";
    case Comparator::lte:
      return "<=";
    case Comparator::gt:
      return ">";
    default:
      return ">=";
  }
}

bool holds(Comparator comparator, std::partial_ordering order) {
  switch (comparator) {
    case Comparator::lt:
      return order < 0;
    case Comparator::lte:
      return order <= 0;
    case Comparator::gt:
      return order > 0;
    default:
      return order >= 0;
  }
}

Item element(const Node& node, Item list) {
  const auto size = static_cast<std::int64_t>(list.size());
  const std::int64_t index = node.index < 0 ? node.index + size : node.index;
  if (!list.is_array() || index < 0 || index >= size) {
    return {};
  }
  return list.at(static_cast<std::size_t>(index));
}

/// A bound of a slice as Python adjusts it; `lowest` and `highest` are where it may be.
std::int64_t adjust(std::int64_t bound,
                    std::int64_t size,
                    std::int64_t lowest,
                    std::int64_t highest) {
  return std::clamp(bound < 0 ? bound + size : bound, lowest, highest);
}

}  // namespace

Result<std::partial_ordering> python_order(Item a, Item b, std::string_view sign, Pool& pool) {
  a = pool.plain(a);
  b = pool.plain(b);
  if (a.type() != b.type() || !is_number_or_string(a)) {
    return fail(ErrorCode::general,
                concat('\'',
                       sign,
                       "' not supported between instances of '",
                       python_class(a),
                       "' and '",
                       python_class(b),
                       '\''));
  }
  if (a.type() == Type::number) {
    return compare_numbers(*a.value(), *b.value());
  }
  // UTF-8 in the order of bytes is in the order of code points, which is Python's.
  return a.value()->as_string()->compare(*b.value()->as_string()) <=> 0;
}

Result<Item> Evaluator::evaluate(const Node& node, Item value) {
  if (depth_ == k_max_depth) {
    return fail(ErrorCode::general, "maximum recursion depth exceeded");
  }
  if (pool_.is_overfull()) {
    return fail(ErrorCode::general, "The result of the query is too large.");
  }
  ++depth_;
  auto result = dispatch(node, value);
  --depth_;
  return result;
}

Result<Item> Evaluator::dispatch(const Node& node, Item value) {
  switch (node.kind) {
    case NodeKind::comparator:
      return comparison(node, value);
    case NodeKind::current:
      return value;
    case NodeKind::expression_reference:
      return Item(node.children.front());
    case NodeKind::field:
      return value.find(node.name).value_or(Item());
    case NodeKind::flatten:
      return flatten(node, value);
    case NodeKind::function:
      return function(node, value);
    case NodeKind::index:
      return element(node, value);
    case NodeKind::literal:
      return Item(node.literal);
    case NodeKind::let:
      return let(node, value);
    case NodeKind::variable:
      return variable(node);
    case NodeKind::logical_not:
      return logical_not(node, value);
    case NodeKind::logical_and:
    case NodeKind::logical_or:
      return logical_pair(node, value);
    case NodeKind::multi_select_list:
      return multi_select_list(node, value);
    case NodeKind::multi_select_map:
      return multi_select_map(node, value);
    case NodeKind::index_expression:
    case NodeKind::pipe:
    case NodeKind::subexpression:
      return chain(node, value);
    case NodeKind::slice:
      return slice(node, value);
    case NodeKind::filter_projection:
    case NodeKind::projection:
    case NodeKind::value_projection:
      break;
  }
  return projection(node, value);
}

Result<Item> Evaluator::chain(const Node& node, Item value) {
  for (const auto& child : node.children) {
    VIRGA_TRY_ASSIGN(value, evaluate(child, value));
  }
  return value;
}

Result<Item> Evaluator::comparison(const Node& node, Item value) {
  VIRGA_TRY_ASSIGN(const Item left, evaluate(node.children[0], value));
  VIRGA_TRY_ASSIGN(const Item right, evaluate(node.children[1], value));
  if (node.comparator == Comparator::eq || node.comparator == Comparator::ne) {
    return Item::of(equal(left, right, pool_) == (node.comparator == Comparator::eq));
  }
  if (!is_number_or_string(left) || !is_number_or_string(right)) {
    return Item();
  }
  VIRGA_TRY_ASSIGN(const auto order, python_order(left, right, sign_of(node.comparator), pool_));
  return Item::of(holds(node.comparator, order));
}

Result<Item> Evaluator::flatten(const Node& node, Item value) {
  VIRGA_TRY_ASSIGN(const Item base, evaluate(node.children[0], value));
  if (!base.is_array()) {
    return Item();
  }
  ItemList merged;
  for (std::size_t i = 0; i < base.size(); ++i) {
    const Item inner = base.at(i);
    if (!inner.is_array()) {
      merged.push_back(inner);
      continue;
    }
    for (std::size_t j = 0; j < inner.size(); ++j) {
      merged.push_back(inner.at(j));
    }
  }
  return pool_.keep(std::move(merged));
}

Result<Item> Evaluator::function(const Node& node, Item value) {
  ItemList arguments;
  arguments.reserve(node.children.size());
  for (const auto& child : node.children) {
    VIRGA_TRY_ASSIGN(const Item argument, evaluate(child, value));
    arguments.push_back(argument);
  }
  return call_function(*this, node.name, arguments);
}

Result<Item> Evaluator::let(const Node& node, Item value) {
  const std::size_t outer = variables_.size();
  std::vector<std::pair<std::string_view, Item>> bound;
  for (std::size_t i = 0; i < node.keys.size(); ++i) {
    VIRGA_TRY_ASSIGN(const Item item, evaluate(node.children[i], value));
    bound.emplace_back(node.keys[i], item);
  }
  variables_.insert(variables_.end(), bound.begin(), bound.end());
  auto result = evaluate(node.children.back(), value);
  variables_.resize(outer);
  return result;
}

Result<Item> Evaluator::variable(const Node& node) const {
  const auto found =
      std::find_if(variables_.rbegin(), variables_.rend(), [&](const auto& variable) {
        return variable.first == node.name;
      });
  if (found == variables_.rend()) {
    return fail(ErrorCode::general, concat("Undefined variable: $", node.name));
  }
  return found->second;
}

Result<Item> Evaluator::logical_not(const Node& node, Item value) {
  VIRGA_TRY_ASSIGN(const Item operand, evaluate(node.children[0], value));
  return Item::of(operand.is_false());
}

Result<Item> Evaluator::logical_pair(const Node& node, Item value) {
  VIRGA_TRY_ASSIGN(const Item left, evaluate(node.children[0], value));
  if (left.is_false() == (node.kind == NodeKind::logical_and)) {
    return left;
  }
  return evaluate(node.children[1], value);
}

Result<Item> Evaluator::multi_select_list(const Node& node, Item value) {
  if (value.is_null()) {
    return Item();
  }
  ItemList list;
  list.reserve(node.children.size());
  for (const auto& child : node.children) {
    VIRGA_TRY_ASSIGN(const Item element, evaluate(child, value));
    list.push_back(element);
  }
  return pool_.keep(std::move(list));
}

Result<Item> Evaluator::multi_select_map(const Node& node, Item value) {
  if (value.is_null()) {
    return Item();
  }
  ItemMap map;
  map.reserve(node.children.size());
  for (std::size_t i = 0; i < node.children.size(); ++i) {
    VIRGA_TRY_ASSIGN(const Item member, evaluate(node.children[i], value));
    const std::string_view key = node.keys[i];
    const auto present =
        std::find_if(map.begin(), map.end(), [&](const auto& entry) { return entry.first == key; });
    if (present != map.end()) {
      present->second = member;
    } else {
      map.emplace_back(key, member);
    }
  }
  return pool_.keep(std::move(map));
}

Result<Item> Evaluator::projection(const Node& node, Item value) {
  VIRGA_TRY_ASSIGN(const Item base, evaluate(node.children[0], value));
  if (base.type() != (node.kind == NodeKind::value_projection ? Type::object : Type::array)) {
    return Item();
  }
  ItemList collected;
  for (std::size_t i = 0; i < base.size(); ++i) {
    const Item element = base.at(i);
    if (node.kind == NodeKind::filter_projection) {
      VIRGA_TRY_ASSIGN(const Item condition, evaluate(node.children[2], element));
      if (condition.is_false()) {
        continue;
      }
    }
    VIRGA_TRY_ASSIGN(const Item result, evaluate(node.children[1], element));
    if (!result.is_null()) {
      collected.push_back(result);
    }
  }
  return pool_.keep(std::move(collected));
}

Result<Item> Evaluator::slice(const Node& node, Item value) {
  if (!value.is_array()) {
    return Item();
  }
  // Within 63 bits, so that nothing overflows; no list is that long.
  constexpr std::int64_t k_far = std::numeric_limits<std::int64_t>::max() / 4;
  const std::int64_t step = std::clamp(node.slice[2].value_or(1), -k_far, k_far);
  if (step == 0) {
    return fail(ErrorCode::general, "slice step cannot be zero");
  }
  const auto size = static_cast<std::int64_t>(value.size());
  const std::int64_t lowest = step < 0 ? -1 : 0;
  const std::int64_t highest = step < 0 ? size - 1 : size;
  const auto bound = [&](std::optional<std::int64_t> given, std::int64_t otherwise) {
    return given ? adjust(*given, size, lowest, highest) : otherwise;
  };
  const std::int64_t start = bound(node.slice[0], step < 0 ? highest : lowest);
  const std::int64_t end = bound(node.slice[1], step < 0 ? lowest : highest);
  ItemList list;
  for (std::int64_t i = start; step < 0 ? i > end : i < end; i += step) {
    list.push_back(value.at(static_cast<std::size_t>(i)));
  }
  return pool_.keep(std::move(list));
}

}  // namespace virga::query
