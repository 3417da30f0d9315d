// SPDX-License-Identifier: Apache-2.0
#include "params/python_repr.hpp"

#include <algorithm>
#include <array>
#include <cstdint>

#include "base/encoding.hpp"
#include "base/strings.hpp"
#include "value/json_write.hpp"

namespace virga::params {
namespace {

struct CodePointRange {
  char32_t first;
  char32_t last;
};

constexpr CodePointRange k_unprintable[] = {
#define UNPRINTABLE(first, last) {first, last},
#include "params/unprintable.def"
#undef UNPRINTABLE
};

bool is_printable(char32_t c) {
  if (c < 0x7F) {
    return c >= 0x20;
  }
  const auto* range =
      std::lower_bound(std::begin(k_unprintable),
                       std::end(k_unprintable),
                       c,
                       [](const CodePointRange& r, char32_t point) { return r.last < point; });
  return range == std::end(k_unprintable) || c < range->first;
}

void append_hex(std::string& out, char kind, char32_t c, int digits) {
  constexpr std::string_view k_hex = "0123456789abcdef";
  append(out, '\\', kind);
  for (int shift = (digits - 1) * 4; shift >= 0; shift -= 4) {
    out += k_hex[(c >> static_cast<unsigned>(shift)) & 15U];
  }
}

char quote_for(std::string_view text) {
  return text.find('\'') != std::string_view::npos && text.find('"') == std::string_view::npos
             ? '"'
             : '\'';
}

/// The escapes that str and bytes share; false if `c` needs another one.
bool append_common(std::string& out, char32_t c, char quote) {
  switch (c) {
    case '\n':
      out += "\\n";
      return true;
    case '\r':
      out += "\\r";
      return true;
    case '\t':
      out += "\\t";
      return true;
    default:
      break;
  }
  if (c < 0x20 || c >= 0x7F) {
    return false;
  }
  if (c == '\\' || c == static_cast<unsigned char>(quote)) {
    out += '\\';
  }
  out += static_cast<char>(c);
  return true;
}

std::string bytes_repr(std::string_view bytes) {
  const char quote = quote_for(bytes);
  std::string out = "b";
  out += quote;
  for (const char c : bytes) {
    const auto byte = static_cast<unsigned char>(c);
    if (!append_common(out, byte, quote)) {
      append_hex(out, 'x', byte, 2);
    }
  }
  return out + quote;
}

void append_repr(std::string& out, const Value& value, DictStyle style);

void append_list(std::string& out, const List& list, DictStyle style) {
  out += '[';
  for (std::size_t i = 0; i < list.size(); ++i) {
    out += i == 0 ? "" : ", ";
    append_repr(out, list[i], style);
  }
  out += ']';
}

void append_map(std::string& out, const Map& map, DictStyle style) {
  if (style == DictStyle::ordered && map.empty()) {
    out += "OrderedDict()";
    return;
  }
  const bool ordered = style == DictStyle::ordered;
  out += ordered ? "OrderedDict([" : "{";
  bool first = true;
  for (const auto& [key, value] : map) {
    out += first ? "" : ", ";
    first = false;
    append(out, ordered ? "(" : "", python_quoted(key), ordered ? ", " : ": ");
    append_repr(out, value, style);
    out += ordered ? ")" : "";
  }
  out += ordered ? "])" : "}";
}

void append_repr(std::string& out, const Value& value, DictStyle style) {
  switch (value.kind()) {
    case Value::Kind::null:
      out += "None";
      return;
    case Value::Kind::boolean:
      out += *value.as_bool() ? "True" : "False";
      return;
    case Value::Kind::integer:
      append(out, *value.as_integer());
      return;
    case Value::Kind::number:
      out += python_float(*value.as_number());
      return;
    case Value::Kind::big_integer:
      out += value.as_big_integer()->digits;
      return;
    case Value::Kind::string:
      out += python_quoted(*value.as_string());
      return;
    case Value::Kind::blob:
      out += bytes_repr(value.as_blob()->bytes);
      return;
    case Value::Kind::timestamp: {
      const auto& time = *value.as_timestamp();
      out += time.is_number ? time.wire : python_quoted(time.wire);
      return;
    }
    case Value::Kind::list:
      append_list(out, *value.as_list(), style);
      return;
    case Value::Kind::map:
      append_map(out, *value.as_map(), style);
      return;
  }
}

/// The length of the UTF-8 sequence at `position`, surrogates allowed; 0 if there is none.
std::size_t sequence_length(std::string_view text, std::size_t position) {
  const auto byte = [&](std::size_t i) { return static_cast<unsigned char>(text[position + i]); };
  const unsigned char lead = byte(0);
  const std::size_t length = lead < 0x80   ? 1
                             : lead < 0xC2 ? 0
                             : lead < 0xE0 ? 2
                             : lead < 0xF0 ? 3
                             : lead < 0xF5 ? 4
                                           : 0;
  if (length == 0 || text.size() - position < length) {
    return 0;
  }
  for (std::size_t i = 1; i < length; ++i) {
    if ((byte(i) & 0xC0U) != 0x80U) {
      return 0;
    }
  }
  const bool overlong = (lead == 0xE0 && byte(1) < 0xA0) || (lead == 0xF0 && byte(1) < 0x90);
  const bool too_large = lead == 0xF4 && byte(1) > 0x8F;
  return overlong || too_large ? 0 : length;
}

}  // namespace

std::string python_repr(const Value& value, DictStyle style) {
  std::string out;
  append_repr(out, value, style);
  return out;
}

std::string python_quoted(std::string_view text) {
  const char quote = quote_for(text);
  std::string out(1, quote);
  for (std::size_t at = 0; at < text.size();) {
    const std::size_t start = at;
    const char32_t c = next_python_character(text, at);
    if (append_common(out, c, quote)) {
      continue;
    }
    if (is_printable(c)) {
      out += text.substr(start, at - start);
    } else if (c < 0x100) {
      append_hex(out, 'x', c, 2);
    } else if (c < 0x10000) {
      append_hex(out, 'u', c, 4);
    } else {
      append_hex(out, 'U', c, 8);
    }
  }
  return out + quote;
}

std::string python_str(const Value& value, DictStyle style) {
  if (const auto* text = value.as_string()) {
    return *text;
  }
  const auto* time = value.as_timestamp();
  return time != nullptr ? time->wire : python_repr(value, style);
}

std::string python_type(const Value& value, DictStyle style) {
  switch (value.kind()) {
    case Value::Kind::null:
      return "<class 'NoneType'>";
    case Value::Kind::boolean:
      return "<class 'bool'>";
    case Value::Kind::integer:
    case Value::Kind::big_integer:
      return "<class 'int'>";
    case Value::Kind::number:
      return "<class 'float'>";
    case Value::Kind::string:
      return "<class 'str'>";
    case Value::Kind::blob:
      return "<class 'bytes'>";
    case Value::Kind::timestamp:
      return value.as_timestamp()->is_number ? "<class 'float'>" : "<class 'str'>";
    case Value::Kind::list:
      return "<class 'list'>";
    case Value::Kind::map:
      break;
  }
  return style == DictStyle::ordered ? "<class 'collections.OrderedDict'>" : "<class 'dict'>";
}

char32_t next_python_character(std::string_view text, std::size_t& position) {
  const std::size_t length = sequence_length(text, position);
  const auto lead = static_cast<unsigned char>(text[position]);
  if (length == 0) {
    ++position;
    return char32_t{0xDC00} + lead;
  }
  constexpr std::array<unsigned char, 5> k_lead_bits = {0, 0x7F, 0x1F, 0x0F, 0x07};
  char32_t c = lead & k_lead_bits[length];
  for (std::size_t i = 1; i < length; ++i) {
    c = (c << 6U) | (static_cast<unsigned char>(text[position + i]) & 0x3FU);
  }
  position += length;
  return c;
}

std::size_t python_length(std::string_view text) {
  std::size_t count = 0;
  for (std::size_t at = 0; at < text.size(); ++count) {
    static_cast<void>(next_python_character(text, at));
  }
  return count;
}

bool is_python_space(char32_t c) {
  return (c >= 0x09 && c <= 0x0D) || (c >= 0x1C && c <= 0x20) || c == 0x85 || c == 0xA0 ||
         c == 0x1680 || (c >= 0x2000 && c <= 0x200A) || c == 0x2028 || c == 0x2029 || c == 0x202F ||
         c == 0x205F || c == 0x3000;
}

std::string_view python_lstrip(std::string_view text) {
  std::size_t at = 0;
  while (at < text.size()) {
    std::size_t next = at;
    if (!is_python_space(next_python_character(text, next))) {
      break;
    }
    at = next;
  }
  return text.substr(at);
}

std::string_view python_rstrip(std::string_view text) {
  while (!text.empty()) {
    std::size_t start = text.size() - 1;
    while (start > 0 && text.size() - start < 4 &&
           (static_cast<unsigned char>(text[start]) & 0xC0U) == 0x80U) {
      --start;
    }
    std::size_t next = start;
    if (!is_python_space(next_python_character(text, next)) || next != text.size()) {
      break;
    }
    text.remove_suffix(text.size() - start);
  }
  return text;
}

std::string_view python_strip(std::string_view text) { return python_rstrip(python_lstrip(text)); }

}  // namespace virga::params
