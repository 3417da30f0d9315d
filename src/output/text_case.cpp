// SPDX-License-Identifier: Apache-2.0
#include "output/text_case.hpp"

#include <algorithm>
#include <iterator>

#include "base/encoding.hpp"
#include "base/strings.hpp"

namespace virga::output {
namespace {

struct Range {
  char32_t first;
  char32_t last;
};

constexpr Range k_wide[] = {
#define WIDE(first, last) {first, last},
#include "output/wide.def"
#undef WIDE
};

struct UpperRow {
  char32_t first;
  char32_t last;
  char32_t stride;
  int distance;
};

struct UpperText {
  char32_t point;
  std::string_view text;
};

constexpr UpperRow k_upper[] = {
#define UPPER(first, last, stride, distance) {first, last, stride, distance},
#define UPPER_TEXT(point, text)
#include "output/upper.def"
#undef UPPER
#undef UPPER_TEXT
};

constexpr UpperText k_upper_texts[] = {
#define UPPER(first, last, stride, distance)
#define UPPER_TEXT(point, text) {point, text},
#include "output/upper.def"
#undef UPPER
#undef UPPER_TEXT
};

/// The row that may have the character: the first one that does not end before it.
template <typename Row, std::size_t count>
const Row* row_of(const Row (&rows)[count], char32_t c) {
  const auto* row =
      std::lower_bound(std::begin(rows), std::end(rows), c, [](const Row& r, char32_t point) {
        return r.last < point;
      });
  return row == std::end(rows) || c < row->first ? nullptr : row;
}

void append_upper_beyond_ascii(std::string& out, char32_t c) {
  if (const auto* row = row_of(k_upper, c)) {
    const bool has_upper = (c - row->first) % row->stride == 0;
    append_utf8(
        out, has_upper ? static_cast<char32_t>(static_cast<std::int64_t>(c) + row->distance) : c);
    return;
  }
  const auto* text =
      std::lower_bound(std::begin(k_upper_texts),
                       std::end(k_upper_texts),
                       c,
                       [](const UpperText& entry, char32_t point) { return entry.point < point; });
  if (text != std::end(k_upper_texts) && text->point == c) {
    out += text->text;
  } else {
    append_utf8(out, c);
  }
}

}  // namespace

std::size_t text_columns(std::string_view text) {
  std::size_t columns = 0;
  for (std::size_t at = 0; at < text.size();) {
    if (static_cast<unsigned char>(text[at]) < 0x80) {
      ++columns;
      ++at;
    } else {
      columns += row_of(k_wide, next_code_point(text, at)) == nullptr ? 1U : 2U;
    }
  }
  return columns;
}

void append_upper(std::string& out, std::string_view text) {
  for (std::size_t at = 0; at < text.size();) {
    if (static_cast<unsigned char>(text[at]) < 0x80) {
      out += ascii_upper(text[at++]);
    } else {
      append_upper_beyond_ascii(out, next_code_point(text, at));
    }
  }
}

}  // namespace virga::output
