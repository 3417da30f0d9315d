// SPDX-License-Identifier: Apache-2.0
#include "protocol/cbor_write.hpp"

#include <array>
#include <bit>
#include <cmath>

namespace virga::protocol::cbor {
namespace {

/// RFC 8949, section 3.1.
enum class Major : std::uint8_t {
  unsigned_integer,
  negative_integer,
  bytes,
  text,
  list,
  map,
  tag,
  simple
};

constexpr unsigned k_half = 25;
constexpr unsigned k_single = 26;
constexpr unsigned k_double = 27;

void append_big_endian(
    std::string& out, Major major, unsigned info, std::uint64_t number, std::size_t width) {
  std::array<char, 9> bytes{};
  bytes[0] = static_cast<char>(static_cast<unsigned>(major) << 5U | info);
  for (std::size_t i = width; i > 0; --i) {
    bytes[i] = static_cast<char>(number & 0xFFU);
    number >>= 8U;
  }
  out.append(bytes.data(), width + 1);
}

void append_head(std::string& out, Major major, std::uint64_t number) {
  if (number < 24) {
    append_big_endian(out, major, static_cast<unsigned>(number), 0, 0);
  } else if (number <= 0xFF) {
    append_big_endian(out, major, 24, number, 1);
  } else if (number <= 0xFFFF) {
    append_big_endian(out, major, 25, number, 2);
  } else if (number <= 0xFFFFFFFF) {
    append_big_endian(out, major, 26, number, 4);
  } else {
    append_big_endian(out, major, 27, number, 8);
  }
}

/// True if the number is NaN or infinite, and then written.
bool append_special(std::string& out, double number) {
  if (std::isfinite(number)) {
    return false;
  }
  const std::uint64_t half = std::isnan(number) ? 0x7E00 : number < 0 ? 0xFC00 : 0x7C00;
  append_big_endian(out, Major::simple, k_half, half, 2);
  return true;
}

}  // namespace

void append_unsigned(std::string& out, std::uint64_t number) {
  append_head(out, Major::unsigned_integer, number);
}

void append_integer(std::string& out, std::int64_t number) {
  if (number >= 0) {
    append_head(out, Major::unsigned_integer, static_cast<std::uint64_t>(number));
  } else {
    append_head(out, Major::negative_integer, static_cast<std::uint64_t>(-1 - number));
  }
}

void append_bytes(std::string& out, std::string_view bytes) {
  append_head(out, Major::bytes, bytes.size());
  out += bytes;
}

void append_text(std::string& out, std::string_view text) {
  append_head(out, Major::text, text.size());
  out += text;
}

void append_list(std::string& out, std::uint64_t count) { append_head(out, Major::list, count); }

void append_map(std::string& out, std::uint64_t count) { append_head(out, Major::map, count); }

void append_tag(std::string& out, std::uint64_t tag) { append_head(out, Major::tag, tag); }

void append_boolean(std::string& out, bool value) {
  append_head(out, Major::simple, value ? 21 : 20);
}

void append_null(std::string& out) { append_head(out, Major::simple, 22); }

void append_float(std::string& out, float number) {
  if (!append_special(out, static_cast<double>(number))) {
    append_big_endian(out, Major::simple, k_single, std::bit_cast<std::uint32_t>(number), 4);
  }
}

void append_double(std::string& out, double number) {
  if (!append_special(out, number)) {
    append_big_endian(out, Major::simple, k_double, std::bit_cast<std::uint64_t>(number), 8);
  }
}

}  // namespace virga::protocol::cbor
