// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <compare>
#include <cstddef>
#include <deque>
#include <optional>
#include <string_view>
#include <utility>
#include <variant>
#include <vector>

#include "base/result.hpp"
#include "value/value.hpp"

namespace virga::query {

struct Node;
class Item;

using ItemList = std::vector<Item>;
using ItemMap = std::vector<std::pair<std::string_view, Item>>;

/// JMESPath's types.
enum class Type { null, boolean, number, string, array, object, expref };

/// What evaluation passes around: a view of a value in the document, in the expression or in the
/// Pool; or a list or map of such, so that projections copy no subtrees; or an `&expression`.
/// Valid as long as these are.
class Item {
 public:
  Item();  ///< null

  Item(const Value& value) : data_(&value) {}  // NOLINT(google-explicit-constructor)

  Item(const ItemList& list) : data_(&list) {}  // NOLINT(google-explicit-constructor)

  Item(const ItemMap& map) : data_(&map) {}  // NOLINT(google-explicit-constructor)

  Item(const Node& expression) : data_(&expression) {}  // NOLINT(google-explicit-constructor)

  [[nodiscard]] static Item of(bool truth);

  /// Blobs and text timestamps are strings, timestamps sent as numbers are numbers.
  [[nodiscard]] Type type() const;

  [[nodiscard]] bool is_null() const { return type() == Type::null; }

  [[nodiscard]] bool is_array() const { return type() == Type::array; }

  /// Whether it counts as false: null, false, and empty strings, lists and maps.
  [[nodiscard]] bool is_false() const;

  /// Null where it is a list or map of items, or an expression.
  [[nodiscard]] const Value* value() const;
  [[nodiscard]] const Node* expression() const;
  [[nodiscard]] const ItemList* item_list() const;
  [[nodiscard]] const ItemMap* item_map() const;

  /// Elements or members; 0 where it is neither list nor map.
  [[nodiscard]] std::size_t size() const;
  /// The element of a list, the value of a map's member. `index` is below size().
  [[nodiscard]] Item at(std::size_t index) const;
  /// The name of a map's member. `index` is below size().
  [[nodiscard]] std::string_view key(std::size_t index) const;
  [[nodiscard]] std::optional<Item> find(std::string_view key) const;

 private:
  std::variant<const Value*, const ItemList*, const ItemMap*, const Node*> data_;
};

/// Keeps what a search makes until it is over. Thread-compatible.
class Pool {
 public:
  [[nodiscard]] Item keep(Value value);
  [[nodiscard]] Item keep(ItemList list);
  [[nodiscard]] Item keep(ItemMap map);

  /// Blobs and timestamps as the strings or numbers they stand for, anything else as it is.
  [[nodiscard]] Item plain(Item item);

  /// Whether there are more elements than a result can sensibly have.
  [[nodiscard]] bool is_overfull() const;

  /// The item as a value of its own. Errors: general, if it has an expression in it or repeats its
  /// parts so often that it would not fit into memory.
  [[nodiscard]] Result<Value> to_value(Item item) const;

 private:
  std::deque<Value> values_;
  std::deque<ItemList> lists_;
  std::deque<ItemMap> maps_;
  std::size_t slots_ = 0;  ///< elements in lists_ and maps_
};

/// Python's ==: numbers by value, in which true is 1 and false 0; maps in any order.
[[nodiscard]] bool python_equal(Item a, Item b, Pool& pool);

/// Python's order of two numbers.
[[nodiscard]] std::partial_ordering compare_numbers(const Value& a, const Value& b);

}  // namespace virga::query
