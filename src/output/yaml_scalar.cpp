// SPDX-License-Identifier: Apache-2.0
#include "output/yaml_scalar.hpp"

#include <algorithm>
#include <array>

#include "base/strings.hpp"

namespace virga::output {
namespace {

unsigned char byte_at(std::string_view text, std::size_t at) {
  return at < text.size() ? static_cast<unsigned char>(text[at]) : 0;
}

/// Blank, tab, line break or the end.
bool is_blank_or_end(std::string_view text, std::size_t at) {
  const unsigned char c = byte_at(text, at);
  return c == ' ' || c == '\t' || c == 0 || yaml_break_size(text, at) > 0;
}

bool contains(std::string_view set, char c) { return set.find(c) != std::string_view::npos; }

/// Reads numbers and dates as the library's regular expressions describe them.
class Reader {
 public:
  explicit Reader(std::string_view text) : rest_(text) {}

  bool take(std::string_view text) {
    if (!rest_.starts_with(text)) {
      return false;
    }
    rest_.remove_prefix(text.size());
    return true;
  }

  /// As many as there are of the set, `most` at most; how many.
  std::size_t take_any(std::string_view set, std::size_t most = std::string_view::npos) {
    const std::size_t end = std::min(rest_.find_first_not_of(set), rest_.size());
    const std::size_t count = std::min(end, most);
    rest_.remove_prefix(count);
    return count;
  }

  bool take_one(std::string_view set) { return take_any(set, 1) == 1; }

  [[nodiscard]] bool is_done() const { return rest_.empty(); }

 private:
  std::string_view rest_;  // the caller's
};

constexpr std::string_view k_digits = "0123456789";
constexpr std::string_view k_digits_or_underscore = "0123456789_";

bool is_integer(std::string_view text) {
  Reader reader(text);
  reader.take_one("+-");
  Reader binary = reader;
  if (binary.take("0b") && binary.take_any("01_") > 0 && binary.is_done()) {
    return true;
  }
  Reader octal = reader;
  if (octal.take("0o") && octal.take_any("01234567_") > 0 && octal.is_done()) {
    return true;
  }
  Reader hexadecimal = reader;
  if (hexadecimal.take("0x") && hexadecimal.take_any("0123456789abcdefABCDEF_") > 0 &&
      hexadecimal.is_done()) {
    return true;
  }
  return reader.take_any(k_digits_or_underscore) > 0 && reader.is_done();
}

enum class ExponentSign { optional, required };

bool take_exponent(Reader& reader, ExponentSign sign) {
  if (!reader.take_one("eE")) {
    return false;
  }
  const bool has_sign = reader.take_one("+-");
  return (has_sign || sign == ExponentSign::optional) && reader.take_any(k_digits) > 0;
}

bool is_float(std::string_view text) {
  Reader reader(text);
  const bool has_sign = reader.take_one("+-");
  if (reader.take(".")) {
    Reader word = reader;
    for (const auto* infinity : {"inf", "Inf", "INF"}) {
      if (word.take(infinity)) {
        return word.is_done();
      }
    }
    for (const auto* nan : {"nan", "NaN", "NAN"}) {
      if (word.take(nan)) {
        return word.is_done() && !has_sign;
      }
    }
    if (reader.take_any(k_digits_or_underscore) == 0) {
      return false;
    }
    return reader.is_done() || (take_exponent(reader, ExponentSign::required) && reader.is_done());
  }
  if (!reader.take_one(k_digits)) {
    return false;
  }
  reader.take_any(k_digits_or_underscore);
  const bool has_point = reader.take(".");
  if (has_point) {
    reader.take_any(k_digits_or_underscore);
  }
  if (has_point && reader.is_done()) {
    return true;
  }
  return take_exponent(reader, ExponentSign::optional) && reader.is_done();
}

bool take_time_zone(Reader& reader) {
  reader.take_any(" \t");
  if (reader.take("Z")) {
    return true;
  }
  if (!reader.take_one("+-") || reader.take_any(k_digits, 2) == 0) {
    return false;
  }
  return !reader.take(":") || reader.take_any(k_digits, 2) == 2;
}

bool is_timestamp(std::string_view text) {
  Reader reader(text);
  if (reader.take_any(k_digits, 4) != 4 || !reader.take("-")) {
    return false;
  }
  const std::size_t month = reader.take_any(k_digits, 2);
  if (month == 0 || !reader.take("-")) {
    return false;
  }
  const std::size_t day = reader.take_any(k_digits, 2);
  if (day == 0) {
    return false;
  }
  if (reader.is_done()) {
    return month == 2 && day == 2;
  }
  if (!reader.take_one("Tt") && reader.take_any(" \t") == 0) {
    return false;
  }
  const bool has_time = reader.take_any(k_digits, 2) > 0 && reader.take(":") &&
                        reader.take_any(k_digits, 2) == 2 && reader.take(":") &&
                        reader.take_any(k_digits, 2) == 2;
  if (!has_time) {
    return false;
  }
  if (reader.take(".")) {
    reader.take_any(k_digits);
  }
  return reader.is_done() || (take_time_zone(reader) && reader.is_done());
}

/// Whether the character means something to YAML where it stands.
bool is_indicator(std::string_view text, std::size_t at, bool after_blank) {
  const char c = text[at];
  const std::size_t next = at + utf8_size(text, at);
  const bool before_blank = next >= text.size() || is_blank_or_end(text, next);
  if (at > 0) {
    return (c == ':' && before_blank) || (c == '#' && after_blank);
  }
  if (contains("?:-", c)) {
    return before_blank;
  }
  return contains("#,[]{}&*!|>'\"%@`", c);
}

}  // namespace

std::size_t utf8_size(std::string_view text, std::size_t at) {
  const unsigned char c = byte_at(text, at);
  const std::size_t size = c < 0xC0 ? 1 : c < 0xE0 ? 2 : c < 0xF0 ? 3 : 4;
  return std::min(size, text.size() - at);
}

std::size_t yaml_break_size(std::string_view text, std::size_t at) {
  const unsigned char c = byte_at(text, at);
  if (c == '\n' || c == '\r') {
    return 1;
  }
  if (c == 0xC2 && byte_at(text, at + 1) == 0x85) {  // next line
    return 2;
  }
  const bool is_separator = c == 0xE2 && byte_at(text, at + 1) == 0x80 &&
                            (byte_at(text, at + 2) == 0xA8 || byte_at(text, at + 2) == 0xA9);
  return is_separator ? 3 : 0;
}

bool is_yaml_printable(std::string_view text, std::size_t at) {
  const unsigned char c = byte_at(text, at);
  const unsigned char second = byte_at(text, at + 1);
  const unsigned char third = byte_at(text, at + 2);
  if (c < 0x80) {
    return c == '\n' || (c >= 0x20 && c < 0x7F);
  }
  if (c == 0xC2) {
    return second >= 0xA0;
  }
  if (c == 0xED) {
    return second < 0xA0;
  }
  if (c == 0xEF) {
    const bool is_mark = second == 0xBB && third == 0xBF;
    const bool is_noncharacter = second == 0xBF && (third == 0xBE || third == 0xBF);
    return !is_mark && !is_noncharacter;
  }
  return c > 0xC2 && c < 0xEF;
}

YamlScalarTraits analyze_yaml_scalar(std::string_view text) {
  if (text.empty()) {
    return {true, true, false};
  }
  bool has_indicator = text.starts_with("---") || text.starts_with("...");
  bool has_special = false;
  bool has_break = false;
  bool break_then_space = false;
  bool space_then_break = false;
  bool previous_is_space = false;
  bool previous_is_break = false;
  bool after_blank = true;
  for (std::size_t at = 0; at < text.size(); at += utf8_size(text, at)) {
    has_indicator = has_indicator || is_indicator(text, at, after_blank);
    has_special = has_special || !is_yaml_printable(text, at);
    const bool is_break = yaml_break_size(text, at) > 0;
    const bool is_space = text[at] == ' ';
    has_break = has_break || is_break;
    break_then_space = break_then_space || (is_space && previous_is_break);
    space_then_break = space_then_break || (is_break && previous_is_space);
    previous_is_space = is_space;
    previous_is_break = is_break;
    after_blank = is_blank_or_end(text, at);
  }
  const bool has_outer_blank =
      text.front() == ' ' || previous_is_space || yaml_break_size(text, 0) > 0 || previous_is_break;
  YamlScalarTraits traits;
  traits.multiline = has_break;
  traits.single_quoted = !break_then_space && !space_then_break && !has_special;
  traits.plain = traits.single_quoted && !has_break && !has_outer_blank && !has_indicator;
  return traits;
}

bool resolves_to_other_type(std::string_view text) {
  constexpr std::array<std::string_view, 13> k_words = {"",
                                                        "~",
                                                        "null",
                                                        "Null",
                                                        "NULL",
                                                        "true",
                                                        "True",
                                                        "TRUE",
                                                        "false",
                                                        "False",
                                                        "FALSE",
                                                        "<<",
                                                        "="};
  if (std::find(k_words.begin(), k_words.end(), text) != k_words.end()) {
    return true;
  }
  const char c = text.front();
  if (is_ascii_digit(c)) {
    return is_integer(text) || is_float(text) || is_timestamp(text);
  }
  return contains("+-.", c) && ((c != '.' && is_integer(text)) || is_float(text));
}

}  // namespace virga::output
