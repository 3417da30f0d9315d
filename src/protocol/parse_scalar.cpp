// SPDX-License-Identifier: Apache-2.0
#include "protocol/parse_scalar.hpp"

#include <array>
#include <charconv>
#include <cmath>
#include <cstdint>
#include <limits>

#include "base/strings.hpp"
#include "value/json_write.hpp"

namespace virga::protocol {
namespace {

constexpr std::uint8_t k_not_base64 = 0xFF;

constexpr std::array<std::uint8_t, 256> base64_values() {
  std::array<std::uint8_t, 256> table{};
  table.fill(k_not_base64);
  constexpr std::string_view k_alphabet =
      "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
  for (std::size_t i = 0; i < k_alphabet.size(); ++i) {
    table[static_cast<unsigned char>(k_alphabet[i])] = static_cast<std::uint8_t>(i);
  }
  return table;
}

constexpr auto k_base64_values = base64_values();

/// Decodes canonical base64 into `out`, which may be the text itself: bytes are written behind
/// where they are read.
std::optional<std::size_t> decode_canonical(std::string_view text, char* out) {
  if (text.size() % 4 != 0) {
    return std::nullopt;
  }
  std::size_t padding = 0;
  while (padding < 2 && padding < text.size() && text[text.size() - 1 - padding] == '=') {
    ++padding;
  }
  const std::size_t digits = text.size() - padding;
  std::size_t written = 0;
  std::uint32_t group = 0;
  for (std::size_t i = 0; i < digits; ++i) {
    const auto value = k_base64_values[static_cast<unsigned char>(text[i])];
    if (value == k_not_base64) {
      return std::nullopt;
    }
    group = group << 6U | value;
    if (i % 4 == 3) {
      out[written++] = static_cast<char>(group >> 16U & 0xFFU);
      out[written++] = static_cast<char>(group >> 8U & 0xFFU);
      out[written++] = static_cast<char>(group & 0xFFU);
      group = 0;
    }
  }
  const bool has_stray_bits =
      (padding == 1 && (group & 3U) != 0) || (padding == 2 && (group & 15U) != 0);
  if (has_stray_bits) {
    return std::nullopt;
  }
  if (padding == 1) {
    out[written++] = static_cast<char>(group >> 10U & 0xFFU);
    out[written++] = static_cast<char>(group >> 2U & 0xFFU);
  } else if (padding == 2) {
    out[written++] = static_cast<char>(group >> 4U & 0xFFU);
  }
  return written;
}

/// Without the '_' that Python allows between digits; nothing where one stands elsewhere.
std::optional<std::string> without_underscores(std::string_view text) {
  std::string out;
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (text[i] != '_') {
      out += text[i];
      continue;
    }
    if (i == 0 || i + 1 == text.size() || !is_ascii_digit(text[i - 1]) ||
        !is_ascii_digit(text[i + 1])) {
      return std::nullopt;
    }
  }
  return out;
}

std::optional<double> finite_of(std::string_view text) {
  double number = 0;
  const char* const end = text.data() + text.size();
  const auto [stop, error] = std::from_chars(text.data(), end, number);
  if (stop != end) {
    return std::nullopt;
  }
  if (error == std::errc::result_out_of_range) {
    // from_chars leaves the number alone; Python gives zero or an infinity.
    const auto e = text.find_first_of("eE");
    const bool is_tiny = e != std::string_view::npos && e + 1 < text.size() && text[e + 1] == '-';
    const double magnitude = is_tiny ? 0.0 : std::numeric_limits<double>::infinity();
    return text.front() == '-' ? -magnitude : magnitude;
  }
  return error == std::errc() ? std::optional(number) : std::nullopt;
}

void append_escaped(std::string& out, char c, char quote, bool keep_high) {
  constexpr std::string_view k_hex = "0123456789abcdef";
  const auto byte = static_cast<unsigned char>(c);
  if (c == quote || c == '\\') {
    out += {'\\', c};
  } else if (c == '\n') {
    out += "\\n";
  } else if (c == '\r') {
    out += "\\r";
  } else if (c == '\t') {
    out += "\\t";
  } else if (byte < 0x20 || byte == 0x7F || (byte >= 0x80 && !keep_high)) {
    out += {'\\', 'x', k_hex[byte >> 4U], k_hex[byte & 15U]};
  } else {
    out += c;
  }
}

std::string python_repr(std::string_view text, std::string_view prefix, bool keep_high) {
  const bool has_single = text.find('\'') != std::string_view::npos;
  const char quote = has_single && text.find('"') == std::string_view::npos ? '"' : '\'';
  std::string out(prefix);
  out += quote;
  for (const char c : text) {
    append_escaped(out, c, quote, keep_high);
  }
  out += quote;
  return out;
}

}  // namespace

std::optional<Value> python_int(std::string_view text) {
  text = trim(text);
  if (const auto number = parse_int(text)) {
    return Value(*number);
  }
  const bool negative = text.starts_with('-');
  if (negative || text.starts_with('+')) {
    text.remove_prefix(1);
  }
  const auto plain = without_underscores(text);
  if (!plain || plain->empty() || plain->find_first_not_of("0123456789") != std::string::npos) {
    return std::nullopt;
  }
  const auto first = std::min(plain->find_first_not_of('0'), plain->size() - 1);
  std::string digits = (negative ? "-" : "") + plain->substr(first);
  if (const auto number = parse_int(digits)) {
    return Value(*number);
  }
  return Value(BigInteger{std::move(digits)});
}

std::optional<double> python_float_of(std::string_view text) {
  text = trim(text);
  const auto plain = without_underscores(text.starts_with('+') ? text.substr(1) : text);
  if (!plain || plain->empty()) {
    return std::nullopt;
  }
  const bool negative = plain->front() == '-';
  const std::string word = to_lower(std::string_view(*plain).substr(negative ? 1 : 0));
  if (word.empty() || (text.starts_with('+') && negative)) {
    return std::nullopt;
  }
  if (word == "nan") {
    return std::numeric_limits<double>::quiet_NaN();
  }
  if (word == "inf" || word == "infinity") {
    return negative ? -std::numeric_limits<double>::infinity()
                    : std::numeric_limits<double>::infinity();
  }
  return is_ascii_alpha(word.front()) ? std::nullopt : finite_of(*plain);
}

std::optional<Value> truncate_to_integer(double number) {
  if (!std::isfinite(number)) {
    return std::nullopt;
  }
  const double whole = std::trunc(number);
  constexpr double k_limit = 9223372036854775808.0;  // 2^63
  if (whole >= -k_limit && whole < k_limit) {
    return Value(static_cast<std::int64_t>(whole));
  }
  std::array<char, 400> buffer{};
  const auto end =
      std::to_chars(buffer.data(), buffer.data() + buffer.size(), whole, std::chars_format::fixed)
          .ptr;
  return Value(BigInteger{std::string(buffer.data(), end)});
}

Value blob_of(std::string text) {
  // Not in place: text that turns out not to be base64 half-way is still needed.
  std::string bytes(text.size() / 4 * 3, '\0');
  const auto size = decode_canonical(text, bytes.data());
  if (!size) {
    return text;
  }
  bytes.resize(*size);
  return Blob{std::move(bytes)};
}

Value timestamp_of(Value value) {
  if (auto* text = value.as_string()) {
    return Timestamp{std::move(*text), false};
  }
  if (const auto* integer = value.as_integer()) {
    return Timestamp{concat(*integer), true};
  }
  if (const auto* number = value.as_number()) {
    return Timestamp{python_float(*number), true};
  }
  if (const auto* big = value.as_big_integer()) {
    return Timestamp{big->digits, true};
  }
  return value;
}

Result<Value> scalar_of(model::ShapeKind kind, std::string_view text, TextRules rules) {
  using model::ShapeKind;
  switch (kind) {
    case ShapeKind::boolean:
      return Value(text == "true" ||
                   (rules == TextRules::json && equals_ignore_case(text, "true")));
    case ShapeKind::integer:
    case ShapeKind::long_integer:
      if (auto number = python_int(text)) {
        return std::move(*number);
      }
      return fail(ErrorCode::response,
                  concat("invalid literal for int() with base 10: ", python_string_repr(text)));
    case ShapeKind::float_number:
    case ShapeKind::double_number:
      if (const auto number = python_float_of(text)) {
        return Value(*number);
      }
      return fail(ErrorCode::response,
                  concat("could not convert string to float: ", python_string_repr(text)));
    case ShapeKind::timestamp:
      return Value(Timestamp{std::string(text), false});
    case ShapeKind::blob:
      return blob_of(std::string(text));
    default:
      return Value(text);
  }
}

std::string python_bytes_repr(std::string_view bytes) { return python_repr(bytes, "b", false); }

std::string python_string_repr(std::string_view text) { return python_repr(text, "", true); }

std::string python_text(const Value& value) {
  if (const auto* text = value.as_string()) {
    return *text;
  }
  if (value.is_null()) {
    return "None";
  }
  if (const auto* truth = value.as_bool()) {
    return *truth ? "True" : "False";
  }
  if (const auto* number = value.as_number()) {
    return python_float(*number);
  }
  return to_json(value);
}

}  // namespace virga::protocol
