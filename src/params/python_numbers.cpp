// SPDX-License-Identifier: Apache-2.0
#include "params/python_numbers.hpp"

#include <algorithm>
#include <limits>
#include <string>

#include "base/strings.hpp"
#include "params/python_repr.hpp"

namespace virga::params {
namespace {

/// sys.get_int_max_str_digits()
constexpr std::size_t k_max_digits = 4300;
/// Python quotes at most this many characters of what is no integer.
constexpr std::size_t k_max_quoted = 200;

/// Without the underscores, each of which must stand between two digits.
std::optional<std::string> without_underscores(std::string_view text) {
  std::string out;
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (text[i] != '_') {
      out += text[i];
    } else if (i == 0 || i + 1 == text.size() || !is_ascii_digit(text[i - 1]) ||
               !is_ascii_digit(text[i + 1])) {
      return std::nullopt;
    }
  }
  return out;
}

/// A sign and decimal digits, leading zeros removed: "-12".
std::optional<std::string> canonical_integer(std::string_view text) {
  const auto plain = without_underscores(python_strip(text));
  if (!plain) {
    return std::nullopt;
  }
  std::string_view digits = *plain;
  const bool negative = digits.starts_with('-');
  if (negative || digits.starts_with('+')) {
    digits.remove_prefix(1);
  }
  if (digits.empty() || !std::all_of(digits.begin(), digits.end(), is_ascii_digit)) {
    return std::nullopt;
  }
  digits.remove_prefix(std::min(digits.find_first_not_of('0'), digits.size()));
  if (digits.empty()) {
    return "0";
  }
  return concat(negative ? "-" : "", digits);
}

bool is_float_syntax(std::string_view text) {
  std::size_t at = 0;
  const auto digits = [&] {
    const std::size_t start = at;
    while (at < text.size() && is_ascii_digit(text[at])) {
      ++at;
    }
    return at - start;
  };
  const std::size_t whole = digits();
  std::size_t fraction = 0;
  if (at < text.size() && text[at] == '.') {
    ++at;
    fraction = digits();
  }
  if (whole + fraction == 0) {
    return false;
  }
  if (at < text.size() && (text[at] == 'e' || text[at] == 'E')) {
    ++at;
    at += at < text.size() && (text[at] == '+' || text[at] == '-') ? 1U : 0U;
    if (digits() == 0) {
      return false;
    }
  }
  return at == text.size();
}

/// What parse_double does not take: overflow to infinity, a missing digit before or after the
/// point.
double decimal_value(std::string_view text) {
  const std::string terminated(text);
  return std::strtod(terminated.c_str(), nullptr);  // the process stays in the "C" locale
}

std::string_view type_word(const Value& value) {
  return value.is_list() ? "list" : value.is_map() ? "dict" : "NoneType";
}

/// The text of a string or blob; null for other kinds.
const std::string* text_of(const Value& value) {
  const auto* blob = value.as_blob();
  return blob != nullptr ? &blob->bytes : value.as_string();
}

}  // namespace

std::optional<Value> read_python_int(std::string_view text) {
  auto digits = canonical_integer(text);
  if (!digits || digits->size() > k_max_digits) {
    return std::nullopt;
  }
  if (const auto number = parse_int(*digits)) {
    return Value(*number);
  }
  return Value(BigInteger{std::move(*digits)});
}

std::optional<double> read_python_float(std::string_view text) {
  const auto plain = without_underscores(python_strip(text));
  if (!plain) {
    return std::nullopt;
  }
  std::string_view number = *plain;
  const bool negative = number.starts_with('-');
  if (negative || number.starts_with('+')) {
    number.remove_prefix(1);
  }
  const double sign = negative ? -1.0 : 1.0;
  if (equals_ignore_case(number, "inf") || equals_ignore_case(number, "infinity")) {
    return sign * std::numeric_limits<double>::infinity();
  }
  if (equals_ignore_case(number, "nan")) {
    return std::numeric_limits<double>::quiet_NaN();
  }
  if (!is_float_syntax(number)) {
    return std::nullopt;
  }
  return sign * decimal_value(number);
}

Result<Value> python_int_of(const Value& value) {
  if (value.is_integer() || value.kind() == Value::Kind::big_integer) {
    return value;
  }
  const auto* text = text_of(value);
  if (text == nullptr) {
    return fail(
        ErrorCode::general,
        concat("int() argument must be a string, a bytes-like object or a real number, not '",
               type_word(value),
               "'"));
  }
  if (auto number = read_python_int(*text)) {
    return std::move(*number);
  }
  if (const auto digits = canonical_integer(*text)) {
    const std::size_t count = digits->size() - (digits->starts_with('-') ? 1U : 0U);
    if (count > k_max_digits) {
      return fail(ErrorCode::general,
                  concat("Exceeds the limit (",
                         k_max_digits,
                         " digits) for integer string conversion: value has ",
                         count,
                         " digits; use sys.set_int_max_str_digits() to increase the limit"));
    }
  }
  const std::string quoted = python_repr(value);
  std::size_t end = 0;
  for (std::size_t i = 0; i < k_max_quoted && end < quoted.size(); ++i) {
    static_cast<void>(next_python_character(quoted, end));
  }
  return fail(ErrorCode::general,
              concat("invalid literal for int() with base 10: ", quoted.substr(0, end)));
}

Result<Value> python_float_of(const Value& value) {
  if (const auto* integer = value.as_integer()) {
    return Value(static_cast<double>(*integer));
  }
  const auto* text = text_of(value);
  if (text == nullptr) {
    return fail(
        ErrorCode::general,
        concat("float() argument must be a string or a real number, not '", type_word(value), "'"));
  }
  if (const auto number = read_python_float(*text)) {
    return Value(*number);
  }
  return fail(ErrorCode::general,
              concat("could not convert string to float: ", python_repr(value)));
}

}  // namespace virga::params
