// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.hpp"
#include "value/value.hpp"

namespace virga::query {

enum class TokenKind {
  eof,
  unquoted_identifier,
  quoted_identifier,
  literal,
  rbracket,
  rparen,
  comma,
  rbrace,
  number,
  current,
  expref,
  colon,
  pipe,
  logical_or,
  logical_and,
  eq,
  gt,
  lt,
  gte,
  lte,
  ne,
  flatten,
  star,
  filter,
  dot,
  logical_not,
  lbrace,
  lbracket,
  lparen,
  variable,  ///< $name; its text is the name
  assign,    ///< = behind a variable
};

/// The package's name of the kind, as its messages show it.
[[nodiscard]] std::string_view name_of(TokenKind kind);

struct Token {
  TokenKind kind = TokenKind::eof;
  std::size_t start = 0;  ///< in bytes
  std::string text;       ///< as written; of quoted identifiers the name, of numbers the digits
  Value literal;
};

/// All tokens, the last of which is eof. Errors: usage, with the package's text.
[[nodiscard]] Result<std::vector<Token>> tokenize(std::string_view expression);

/// How many code points are before the byte: the columns of messages.
[[nodiscard]] std::size_t column_of(std::string_view expression, std::size_t byte);

}  // namespace virga::query
