// SPDX-License-Identifier: Apache-2.0
#include "config/config_text.hpp"

#include "base/encoding.hpp"

namespace virga::config {
namespace {

/// What Python's str.strip() removes: white space of all of Unicode.
bool is_space(char32_t c) {
  if (c < 0x80) {
    return c == ' ' || (c >= '\t' && c <= '\r') || (c >= 0x1C && c <= 0x1F);
  }
  return c == 0x85 || c == 0xA0 || c == 0x1680 || (c >= 0x2000 && c <= 0x200A) || c == 0x2028 ||
         c == 0x2029 || c == 0x202F || c == 0x205F || c == 0x3000;
}

}  // namespace

std::size_t skip_space(std::string_view& text) {
  std::size_t count = 0;
  std::size_t at = 0;
  while (at < text.size()) {
    std::size_t next = at;
    if (!is_space(next_code_point(text, next))) {
      break;
    }
    at = next;
    ++count;
  }
  text.remove_prefix(at);
  return count;
}

std::string_view strip_end(std::string_view text) {
  while (!text.empty()) {
    std::size_t start = text.size() - 1;
    while (start > 0 && (static_cast<unsigned char>(text[start]) & 0xC0U) == 0x80U) {
      --start;
    }
    std::size_t next = start;
    if (!is_space(next_code_point(text, next))) {
      break;
    }
    text = text.substr(0, start);
  }
  return text;
}

std::string_view strip(std::string_view text) {
  skip_space(text);
  return strip_end(text);
}

}  // namespace virga::config
