// SPDX-License-Identifier: Apache-2.0
#include "value/json_read.hpp"

#include <array>
#include <charconv>
#include <cstdint>
#include <cstdlib>
#include <cstring>
#include <limits>

#include "base/encoding.hpp"
#include "base/strings.hpp"

namespace virga {
namespace {

constexpr int k_max_depth = 512;

bool is_json_space(char c) { return c == ' ' || c == '\n' || c == '\r' || c == '\t'; }

/// Where in the text something is, in Python's words.
std::string position_text(std::string_view text, std::size_t at) {
  std::size_t line = 1;
  std::size_t column = 1;
  std::size_t characters = 0;
  for (std::size_t i = 0; i < at && i < text.size(); ++i) {
    if ((static_cast<unsigned char>(text[i]) & 0xC0U) == 0x80U) {
      continue;  // inside a code point
    }
    ++characters;
    ++column;
    if (text[i] == '\n') {
      ++line;
      column = 1;
    }
  }
  return concat("line ", line, " column ", column, " (char ", characters, ")");
}

/// A number too large or too small for a double is infinite or zero, as in Python.
double to_double(std::string_view literal) {
  double number = 0;
  const auto result = std::from_chars(literal.data(), literal.data() + literal.size(), number);
  if (result.ec != std::errc::result_out_of_range) {
    return number;
  }
  return std::strtod(std::string(literal).c_str(),
                     nullptr);  // the C locale's point: nothing sets another
}

/// Where the first quote, backslash or control character at or after `at` is; eight bytes at a
/// time.
std::size_t end_of_plain_text(std::string_view text, std::size_t at) {
  constexpr std::uint64_t k_ones = 0x0101010101010101U;
  constexpr std::uint64_t k_high = k_ones * 0x80;
  const auto zero_bytes = [](std::uint64_t word) { return (word - k_ones) & ~word & k_high; };
  for (; at + 8 <= text.size(); at += 8) {
    std::uint64_t word = 0;
    std::memcpy(&word, text.data() + at, sizeof word);
    const std::uint64_t below_space = (word - k_ones * 0x20) & ~word & k_high;
    const std::uint64_t stops =
        below_space | zero_bytes(word ^ k_ones * '"') | zero_bytes(word ^ k_ones * '\\');
    if (stops != 0) {
      break;  // the lowest mark is right; those above it may be borrowed
    }
  }
  while (at < text.size() && text[at] != '"' && text[at] != '\\' &&
         static_cast<unsigned char>(text[at]) >= 0x20) {
    ++at;
  }
  return at;
}

/// A recursive descent over the text. Methods return false after storing the error.
class JsonReader {
 public:
  explicit JsonReader(std::string_view text) : text_(text) {}

  Result<Value> read() {
    Value value;
    if (text_.starts_with("\xEF\xBB\xBF")) {
      set_error("Unexpected UTF-8 BOM (decode using utf-8-sig)", 0);
      return fail(ErrorCode::response, std::move(error_));
    }
    skip_space();
    if (!read_value(value, 0)) {
      return fail(ErrorCode::response, std::move(error_));
    }
    skip_space();
    if (at_ != text_.size()) {
      set_error("Extra data", at_);
      return fail(ErrorCode::response, std::move(error_));
    }
    return value;
  }

 private:
  bool set_error(std::string_view what, std::size_t at) {
    error_ = concat(what, ": ", position_text(text_, at));
    return false;
  }

  [[nodiscard]] char peek() const { return at_ < text_.size() ? text_[at_] : '\0'; }

  void skip_space() {
    while (at_ < text_.size() && is_json_space(text_[at_])) {
      ++at_;
    }
  }

  bool take_word(std::string_view word) {
    if (text_.substr(at_, word.size()) != word) {
      return false;
    }
    at_ += word.size();
    return true;
  }

  bool read_value(Value& out, int depth) {
    if (depth > k_max_depth) {
      return set_error("Nesting too deep", at_);
    }
    switch (peek()) {
      case '"': {
        return read_string(out.become_string());
      }
      case '{':
        return read_object(out, depth);
      case '[':
        return read_array(out, depth);
      default:
        return read_scalar(out);
    }
  }

  bool read_scalar(Value& out) {
    if (take_word("true")) {
      out = true;
    } else if (take_word("false")) {
      out = false;
    } else if (take_word("null")) {
      out = nullptr;
    } else if (take_word("NaN")) {
      out = std::numeric_limits<double>::quiet_NaN();
    } else if (take_word("Infinity")) {
      out = std::numeric_limits<double>::infinity();
    } else if (take_word("-Infinity")) {
      out = -std::numeric_limits<double>::infinity();
    } else {
      return read_number(out);
    }
    return true;
  }

  std::size_t digits_from(std::size_t at) const {
    while (at < text_.size() && is_ascii_digit(text_[at])) {
      ++at;
    }
    return at;
  }

  bool read_number(Value& out) {
    const std::size_t start = at_;
    std::size_t end = start + (peek() == '-' ? 1U : 0U);
    if (end >= text_.size() || !is_ascii_digit(text_[end])) {
      return set_error("Expecting value", start);
    }
    end = text_[end] == '0' ? end + 1 : digits_from(end);
    bool integral = true;
    if (end + 1 < text_.size() && text_[end] == '.' && is_ascii_digit(text_[end + 1])) {
      end = digits_from(end + 1);
      integral = false;
    }
    if (end < text_.size() && (text_[end] == 'e' || text_[end] == 'E')) {
      const std::size_t sign = end + 1;
      const bool has_sign = sign < text_.size() && (text_[sign] == '+' || text_[sign] == '-');
      const std::size_t digits = has_sign ? sign + 1 : sign;
      if (digits < text_.size() && is_ascii_digit(text_[digits])) {
        end = digits_from(digits);
        integral = false;
      }
    }
    at_ = end;
    const std::string_view literal = text_.substr(start, end - start);
    if (!integral) {
      out = to_double(literal);
    } else if (const auto number = parse_int(literal)) {
      out = *number;
    } else {
      out = BigInteger{std::string(literal)};
    }
    return true;
  }

  bool read_array(Value& out, int depth) {
    List& list = out.become_list();
    ++at_;
    skip_space();
    if (peek() == ']' && at_ < text_.size()) {
      ++at_;
      return true;
    }
    reserve(list, depth);
    for (;;) {
      if (!read_value(list.emplace_back(), depth + 1)) {
        return false;
      }
      skip_space();
      if (peek() == ']') {
        ++at_;
        remember(list.size(), depth);
        return true;
      }
      if (peek() != ',') {
        return set_error("Expecting ',' delimiter", at_);
      }
      ++at_;
      skip_space();
    }
  }

  bool read_object(Value& out, int depth) {
    Map& map = out.become_map();
    ++at_;
    skip_space();
    if (peek() == '}') {
      ++at_;
      return true;
    }
    reserve(map.entries(), depth);
    for (;;) {
      if (peek() != '"') {
        return set_error("Expecting property name enclosed in double quotes", at_);
      }
      auto& [key, value] = map.entries().emplace_back();
      if (!read_string(key)) {
        return false;
      }
      skip_space();
      if (peek() != ':') {
        return set_error("Expecting ':' delimiter", at_);
      }
      ++at_;
      skip_space();
      if (!read_value(value, depth + 1)) {
        return false;
      }
      skip_space();
      if (peek() == '}') {
        ++at_;
        remember(map.size(), depth);
        map.unify_keys();
        return true;
      }
      if (peek() != ',') {
        return set_error("Expecting ',' delimiter", at_);
      }
      ++at_;
      skip_space();
    }
  }

  /// Answers hold rows of like objects: the last container of this depth says how much room the
  /// next one needs.
  template <typename Container>
  void reserve(Container& container, int depth) const {
    if (static_cast<std::size_t>(depth) < last_sizes_.size()) {
      container.reserve(last_sizes_[static_cast<std::size_t>(depth)]);
    }
  }

  void remember(std::size_t size, int depth) {
    if (static_cast<std::size_t>(depth) < last_sizes_.size()) {
      last_sizes_[static_cast<std::size_t>(depth)] = size;
    }
  }

  bool read_string(std::string& out) {
    const std::size_t start = at_++;
    for (;;) {
      const std::size_t run = at_;
      at_ = end_of_plain_text(text_, at_);
      out.append(text_, run, at_ - run);
      if (at_ >= text_.size()) {
        return set_error("Unterminated string starting at", start);
      }
      if (text_[at_] == '"') {
        ++at_;
        return true;
      }
      if (text_[at_] != '\\') {
        return set_error("Invalid control character at", at_);
      }
      if (!read_escape(out, start)) {
        return false;
      }
    }
  }

  bool read_escape(std::string& out, std::size_t string_start) {
    if (at_ + 1 >= text_.size()) {
      return set_error("Unterminated string starting at", string_start);
    }
    const char kind = text_[at_ + 1];
    constexpr std::string_view k_names = "\"\\/bfnrt";
    constexpr std::string_view k_values = "\"\\/\b\f\n\r\t";
    if (const auto index = k_names.find(kind); index != std::string_view::npos) {
      out += k_values[index];
      at_ += 2;
      return true;
    }
    if (kind != 'u') {
      return set_error("Invalid \\escape", at_);
    }
    char32_t unit = 0;
    if (!read_hex4(at_ + 2, unit)) {
      return set_error("Invalid \\uXXXX escape", at_ + 1);
    }
    at_ += 6;
    char32_t low = 0;
    if (unit >= 0xD800 && unit < 0xDC00 && text_.substr(at_, 2) == "\\u" &&
        read_hex4(at_ + 2, low) && low >= 0xDC00 && low < 0xE000) {
      unit = 0x10000 + ((unit - 0xD800) << 10U) + (low - 0xDC00);
      at_ += 6;
    }
    append_utf8(out, unit);
    return true;
  }

  bool read_hex4(std::size_t at, char32_t& out) const {
    const std::string_view digits = text_.substr(std::min(at, text_.size()), 4);
    unsigned number = 0;
    const auto [end, error] =
        std::from_chars(digits.data(), digits.data() + digits.size(), number, 16);
    if (digits.size() != 4 || error != std::errc() || end != digits.data() + 4) {
      return false;
    }
    out = number;
    return true;
  }

  std::string_view text_;
  std::size_t at_ = 0;
  std::array<std::size_t, 16> last_sizes_{};  // by depth
  std::string error_;
};

}  // namespace

Result<Value> read_json(std::string_view text) { return JsonReader(text).read(); }

}  // namespace virga
