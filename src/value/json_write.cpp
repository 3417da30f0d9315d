// SPDX-License-Identifier: Apache-2.0
#include "value/json_write.hpp"

#include <array>
#include <charconv>
#include <cmath>
#include <cstdint>
#include <cstring>
#include <utility>

#include "base/encoding.hpp"
#include "base/strings.hpp"

namespace virga {
namespace {

void write_u_escape(std::string& out, char32_t unit) {
  constexpr std::string_view k_hex = "0123456789abcdef";
  out += {'\\',
          'u',
          k_hex[unit >> 12U & 15U],
          k_hex[unit >> 8U & 15U],
          k_hex[unit >> 4U & 15U],
          k_hex[unit & 15U]};
}

void write_ascii_escapes(std::string& out, std::string_view text, std::size_t& at) {
  const char32_t c = next_code_point(text, at);
  if (c < 0x10000) {
    write_u_escape(out, c);
  } else {
    const auto rest = c - 0x10000;
    write_u_escape(out, 0xD800 + (rest >> 10U));
    write_u_escape(out, 0xDC00 + (rest & 0x3FFU));
  }
}

bool needs_escape(char c, bool ascii) {
  const auto byte = static_cast<unsigned char>(c);
  return byte < 0x20 || c == '"' || c == '\\' || (ascii && byte >= 0x7F);
}

/// How many bytes from the start of the text need no escape; eight at a time.
std::size_t plain_length(std::string_view text, bool ascii) {
  constexpr std::uint64_t k_ones = 0x0101010101010101U;
  constexpr std::uint64_t k_high = k_ones * 0x80;
  // A byte that is zero borrows from its high bit; one that had it set is masked out. A borrow can
  // reach only bytes behind one that counts.
  const auto zeros = [](std::uint64_t word) { return (word - k_ones) & ~word & k_high; };
  std::size_t at = 0;
  for (; at + 8 <= text.size(); at += 8) {
    std::uint64_t word = 0;
    std::memcpy(&word, text.data() + at, sizeof word);
    const std::uint64_t control = (word - k_ones * 0x20) & ~word & k_high;
    const std::uint64_t marks = zeros(word ^ k_ones * '"') | zeros(word ^ k_ones * '\\');
    const std::uint64_t high = ascii ? (word & k_high) | zeros(word ^ k_ones * 0x7F) : 0;
    if ((control | marks | high) != 0) {
      break;
    }
  }
  while (at < text.size() && !needs_escape(text[at], ascii)) {
    ++at;
  }
  return at;
}

void write_newline(std::string& out, int spaces) {
  out += '\n';
  out.append(static_cast<std::size_t>(spaces), ' ');
}

std::string json_float(double number) {
  if (std::isnan(number)) {
    return "NaN";
  }
  if (std::isinf(number)) {
    return number < 0 ? "-Infinity" : "Infinity";
  }
  return python_float(number);
}

}  // namespace

std::string python_float(double number) {
  if (std::isnan(number)) {
    return "nan";
  }
  if (std::isinf(number)) {
    return number < 0 ? "-inf" : "inf";
  }
  std::array<char, 40> buffer{};
  const auto end =
      std::to_chars(
          buffer.data(), buffer.data() + buffer.size(), number, std::chars_format::scientific)
          .ptr;
  std::string_view text(buffer.data(), static_cast<std::size_t>(end - buffer.data()));
  std::string out;
  if (text.starts_with('-')) {
    out += '-';
    text.remove_prefix(1);
  }
  const auto e = text.find('e');
  const int exponent = static_cast<int>(parse_int(text.substr(e + 1)).value_or(0));
  std::string digits(text.substr(0, e));
  std::erase(digits, '.');
  // Python's repr switches to an exponent below 1e-4 and from 1e16 on (Python/pystrtod.c, format
  // code 'r').
  if (exponent < -4 || exponent >= 16) {
    out += digits[0];
    if (digits.size() > 1) {
      append(out, ".", std::string_view(digits).substr(1));
    }
    const int magnitude = exponent < 0 ? -exponent : exponent;
    append(out, exponent < 0 ? "e-" : "e+", magnitude < 10 ? "0" : "", magnitude);
  } else if (exponent < 0) {
    append(out, "0.", std::string(static_cast<std::size_t>(-exponent - 1), '0'), digits);
  } else {
    const auto whole = static_cast<std::size_t>(exponent) + 1;
    if (digits.size() <= whole) {
      append(out, digits, std::string(whole - digits.size(), '0'), ".0");
    } else {
      append(out, digits.substr(0, whole), ".", digits.substr(whole));
    }
  }
  return out;
}

void write_json_string(std::string& out, std::string_view text, bool ascii) {
  out += '"';
  for (std::size_t at = 0; at < text.size();) {
    const std::size_t run = plain_length(text.substr(at), ascii);
    out.append(text, at, run);
    at += run;
    if (at >= text.size()) {
      break;
    }
    const char c = text[at];
    constexpr std::string_view k_values = "\"\\\b\f\n\r\t";
    constexpr std::string_view k_names = "\"\\bfnrt";
    if (const auto index = k_values.find(c); index != std::string_view::npos) {
      out += {'\\', k_names[index]};
      ++at;
    } else if (static_cast<unsigned char>(c) < 0x20 || c == '\x7F') {
      write_u_escape(
          out, static_cast<unsigned char>(c));  // Python escapes DEL only where it keeps to ASCII
      ++at;
    } else {
      write_ascii_escapes(out, text, at);
    }
  }
  out += '"';
}

namespace {

/// Writes one value; between elements `spill` may take what there is.
template <typename Spill>
class JsonWriter {
 public:
  JsonWriter(std::string& out, const JsonStyle& style, Spill spill)
      : out_(out), style_(style), spill_(std::move(spill)) {}

  Status write(const Value& value, int level) {
    if (const auto* list = value.as_list()) {
      return elements(
          '[', ']', *list, level, [&](const Value& item) { return write(item, level + 1); });
    }
    if (const auto* map = value.as_map()) {
      return elements('{', '}', *map, level, [&](const Map::Entry& entry) {
        write_json_string(out_, entry.first, style_.ascii);
        out_ += style_.compact && style_.indent == 0 ? ":" : ": ";
        return write(entry.second, level + 1);
      });
    }
    write_scalar(value);
    return {};
  }

 private:
  /// Writes what separates and closes the elements of a list or map around `element(i)`.
  template <typename Range, typename Element>
  Status elements(char open, char close, const Range& range, int level, Element element) {
    out_ += open;
    bool first = true;
    for (const auto& item : range) {
      if (!first) {
        out_ += ',';
      }
      if (style_.indent > 0) {
        write_newline(out_, style_.indent * (level + 1));
      } else if (!first && !style_.compact) {
        out_ += ' ';
      }
      first = false;
      VIRGA_TRY(element(item));
      VIRGA_TRY(spill_());
    }
    if (!first && style_.indent > 0) {
      write_newline(out_, style_.indent * level);
    }
    out_ += close;
    return {};
  }

  void write_scalar(const Value& value) {
    switch (value.kind()) {
      case Value::Kind::boolean:
        out_ += *value.as_bool() ? "true" : "false";
        return;
      case Value::Kind::integer:
        append(out_, *value.as_integer());
        return;
      case Value::Kind::number:
        out_ += json_float(*value.as_number());
        return;
      case Value::Kind::big_integer:
        out_ += value.as_big_integer()->digits;
        return;
      case Value::Kind::string:
        write_json_string(out_, *value.as_string(), style_.ascii);
        return;
      case Value::Kind::blob:
        write_json_string(out_, base64_encode(value.as_blob()->bytes));
        return;
      case Value::Kind::timestamp: {
        const TimestampText text = format_timestamp(*value.as_timestamp(), style_.timestamps);
        if (text.is_number) {
          out_ += text.text;
        } else {
          write_json_string(out_, text.text, style_.ascii);
        }
        return;
      }
      default:
        out_ += "null";
        return;
    }
  }

  std::string& out_;
  const JsonStyle& style_;
  Spill spill_;
};

}  // namespace

void write_json(std::string& out, const Value& value, const JsonStyle& style, int level) {
  const auto written = JsonWriter(out, style, [] { return Status(); }).write(value, level);
  static_cast<void>(written);  // nothing spills, nothing fails
}

Status write_json_in_parts(std::string& out,
                           const Value& value,
                           const JsonStyle& style,
                           int level,
                           const std::function<Status()>& spill) {
  return JsonWriter(out, style, [&spill] { return spill(); }).write(value, level);
}

std::string to_json(const Value& value, const JsonStyle& style) {
  std::string out;
  write_json(out, value, style);
  return out;
}

}  // namespace virga
