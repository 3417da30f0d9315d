// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "base/result.hpp"
#include "value/value.hpp"

// JMESPath (https://jmespath.org), as Python's jmespath 1.1.0 understands it: the AWS CLI's
// --query.
namespace virga::query {

struct Node;

/// A compiled expression; cheap to copy. Thread-safe: search() may run in several threads at once.
///
/// Where the specification and Python's package differ, this does as the package: quoted
/// identifiers are no function names, a slice after an index does not project, strings can be
/// ordered, true equals 1 inside of lists, and there are no `let` expressions.
class Expression {
 public:
  /// Errors: usage, with the package's text, which is several lines long: the expression and a
  /// caret below the place. `Bad value for --query <expression>: ` in front is the caller's.
  [[nodiscard]] static Result<Expression> compile(std::string_view text);

  /// What the expression selects from `document`; null if there is no such thing. Blobs and
  /// timestamps come out as they are; where the expression looks at them, they are the string (a
  /// timestamp sent as a number: the number) that they print as in the wire format.
  ///
  /// Errors: general, with the text of Python's exception: a wrong call of a function, or strings
  /// ordered with numbers. Also where evaluation nests too deeply or the result is out of all
  /// proportion.
  [[nodiscard]] Result<Value> search(const Value& document) const;

  /// The path of a list ("Items", "List.Items") that the expression takes element by element: if
  /// the list comes in parts, the results of the parts, joined, are the result. Empty if the
  /// expression needs the list as a whole, or is no such projection.
  [[nodiscard]] std::string distributes_over() const;

  struct Head;

  /// What is known of an expression that looks only at the first elements of a list
  /// ("Items[0]", "Items[?Ok].Name | [:5]"); nothing for others.
  [[nodiscard]] std::optional<Head> head() const;

 private:
  explicit Expression(std::shared_ptr<const Node> root) : root_(std::move(root)) {}

  std::shared_ptr<const Node> root_;
};

/// Once `list` has `count` elements, more of them do not change the result of the expression.
struct Expression::Head {
  Expression list;  ///< distributes over a path
  std::int64_t count;
};

}  // namespace virga::query
