// SPDX-License-Identifier: Apache-2.0
#include "query/lexer.hpp"

#include <array>
#include <optional>
#include <utility>

#include "base/encoding.hpp"
#include "base/strings.hpp"
#include "value/json_read.hpp"

namespace virga::query {
namespace {

/// Python's int() takes no more.
constexpr std::size_t k_max_digits = 4300;

std::optional<TokenKind> simple_token(char c) {
  switch (c) {
    case '.':
      return TokenKind::dot;
    case '*':
      return TokenKind::star;
    case ']':
      return TokenKind::rbracket;
    case ',':
      return TokenKind::comma;
    case ':':
      return TokenKind::colon;
    case '@':
      return TokenKind::current;
    case '(':
      return TokenKind::lparen;
    case ')':
      return TokenKind::rparen;
    case '{':
      return TokenKind::lbrace;
    case '}':
      return TokenKind::rbrace;
    default:
      return std::nullopt;
  }
}

struct Pair {
  char first;
  char second;  ///< what makes it one token of two characters
  TokenKind both;
  TokenKind alone;
};

constexpr std::array k_pairs = {
    Pair{'|', '|', TokenKind::logical_or, TokenKind::pipe},
    Pair{'&', '&', TokenKind::logical_and, TokenKind::expref},
    Pair{'<', '=', TokenKind::lte, TokenKind::lt},
    Pair{'>', '=', TokenKind::gte, TokenKind::gt},
    Pair{'!', '=', TokenKind::ne, TokenKind::logical_not},
};

/// As Python prints the int: without leading zeros, and no -0.
std::string normal_digits(std::string_view digits) {
  const bool negative = digits.front() == '-';
  digits.remove_prefix(negative ? 1 : 0);
  while (digits.size() > 1 && digits.front() == '0') {
    digits.remove_prefix(1);
  }
  return concat(negative && digits != "0" ? "-" : "", digits);
}

class Lexer {
 public:
  explicit Lexer(std::string_view text) : text_(text) {}

  Result<std::vector<Token>> run() {
    while (position_ < text_.size()) {
      VIRGA_TRY(next());
    }
    add(TokenKind::eof, text_.size(), {});
    return std::move(tokens_);
  }

 private:
  Status next() {
    const char c = text_[position_];
    const std::size_t start = position_;
    if (const auto kind = simple_token(c)) {
      ++position_;
      add(*kind, start, std::string(1, c));
      return {};
    }
    if (is_ascii_alpha(c) || c == '_') {
      return identifier();
    }
    if (c == ' ' || c == '\t' || c == '\n' || c == '\r') {
      ++position_;
      return {};
    }
    if (is_ascii_digit(c) || c == '-') {
      return number();
    }
    switch (c) {
      case '[':
        return bracket();
      case '\'':
        return raw_string();
      case '`':
        return json_literal();
      case '"':
        return quoted_identifier();
      case '=':
        return equality();
      case '$':
        return variable();
      default:
        return pair();
    }
  }

  Status identifier() {
    const std::size_t start = position_;
    while (position_ < text_.size() &&
           (is_ascii_alnum(text_[position_]) || text_[position_] == '_')) {
      ++position_;
    }
    add(TokenKind::unquoted_identifier, start, std::string(text_.substr(start, position_ - start)));
    return {};
  }

  /// JEP 18. A dollar sign without a name is as unknown as to the package.
  Status variable() {
    const std::size_t start = position_;
    const char following = start + 1 < text_.size() ? text_[start + 1] : '\0';
    if (!is_ascii_alpha(following) && following != '_') {
      return pair();
    }
    ++position_;
    VIRGA_TRY(identifier());
    tokens_.back().kind = TokenKind::variable;
    tokens_.back().start = start;
    return {};
  }

  Status number() {
    const std::size_t start = position_++;
    while (position_ < text_.size() && is_ascii_digit(text_[position_])) {
      ++position_;
    }
    const auto digits = text_.substr(start, position_ - start);
    if (digits == "-") {
      return error(start, "Unknown token '-'");
    }
    if (digits.size() > k_max_digits) {
      return error(start, "Number too long");
    }
    add(TokenKind::number, start, normal_digits(digits));
    return {};
  }

  Status bracket() {
    const std::size_t start = position_++;
    const char following = position_ < text_.size() ? text_[position_] : '\0';
    if (following == ']' || following == '?') {
      ++position_;
    }
    const auto kind = following == ']'   ? TokenKind::flatten
                      : following == '?' ? TokenKind::filter
                                         : TokenKind::lbracket;
    add(kind, start, std::string(text_.substr(start, position_ - start)));
    return {};
  }

  Status equality() {
    const std::size_t start = position_++;
    const bool is_alone = position_ == text_.size() || text_[position_] != '=';
    if (is_alone && !tokens_.empty() && tokens_.back().kind == TokenKind::variable) {
      add(TokenKind::assign, start, "=");
      return {};
    }
    if (is_alone) {
      return error(start, "Unknown token '='");
    }
    ++position_;
    add(TokenKind::eq, start, "==");
    return {};
  }

  Status pair() {
    const std::size_t start = position_;
    for (const auto& entry : k_pairs) {
      if (text_[start] != entry.first) {
        continue;
      }
      ++position_;
      const bool both = position_ < text_.size() && text_[position_] == entry.second;
      position_ += both ? 1 : 0;
      add(both ? entry.both : entry.alone,
          start,
          std::string(text_.substr(start, position_ - start)));
      return {};
    }
    std::size_t end = start;
    static_cast<void>(next_code_point(text_, end));
    return error(start, concat("Unknown token ", text_.substr(start, end - start)));
  }

  Status raw_string() {
    const std::size_t start = position_;
    VIRGA_TRY_ASSIGN(const std::string_view lexeme, until_delimiter());
    add(TokenKind::literal, start, {}, Value(replace_all(lexeme, "\\'", "'")));
    return {};
  }

  Status json_literal() {
    const std::size_t start = position_;
    VIRGA_TRY_ASSIGN(const std::string_view lexeme, until_delimiter());
    const std::string json = replace_all(lexeme, "\\`", "`");
    auto value = read_json(json);
    if (!value) {  // JEP 12: what is no JSON is the text of a string
      std::string_view text = json;
      while (!text.empty() && is_ascii_space(text.front())) {
        text.remove_prefix(1);
      }
      value = read_json(concat('"', text, '"'));
    }
    if (!value) {
      return error(start, concat("Bad token ", json));
    }
    add(TokenKind::literal, start, {}, std::move(*value));
    return {};
  }

  Status quoted_identifier() {
    const std::size_t start = position_;
    VIRGA_TRY(until_delimiter());
    auto name = read_json(text_.substr(start, position_ - start));
    if (!name || !name->is_string()) {
      const std::string message = name ? std::string() : name.error().message;
      return error(start, message.substr(0, message.find(':')));
    }
    add(TokenKind::quoted_identifier, start, std::move(*name->as_string()));
    return {};
  }

  /// From the delimiter at the position to its next occurrence without a backslash before it; moves
  /// behind that.
  Result<std::string_view> until_delimiter() {
    const std::size_t start = position_;
    const char delimiter = text_[start];
    for (++position_; position_ < text_.size(); ++position_) {
      if (text_[position_] == delimiter) {
        ++position_;
        return text_.substr(start + 1, position_ - start - 2);
      }
      if (text_[position_] == '\\') {
        ++position_;
      }
    }
    return error(start, concat("Unclosed ", delimiter, " delimiter"));
  }

  void add(TokenKind kind, std::size_t start, std::string text, Value literal = {}) {
    tokens_.push_back({kind, start, std::move(text), std::move(literal)});
  }

  [[nodiscard]] tl::unexpected<Error> error(std::size_t start, std::string_view message) const {
    return fail(ErrorCode::usage,
                concat("Bad jmespath expression: ",
                       message,
                       ":\n",
                       text_,
                       '\n',
                       std::string(column_of(text_, start), ' '),
                       '^'));
  }

  std::string_view text_;  // the caller's
  std::size_t position_ = 0;
  std::vector<Token> tokens_;
};

}  // namespace

std::string_view name_of(TokenKind kind) {
  static constexpr std::array<std::string_view, 31> k_names = {"eof",
                                                               "unquoted_identifier",
                                                               "quoted_identifier",
                                                               "literal",
                                                               "rbracket",
                                                               "rparen",
                                                               "comma",
                                                               "rbrace",
                                                               "number",
                                                               "current",
                                                               "expref",
                                                               "colon",
                                                               "pipe",
                                                               "or",
                                                               "and",
                                                               "eq",
                                                               "gt",
                                                               "lt",
                                                               "gte",
                                                               "lte",
                                                               "ne",
                                                               "flatten",
                                                               "star",
                                                               "filter",
                                                               "dot",
                                                               "not",
                                                               "lbrace",
                                                               "lbracket",
                                                               "lparen",
                                                               "variable",
                                                               "assign"};
  return k_names.at(static_cast<std::size_t>(kind));
}

Result<std::vector<Token>> tokenize(std::string_view expression) { return Lexer(expression).run(); }

std::size_t column_of(std::string_view expression, std::size_t byte) {
  std::size_t column = 0;
  for (std::size_t position = 0; position < byte && position < expression.size(); ++column) {
    static_cast<void>(next_code_point(expression, position));
  }
  return column;
}

}  // namespace virga::query
