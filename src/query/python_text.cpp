// SPDX-License-Identifier: Apache-2.0
#include "query/python_text.hpp"

#include <cmath>
#include <cstdlib>
#include <limits>

#include "base/encoding.hpp"
#include "base/strings.hpp"
#include "value/json_write.hpp"

namespace virga::query {
namespace {

/// Python's int() takes no more digits.
constexpr std::size_t k_max_digits = 4300;

void append_hex(std::string& out, char kind, char32_t c, unsigned digits) {
  append(out, '\\', kind);
  while (digits-- > 0) {
    out += "0123456789abcdef"[(c >> (digits * 4U)) & 15U];
  }
}

/// repr of a str. Of the characters beyond Latin-1 all but separators and surrogates are taken as
/// printable.
void append_quoted(std::string& out, std::string_view text) {
  const bool has_single = text.find('\'') != std::string_view::npos;
  const char quote = has_single && text.find('"') == std::string_view::npos ? '"' : '\'';
  out += quote;
  for (std::size_t position = 0; position < text.size();) {
    const std::size_t start = position;
    const char32_t c = next_code_point(text, position);
    if (c == '\n' || c == '\r' || c == '\t') {
      append(out, '\\', c == '\n' ? 'n' : c == '\r' ? 'r' : 't');
    } else if (c == static_cast<unsigned char>(quote) || c == '\\') {
      append(out, '\\', static_cast<char>(c));
    } else if (c < 0x20 || (c >= 0x7F && c <= 0xA0) || c == 0xAD) {
      append_hex(out, 'x', c, 2);
    } else if (c == 0x2028 || c == 0x2029) {
      append_hex(out, 'u', c, 4);
    } else {
      out += text.substr(start, position - start);
    }
  }
  out += quote;
}

void append_repr(std::string& out, Item item);

void append_container(std::string& out, Item item, bool is_array) {
  out += is_array ? '[' : '{';
  for (std::size_t i = 0; i < item.size(); ++i) {
    out += i == 0 ? "" : ", ";
    if (!is_array) {
      append_quoted(out, item.key(i));
      out += ": ";
    }
    append_repr(out, item.at(i));
  }
  out += is_array ? ']' : '}';
}

void append_repr(std::string& out, Item item) {
  Pool pool;
  const Item plain = pool.plain(item);
  switch (plain.type()) {
    case Type::null:
      out += "None";
      return;
    case Type::boolean:
      out += *plain.value()->as_bool() ? "True" : "False";
      return;
    case Type::string:
      append_quoted(out, *plain.value()->as_string());
      return;
    case Type::number:
      out += plain.value()->is_number() ? python_float(*plain.value()->as_number())
                                        : to_json(*plain.value());
      return;
    case Type::expref:
      out += "<jmespath.visitor._Expression object>";
      return;
    case Type::array:
    case Type::object:
      append_container(out, plain, plain.is_array());
      return;
  }
}

/// The text without white space around it and without the underscores that Python allows between
/// digits; nothing if there is one elsewhere.
std::optional<std::string> strip_number(std::string_view text) {
  const auto is_space = [](char c) { return is_ascii_space(c) || (c >= '\x1c' && c <= '\x1f'); };
  while (!text.empty() && is_space(text.front())) {
    text.remove_prefix(1);
  }
  while (!text.empty() && is_space(text.back())) {
    text.remove_suffix(1);
  }
  std::string stripped;
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (text[i] != '_') {
      stripped += text[i];
    } else if (i == 0 || i + 1 == text.size() || !is_ascii_digit(text[i - 1]) ||
               !is_ascii_digit(text[i + 1])) {
      return std::nullopt;
    }
  }
  return stripped;
}

std::optional<Value> to_integer(std::string_view digits, bool negative) {
  if (digits.empty() || digits.size() > k_max_digits ||
      digits.find_first_not_of("0123456789") != std::string_view::npos) {
    return std::nullopt;
  }
  digits.remove_prefix(std::min(digits.find_first_not_of('0'), digits.size() - 1));
  const std::string text = concat(negative && digits != "0" ? "-" : "", digits);
  if (const auto number = parse_int(text)) {
    return Value(*number);
  }
  return Value(BigInteger{text});
}

std::optional<Value> to_real(std::string_view text, bool negative) {
  const std::string lower = to_lower(text);
  double number = 0;
  if (lower == "inf" || lower == "infinity") {
    number = std::numeric_limits<double>::infinity();
  } else if (lower == "nan") {
    number = std::numeric_limits<double>::quiet_NaN();
  } else if (lower.empty() || lower.find_first_not_of("0123456789.e+-") != std::string::npos) {
    return std::nullopt;
  } else {
    if (lower.front() == '+' || lower.front() == '-') {  // a second sign
      return std::nullopt;
    }
    char* end = nullptr;
    number = std::strtod(lower.c_str(), &end);
    if (end != lower.c_str() + lower.size()) {
      return std::nullopt;
    }
  }
  return Value(negative ? -number : number);
}

}  // namespace

std::string python_str(Item item) {
  Pool pool;
  const Item plain = pool.plain(item);
  if (plain.type() == Type::string) {
    return *plain.value()->as_string();
  }
  std::string out;
  append_repr(out, plain);
  return out;
}

std::string_view python_class(Item item) {
  switch (item.type()) {
    case Type::null:
      return "NoneType";
    case Type::boolean:
      return "bool";
    case Type::number: {
      Pool pool;
      return pool.plain(item).value()->is_number() ? "float" : "int";
    }
    case Type::array:
      return "list";
    case Type::object:
      return "dict";
    case Type::expref:
      return "_Expression";
    case Type::string:
      break;
  }
  return "str";
}

std::optional<Value> python_number(std::string_view text) {
  const auto stripped = strip_number(text);
  if (!stripped || stripped->empty()) {
    return std::nullopt;
  }
  std::string_view digits = *stripped;
  const bool negative = digits.front() == '-';
  if (negative || digits.front() == '+') {
    digits.remove_prefix(1);
  }
  auto integer = to_integer(digits, negative);
  return integer ? std::move(integer) : to_real(digits, negative);
}

}  // namespace virga::query
