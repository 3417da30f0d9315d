// SPDX-License-Identifier: Apache-2.0
#include <cstddef>

#include "base/encoding.hpp"

namespace virga {
namespace {

constexpr std::string_view k_replacement = "\xEF\xBF\xBD";

struct Sequence {
  std::size_t length;  // of the well-formed sequence, or of the longest beginning of one
  bool complete;
};

/// The allowed range of the second byte (RFC 3629 section 4).
bool is_second_byte(unsigned char lead, unsigned char byte) {
  switch (lead) {
    case 0xE0:
      return byte >= 0xA0 && byte <= 0xBF;
    case 0xED:
      return byte >= 0x80 && byte <= 0x9F;
    case 0xF0:
      return byte >= 0x90 && byte <= 0xBF;
    case 0xF4:
      return byte >= 0x80 && byte <= 0x8F;
    default:
      return byte >= 0x80 && byte <= 0xBF;
  }
}

std::size_t sequence_length(unsigned char lead) {
  if (lead < 0x80) {
    return 1;
  }
  if (lead >= 0xC2 && lead <= 0xDF) {
    return 2;
  }
  if (lead >= 0xE0 && lead <= 0xEF) {
    return 3;
  }
  return lead >= 0xF0 && lead <= 0xF4 ? 4 : 0;
}

Sequence sequence_at(std::string_view bytes) {
  const auto at = [&](std::size_t i) { return static_cast<unsigned char>(bytes[i]); };
  const std::size_t wanted = sequence_length(at(0));
  if (wanted == 0) {
    return {1, false};
  }
  std::size_t length = 1;
  while (length < wanted && length < bytes.size()) {
    const bool fits = length == 1 ? is_second_byte(at(0), at(1)) : (at(length) & 0xC0U) == 0x80;
    if (!fits) {
      break;
    }
    ++length;
  }
  return {length, length == wanted};
}

}  // namespace

std::string replace_invalid_utf8(std::string bytes) {
  if (is_utf8(bytes)) {
    return bytes;
  }
  std::string out;
  out.reserve(bytes.size());
  for (std::string_view rest = bytes; !rest.empty();) {
    const Sequence sequence = sequence_at(rest);
    out.append(sequence.complete ? rest.substr(0, sequence.length) : k_replacement);
    rest.remove_prefix(sequence.length);
  }
  return out;
}

}  // namespace virga
