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

}  // namespace virga::query
