// SPDX-License-Identifier: Apache-2.0
#include "base/encoding.hpp"

#include <algorithm>
#include <array>
#include <cstdint>
#include <cstring>

#include "base/strings.hpp"

namespace virga {
namespace {

constexpr std::string_view k_base64 =
    "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
constexpr std::string_view k_hex = "0123456789abcdef";

constexpr std::array<std::int8_t, 256> base64_table() {
  std::array<std::int8_t, 256> table{};
  table.fill(-1);
  for (std::size_t i = 0; i < k_base64.size(); ++i) {
    table[static_cast<unsigned char>(k_base64[i])] = static_cast<std::int8_t>(i);
  }
  return table;
}

constexpr auto k_base64_values = base64_table();

int hex_value(char c) {
  if (is_ascii_digit(c)) {
    return c - '0';
  }
  const char lower = ascii_lower(c);
  return lower >= 'a' && lower <= 'f' ? lower - 'a' + 10 : -1;
}

std::uint32_t byte_at(std::string_view bytes, std::size_t i) {
  return static_cast<unsigned char>(bytes[i]);
}

bool is_continuation(std::string_view bytes, std::size_t i) {
  return i < bytes.size() && (byte_at(bytes, i) & 0xC0U) == 0x80U;
}

/// The length of the valid UTF-8 sequence at i, or 0.
std::size_t sequence_length(std::string_view bytes, std::size_t i) {
  const auto first = byte_at(bytes, i);
  if (first < 0x80) {
    return 1;
  }
  if (first >= 0xC2 && first <= 0xDF) {
    return is_continuation(bytes, i + 1) ? 2 : 0;
  }
  if (first >= 0xE0 && first <= 0xEF) {
    if (!is_continuation(bytes, i + 1) || !is_continuation(bytes, i + 2)) {
      return 0;
    }
    const auto second = byte_at(bytes, i + 1);
    const bool overlong = first == 0xE0 && second < 0xA0;
    const bool surrogate = first == 0xED && second > 0x9F;
    return overlong || surrogate ? 0 : 3;
  }
  if (first >= 0xF0 && first <= 0xF4) {
    if (!is_continuation(bytes, i + 1) || !is_continuation(bytes, i + 2) ||
        !is_continuation(bytes, i + 3)) {
      return 0;
    }
    const auto second = byte_at(bytes, i + 1);
    const bool out_of_range = (first == 0xF0 && second < 0x90) || (first == 0xF4 && second > 0x8F);
    return out_of_range ? 0 : 4;
  }
  return 0;
}

}  // namespace

std::string base64_encode(std::string_view bytes) {
  std::string out;
  out.reserve((bytes.size() + 2) / 3 * 4);
  std::size_t i = 0;
  for (; i + 2 < bytes.size(); i += 3) {
    const std::uint32_t group =
        byte_at(bytes, i) << 16U | byte_at(bytes, i + 1) << 8U | byte_at(bytes, i + 2);
    out += {k_base64[group >> 18U],
            k_base64[group >> 12U & 63U],
            k_base64[group >> 6U & 63U],
            k_base64[group & 63U]};
  }
  if (i + 1 == bytes.size()) {
    const std::uint32_t group = byte_at(bytes, i) << 16U;
    out += {k_base64[group >> 18U], k_base64[group >> 12U & 63U], '=', '='};
  } else if (i + 2 == bytes.size()) {
    const std::uint32_t group = byte_at(bytes, i) << 16U | byte_at(bytes, i + 1) << 8U;
    out += {k_base64[group >> 18U], k_base64[group >> 12U & 63U], k_base64[group >> 6U & 63U], '='};
  }
  return out;
}

std::optional<std::string> base64_decode(std::string_view text) {
  std::string out;
  out.reserve(text.size() / 4 * 3);
  std::uint32_t group = 0;
  int count = 0;
  int padding = 0;
  for (const char c : text) {
    if (c == '=') {
      ++padding;
      if (count >= 2 && count + padding >= 4) {
        break;
      }
      continue;
    }
    const signed char value = k_base64_values[static_cast<unsigned char>(c)];
    if (value < 0) {
      continue;
    }
    padding = 0;
    group = group << 6U | static_cast<std::uint32_t>(value);
    if (++count == 4) {
      out += {static_cast<char>(group >> 16U),
              static_cast<char>(group >> 8U),
              static_cast<char>(group)};
      group = 0;
      count = 0;
    }
  }
  if (count == 0) {
    return out;
  }
  if (count == 1 || count + padding < 4) {
    return std::nullopt;
  }
  if (count == 2) {
    out += static_cast<char>(group >> 4U);
  } else {
    out += {static_cast<char>(group >> 10U), static_cast<char>(group >> 2U)};
  }
  return out;
}

std::optional<std::string> base64url_decode(std::string_view text) {
  std::string standard = replace_all(replace_all(text, "-", "+"), "_", "/");
  while (standard.size() % 4 != 0) {
    standard += '=';
  }
  return base64_decode(standard);
}

std::string hex_encode(std::string_view bytes) {
  std::string out;
  out.reserve(bytes.size() * 2);
  for (std::size_t i = 0; i < bytes.size(); ++i) {
    out += {k_hex[byte_at(bytes, i) >> 4U], k_hex[byte_at(bytes, i) & 15U]};
  }
  return out;
}

std::optional<std::string> hex_decode(std::string_view text) {
  if (text.size() % 2 != 0) {
    return std::nullopt;
  }
  std::string out;
  for (std::size_t i = 0; i < text.size(); i += 2) {
    const int high = hex_value(text[i]);
    const int low = hex_value(text[i + 1]);
    if (high < 0 || low < 0) {
      return std::nullopt;
    }
    out += static_cast<char>(high * 16 + low);
  }
  return out;
}

std::string percent_encode(std::string_view text, std::string_view keep) {
  std::string out;
  out.reserve(text.size());
  for (const char c : text) {
    if (is_ascii_alnum(c) || c == '-' || c == '_' || c == '.' || c == '~' ||
        keep.find(c) != std::string_view::npos) {
      out += c;
    } else {
      const auto byte = static_cast<unsigned char>(c);
      constexpr std::string_view k_upper = "0123456789ABCDEF";
      out += {'%', k_upper[byte >> 4U], k_upper[byte & 15U]};
    }
  }
  return out;
}

std::string percent_decode(std::string_view text) {
  std::string out;
  out.reserve(text.size());
  for (;;) {
    const std::size_t plain = std::min(text.find('%'), text.size());
    out.append(text.substr(0, plain));
    text.remove_prefix(plain);
    if (text.empty()) {
      break;
    }
    const int high = text.size() > 2 ? hex_value(text[1]) : -1;
    const int low = text.size() > 2 ? hex_value(text[2]) : -1;
    const bool is_escape = high >= 0 && low >= 0;
    out += is_escape ? static_cast<char>(high * 16 + low) : '%';
    text.remove_prefix(is_escape ? 3 : 1);
  }
  return out;
}

bool is_utf8(std::string_view bytes) {
  constexpr std::uint64_t k_high_bits = 0x8080808080808080U;
  for (std::size_t i = 0; i < bytes.size();) {
    // Most text is ASCII: eight bytes at a time.
    if (std::uint64_t word = k_high_bits; bytes.size() - i >= sizeof word) {
      std::memcpy(&word, bytes.data() + i, sizeof word);
      if ((word & k_high_bits) == 0) {
        i += sizeof word;
        continue;
      }
    }
    const auto length = sequence_length(bytes, i);
    if (length == 0) {
      return false;
    }
    i += length;
  }
  return true;
}

void append_utf8(std::string& out, char32_t c) {
  const auto tail = [&](unsigned shift) { out += static_cast<char>(0x80U | (c >> shift & 0x3FU)); };
  if (c < 0x80) {
    out += static_cast<char>(c);
  } else if (c < 0x800) {
    out += static_cast<char>(0xC0U | c >> 6U);
    tail(0);
  } else if (c < 0x10000) {
    out += static_cast<char>(0xE0U | c >> 12U);
    tail(6);
    tail(0);
  } else {
    out += static_cast<char>(0xF0U | c >> 18U);
    tail(12);
    tail(6);
    tail(0);
  }
}

char32_t next_code_point(std::string_view text, std::size_t& position) {
  const auto length = sequence_length(text, position);
  const auto first = byte_at(text, position);
  if (length <= 1) {
    ++position;
    return length == 1 ? first : U'\uFFFD';
  }
  constexpr std::array<std::uint32_t, 5> k_masks = {0, 0, 0x1F, 0x0F, 0x07};
  char32_t c = first & k_masks[length];
  for (std::size_t i = 1; i < length; ++i) {
    c = c << 6U | (byte_at(text, position + i) & 0x3FU);
  }
  position += length;
  return c;
}

}  // namespace virga
