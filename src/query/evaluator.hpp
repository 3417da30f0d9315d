// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string_view>
#include <utility>
#include <vector>

#include "base/result.hpp"
#include "query/item.hpp"
#include "query/node.hpp"

namespace virga::query {

/// One search. Errors: general, with the text of Python's exception. Thread-compatible.
class Evaluator {
 public:
  /// The result is valid as long as this, the node and the value are.
  [[nodiscard]] Result<Item> evaluate(const Node& node, Item value);

  [[nodiscard]] Pool& pool() { return pool_; }

 private:
  [[nodiscard]] Result<Item> dispatch(const Node& node, Item value);
  [[nodiscard]] Result<Item> chain(const Node& node, Item value);
  [[nodiscard]] Result<Item> comparison(const Node& node, Item value);
  [[nodiscard]] Result<Item> flatten(const Node& node, Item value);
  [[nodiscard]] Result<Item> function(const Node& node, Item value);
  [[nodiscard]] Result<Item> let(const Node& node, Item value);
  [[nodiscard]] Result<Item> variable(const Node& node) const;
  [[nodiscard]] Result<Item> logical_not(const Node& node, Item value);
  [[nodiscard]] Result<Item> logical_pair(const Node& node, Item value);
  [[nodiscard]] Result<Item> multi_select_list(const Node& node, Item value);
  [[nodiscard]] Result<Item> multi_select_map(const Node& node, Item value);
  [[nodiscard]] Result<Item> projection(const Node& node, Item value);
  [[nodiscard]] Result<Item> slice(const Node& node, Item value);

  Pool pool_;
  std::vector<std::pair<std::string_view, Item>> variables_;  // in scope, innermost last
  int depth_ = 0;
};

/// Orders two numbers or two strings. Errors: general, with Python's text, which names `sign`.
[[nodiscard]] Result<std::partial_ordering> python_order(Item a,
                                                         Item b,
                                                         std::string_view sign,
                                                         Pool& pool);

}  // namespace virga::query
