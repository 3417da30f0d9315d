// SPDX-License-Identifier: Apache-2.0
#include "query/expression.hpp"

#include <utility>

#include "query/distribution.hpp"
#include "query/evaluator.hpp"
#include "query/parser.hpp"

namespace virga::query {

Result<Expression> Expression::compile(std::string_view text) {
  VIRGA_TRY_ASSIGN(Node root, parse(text));
  return Expression(std::make_shared<const Node>(std::move(root)));
}

Result<Value> Expression::search(const Value& document) const {
  Evaluator evaluator;
  VIRGA_TRY_ASSIGN(const Item found, evaluator.evaluate(*root_, document));
  return evaluator.pool().to_value(found);
}

std::string Expression::distributes_over() const { return distribution_path(*root_); }

std::optional<Expression::Head> Expression::head() const {
  const NodeHead found = find_head(*root_);
  if (found.list == nullptr) {
    return std::nullopt;
  }
  return Head{Expression(std::shared_ptr<const Node>(root_, found.list)), found.count};
}

}  // namespace virga::query
