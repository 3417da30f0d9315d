// SPDX-License-Identifier: Apache-2.0
#include "query/parser.hpp"

#include <limits>
#include <utility>
#include <vector>

#include "base/strings.hpp"
#include "query/lexer.hpp"
#include "query/python_text.hpp"

namespace virga::query {
namespace {

/// How strongly a token binds what is left of it.
int binding_power(TokenKind kind) {
  switch (kind) {
    case TokenKind::pipe:
      return 1;
    case TokenKind::logical_or:
      return 2;
    case TokenKind::logical_and:
      return 3;
    case TokenKind::eq:
    case TokenKind::gt:
    case TokenKind::lt:
    case TokenKind::gte:
    case TokenKind::lte:
    case TokenKind::ne:
      return 5;
    case TokenKind::flatten:
      return 9;
    case TokenKind::star:
      return 20;
    case TokenKind::filter:
      return 21;
    case TokenKind::dot:
      return 40;
    case TokenKind::logical_not:
      return 45;
    case TokenKind::lbrace:
      return 50;
    case TokenKind::lbracket:
      return 55;
    case TokenKind::lparen:
      return 60;
    default:
      return 0;
  }
}

/// Weaker tokens end a projection.
constexpr int k_projection_stop = 10;

/// Beyond 64 bits the largest or smallest: no list has such an index.
std::int64_t to_index(const std::string& digits) {
  if (const auto number = parse_int(digits)) {
    return *number;
  }
  return digits.front() == '-' ? std::numeric_limits<std::int64_t>::min()
                               : std::numeric_limits<std::int64_t>::max();
}

std::string shown(const Token& token) {
  return token.kind == TokenKind::literal ? python_str(Item(token.literal)) : token.text;
}

/// Top-down operator precedence: prefix() reads what can start an expression, infix() what can go
/// on after one.
class Parser {
 public:
  Parser(std::string_view text, const std::vector<Token>& tokens) : text_(text), tokens_(tokens) {}

  Result<Node> run() {
    VIRGA_TRY_ASSIGN(Node root, expression(0));
    if (kind() != TokenKind::eof) {
      return error(current(), concat("Unexpected token: ", shown(current())));
    }
    return root;
  }

 private:
  Result<Node> expression(int power) {
    if (depth_ == k_max_expression_depth) {
      return too_deep();
    }
    ++depth_;
    auto left = prefix();
    while (left && power < binding_power(kind())) {
      left = infix(std::move(*left));
      if (left && left->depth > k_max_expression_depth) {
        left = too_deep();
      }
    }
    --depth_;
    return left;
  }

  Result<Node> prefix() {
    const Token& token = take();
    switch (token.kind) {
      case TokenKind::literal: {
        Node node(NodeKind::literal);
        node.literal = token.literal;
        return node;
      }
      case TokenKind::unquoted_identifier:
        return token.text == "let" && kind() == TokenKind::variable ? let() : field(token.text);
      case TokenKind::variable: {
        Node node(NodeKind::variable);
        node.name = token.text;
        return node;
      }
      case TokenKind::quoted_identifier:
        if (kind() == TokenKind::lparen) {
          return error_at(0, current(), "Quoted identifier not allowed for function names.");
        }
        return field(token.text);
      case TokenKind::star:
        return with_projection(NodeKind::value_projection,
                               Node(NodeKind::current),
                               TokenKind::star,
                               kind() == TokenKind::rbracket);
      case TokenKind::filter:
        return filter(Node(NodeKind::current));
      case TokenKind::lbrace:
        return multi_select_map();
      case TokenKind::lparen:
        return parenthesized();
      case TokenKind::flatten:
        return with_projection(NodeKind::projection,
                               Node(NodeKind::flatten, Node(NodeKind::current)),
                               TokenKind::flatten);
      case TokenKind::logical_not:
        return unary(NodeKind::logical_not, TokenKind::logical_not);
      case TokenKind::expref:
        return unary(NodeKind::expression_reference, TokenKind::expref);
      case TokenKind::lbracket:
        return bracket_prefix();
      case TokenKind::current:
        return Node(NodeKind::current);
      case TokenKind::eof:
        return incomplete();
      default:
        return error(token, "invalid token");
    }
  }

  Result<Node> infix(Node left) {
    const Token& token = current();
    switch (token.kind) {
      case TokenKind::dot:
        advance();
        return dot(std::move(left));
      case TokenKind::pipe:
        return binary(NodeKind::pipe, std::move(left));
      case TokenKind::logical_or:
        return binary(NodeKind::logical_or, std::move(left));
      case TokenKind::logical_and:
        return binary(NodeKind::logical_and, std::move(left));
      case TokenKind::lparen:
        advance();
        return call(std::move(left));
      case TokenKind::filter:
        advance();
        return filter(std::move(left));
      case TokenKind::eq:
        return comparison(Comparator::eq, std::move(left));
      case TokenKind::ne:
        return comparison(Comparator::ne, std::move(left));
      case TokenKind::gt:
        return comparison(Comparator::gt, std::move(left));
      case TokenKind::gte:
        return comparison(Comparator::gte, std::move(left));
      case TokenKind::lt:
        return comparison(Comparator::lt, std::move(left));
      case TokenKind::lte:
        return comparison(Comparator::lte, std::move(left));
      case TokenKind::flatten:
        advance();
        return with_projection(
            NodeKind::projection, Node(NodeKind::flatten, std::move(left)), TokenKind::flatten);
      case TokenKind::lbracket:
        advance();
        return bracket_infix(std::move(left));
      default:
        return error(token, "invalid token");
    }
  }

  static Node field(const std::string& name) {
    Node node(NodeKind::field);
    node.name = name;
    return node;
  }

  /// let $a = expression, $b = expression in expression (JEP 18)
  Result<Node> let() {
    Node node(NodeKind::let);
    do {
      node.keys.push_back(current().text);
      VIRGA_TRY(match(TokenKind::variable));
      VIRGA_TRY(match(TokenKind::assign));
      VIRGA_TRY_ASSIGN(Node value, expression(0));
      node.add(std::move(value));
    } while (take_if(TokenKind::comma));
    if (kind() != TokenKind::unquoted_identifier || current().text != "in") {
      return unexpected("in");
    }
    advance();
    VIRGA_TRY_ASSIGN(Node body, expression(0));
    node.add(std::move(body));
    return node;
  }

  Result<Node> parenthesized() {
    VIRGA_TRY_ASSIGN(Node inner, expression(0));
    VIRGA_TRY(match(TokenKind::rparen));
    return inner;
  }

  Result<Node> unary(NodeKind node_kind, TokenKind token) {
    VIRGA_TRY_ASSIGN(Node operand, expression(binding_power(token)));
    return Node(node_kind, std::move(operand));
  }

  Result<Node> binary(NodeKind node_kind, Node left) {
    VIRGA_TRY_ASSIGN(Node right, expression(binding_power(take().kind)));
    return Node(node_kind, std::move(left), std::move(right));
  }

  Result<Node> comparison(Comparator comparator, Node left) {
    VIRGA_TRY_ASSIGN(Node node, binary(NodeKind::comparator, std::move(left)));
    node.comparator = comparator;
    return node;
  }

  Result<Node> with_projection(NodeKind node_kind, Node base, TokenKind token, bool ends = false) {
    Node right(NodeKind::current);
    if (!ends) {
      VIRGA_TRY_ASSIGN(right, projected(binding_power(token)));
    }
    return Node(node_kind, std::move(base), std::move(right));
  }

  Result<Node> filter(Node left) {
    VIRGA_TRY_ASSIGN(Node condition, expression(0));
    VIRGA_TRY(match(TokenKind::rbracket));
    VIRGA_TRY_ASSIGN(Node node,
                     with_projection(NodeKind::filter_projection,
                                     std::move(left),
                                     TokenKind::filter,
                                     kind() == TokenKind::flatten));
    node.add(std::move(condition));
    return node;
  }

  Result<Node> bracket_prefix() {
    if (kind() == TokenKind::number || kind() == TokenKind::colon) {
      VIRGA_TRY_ASSIGN(Node right, index_or_slice());
      return project_if_slice(Node(NodeKind::current), std::move(right));
    }
    if (kind() == TokenKind::star && kind(1) == TokenKind::rbracket) {
      advance();
      advance();
      return with_projection(NodeKind::projection, Node(NodeKind::current), TokenKind::star);
    }
    return multi_select_list();
  }

  Result<Node> bracket_infix(Node left) {
    if (kind() == TokenKind::number || kind() == TokenKind::colon) {
      VIRGA_TRY_ASSIGN(Node right, index_or_slice());
      if (left.kind == NodeKind::index_expression) {
        // Also for a slice, which then does not project: so does the package.
        left.add(std::move(right));
        return left;
      }
      return project_if_slice(std::move(left), std::move(right));
    }
    VIRGA_TRY(match(TokenKind::star));
    VIRGA_TRY(match(TokenKind::rbracket));
    return with_projection(NodeKind::projection, std::move(left), TokenKind::star);
  }

  Result<Node> project_if_slice(Node left, Node right) {
    const bool is_slice = right.kind == NodeKind::slice;
    Node node(NodeKind::index_expression, std::move(left), std::move(right));
    if (!is_slice) {
      return node;
    }
    return with_projection(NodeKind::projection, std::move(node), TokenKind::star);
  }

  Result<Node> index_or_slice() {
    if (kind() == TokenKind::colon || kind(1) == TokenKind::colon) {
      return slice();
    }
    Node node(NodeKind::index);
    node.index = to_index(take().text);
    VIRGA_TRY(match(TokenKind::rbracket));
    return node;
  }

  Result<Node> slice() {
    Node node(NodeKind::slice);
    std::size_t part = 0;
    while (kind() != TokenKind::rbracket) {
      if (kind() == TokenKind::colon && part < 2) {
        ++part;
      } else if (kind() == TokenKind::number) {
        node.slice.at(part) = to_index(current().text);
      } else {
        return error(current(), "syntax error");
      }
      advance();
    }
    advance();
    return node;
  }

  Result<Node> dot(Node left) {
    if (kind() == TokenKind::star) {
      advance();
      return with_projection(NodeKind::value_projection, std::move(left), TokenKind::dot);
    }
    VIRGA_TRY_ASSIGN(Node right, after_dot(binding_power(TokenKind::dot)));
    if (left.kind == NodeKind::subexpression) {  // keeps long paths flat
      left.add(std::move(right));
      return left;
    }
    return Node(NodeKind::subexpression, std::move(left), std::move(right));
  }

  Result<Node> call(Node left) {
    if (left.kind != NodeKind::field) {
      const Token& name = tokens_[position_ - 2];
      return error(name, concat("Invalid function name '", shown(name), '\''));
    }
    Node node(NodeKind::function);
    node.name = std::move(left.name);
    while (kind() != TokenKind::rparen) {  // the package lets commas be left out
      VIRGA_TRY_ASSIGN(Node argument, expression(0));
      node.add(std::move(argument));
      if (kind() == TokenKind::comma) {
        advance();
      }
    }
    advance();
    return node;
  }

  Result<Node> multi_select_list() {
    Node node(NodeKind::multi_select_list);
    while (true) {
      VIRGA_TRY_ASSIGN(Node element, expression(0));
      node.add(std::move(element));
      if (kind() == TokenKind::rbracket) {
        advance();
        return node;
      }
      VIRGA_TRY(match(TokenKind::comma));
    }
  }

  Result<Node> multi_select_map() {
    Node node(NodeKind::multi_select_map);
    while (true) {
      if (kind() != TokenKind::quoted_identifier && kind() != TokenKind::unquoted_identifier) {
        return unexpected("['quoted_identifier', 'unquoted_identifier']");
      }
      node.keys.push_back(take().text);
      VIRGA_TRY(match(TokenKind::colon));
      VIRGA_TRY_ASSIGN(Node value, expression(0));
      node.add(std::move(value));
      if (kind() == TokenKind::comma) {
        advance();
      } else if (kind() == TokenKind::rbrace) {
        advance();
        return node;
      }
    }
  }

  /// What a projection does with each element.
  Result<Node> projected(int power) {
    if (binding_power(kind()) < k_projection_stop) {
      return Node(NodeKind::current);
    }
    if (kind() == TokenKind::lbracket || kind() == TokenKind::filter) {
      return expression(power);
    }
    if (kind() == TokenKind::dot) {
      advance();
      return after_dot(power);
    }
    return error(current(), "syntax error");
  }

  Result<Node> after_dot(int power) {
    switch (kind()) {
      case TokenKind::quoted_identifier:
      case TokenKind::unquoted_identifier:
      case TokenKind::star:
        return expression(power);
      case TokenKind::lbracket:
        advance();
        return multi_select_list();
      case TokenKind::lbrace:
        advance();
        return multi_select_map();
      default:
        return error(current(),
                     concat("Expecting: ['quoted_identifier', 'unquoted_identifier', 'lbracket', "
                            "'lbrace'], got: ",
                            name_of(kind())));
    }
  }

  // Tokens. eof is never passed: every path that meets it fails.
  [[nodiscard]] TokenKind kind(std::size_t ahead = 0) const {
    const std::size_t index = position_ + ahead;
    return index < tokens_.size() ? tokens_[index].kind : TokenKind::eof;
  }

  [[nodiscard]] const Token& current() const {
    return position_ < tokens_.size() ? tokens_[position_] : tokens_.back();
  }

  void advance() { ++position_; }

  const Token& take() {
    const Token& token = current();
    advance();
    return token;
  }

  bool take_if(TokenKind wanted) {
    const bool taken = kind() == wanted;
    position_ += taken ? 1 : 0;
    return taken;
  }

  Status match(TokenKind expected) {
    if (kind() != expected) {
      return unexpected(name_of(expected));
    }
    advance();
    return {};
  }

  [[nodiscard]] tl::unexpected<Error> unexpected(std::string_view expected) const {
    if (kind() == TokenKind::eof) {
      return incomplete();
    }
    return error(current(), concat("Expecting: ", expected, ", got: ", name_of(kind())));
  }

  [[nodiscard]] tl::unexpected<Error> error(const Token& token, std::string_view message) const {
    return error_at(column_of(text_, token.start), token, message);
  }

  [[nodiscard]] tl::unexpected<Error> error_at(std::size_t column,
                                               const Token& token,
                                               std::string_view message) const {
    return fail(ErrorCode::usage,
                concat(message,
                       ": Parse error at column ",
                       column,
                       ", token \"",
                       shown(token),
                       "\" (",
                       to_upper(name_of(token.kind)),
                       "), for expression:\n",
                       underlined(column)));
  }

  [[nodiscard]] tl::unexpected<Error> incomplete() const {
    return fail(ErrorCode::usage,
                concat("Invalid jmespath expression: Incomplete expression:\n",
                       underlined(column_of(text_, text_.size()))));
  }

  [[nodiscard]] static tl::unexpected<Error> too_deep() {
    return fail(ErrorCode::usage, "The expression is nested too deeply.");
  }

  [[nodiscard]] std::string underlined(std::size_t column) const {
    return concat('"', text_, "\"\n", std::string(column + 1, ' '), '^');
  }

  std::string_view text_;             // the caller's
  const std::vector<Token>& tokens_;  // the caller's
  std::size_t position_ = 0;
  int depth_ = 0;
};

}  // namespace

Result<Node> parse(std::string_view expression) {
  if (expression.empty()) {
    return fail(ErrorCode::usage, "Invalid JMESPath expression: cannot be empty.");
  }
  VIRGA_TRY_ASSIGN(const std::vector<Token> tokens, tokenize(expression));
  return Parser(expression, tokens).run();
}

}  // namespace virga::query
