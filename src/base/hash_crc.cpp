// SPDX-License-Identifier: Apache-2.0
#include <array>
#include <bit>
#include <cstring>

#include <zlib.h>

#if defined(__x86_64__)
#include <cpuid.h>
#include <nmmintrin.h>
#endif

#include "base/hash.hpp"

namespace virga {
namespace {

/// Tables for slicing-by-8: table[k][b] is the remainder of byte b followed by k zero bytes.
template <typename Number>
using Tables = std::array<std::array<Number, 256>, 8>;

template <typename Number>
constexpr Tables<Number> make_tables(Number reflected_polynomial) {
  Tables<Number> tables{};
  for (std::size_t byte = 0; byte < 256; ++byte) {
    auto remainder = static_cast<Number>(byte);
    for (int bit = 0; bit < 8; ++bit) {
      remainder = (remainder >> 1U) ^ ((remainder & 1U) != 0 ? reflected_polynomial : Number{0});
    }
    tables[0][byte] = remainder;
  }
  for (std::size_t byte = 0; byte < 256; ++byte) {
    for (std::size_t k = 1; k < 8; ++k) {
      const Number before = tables[k - 1][byte];
      tables[k][byte] = (before >> 8U) ^ tables[0][before & 0xFFU];
    }
  }
  return tables;
}

// Castagnoli, RFC 3720 appendix B.4; NVM Express base specification, 64-bit CRC (Rocksoft).
constexpr auto k_crc32c_tables = make_tables<std::uint32_t>(0x82F63B78U);
constexpr auto k_crc64nvme_tables = make_tables<std::uint64_t>(0x9A6C9329AC4BC9B5ULL);

template <typename Number>
Number crc_by_tables(const Tables<Number>& tables, Number crc, std::string_view bytes) {
  static_assert(std::endian::native == std::endian::little, "the words are read as they lie");
  Number state = ~crc;
  const char* at = bytes.data();
  std::size_t left = bytes.size();
  for (; left >= 8; left -= 8, at += 8) {
    std::uint64_t word = 0;
    std::memcpy(&word, at, sizeof word);
    word ^= state;
    Number next = 0;
    for (std::size_t k = 0; k < 8; ++k) {
      next ^= tables[7 - k][(word >> (8 * k)) & 0xFFU];
    }
    state = next;
  }
  for (; left > 0; --left, ++at) {
    state = (state >> 8U) ^ tables[0][(state ^ static_cast<unsigned char>(*at)) & 0xFFU];
  }
  return ~state;
}

#if defined(__x86_64__)
__attribute__((target("sse4.2"))) std::uint32_t crc32c_sse42(std::uint32_t crc,
                                                             std::string_view bytes) {
  std::uint64_t state = ~crc;
  const char* at = bytes.data();
  std::size_t left = bytes.size();
  for (; left >= 8; left -= 8, at += 8) {
    std::uint64_t word = 0;
    std::memcpy(&word, at, sizeof word);
    state = _mm_crc32_u64(state, word);
  }
  auto tail = static_cast<std::uint32_t>(state);
  for (; left > 0; --left, ++at) {
    tail = _mm_crc32_u8(tail, static_cast<unsigned char>(*at));
  }
  return ~tail;
}
#endif

}  // namespace

std::uint32_t crc32(std::uint32_t crc, std::string_view bytes) {
  return static_cast<std::uint32_t>(
      ::crc32_z(crc, reinterpret_cast<const Bytef*>(bytes.data()), bytes.size()));
}

std::uint32_t crc32c(std::uint32_t crc, std::string_view bytes) {
#if defined(__x86_64__)
  // Asked here and not with __builtin_cpu_supports(), which asks for all features at every start;
  // each question leaves a virtual machine.
  static const bool has_instruction = [] {
    unsigned int eax = 0;
    unsigned int ebx = 0;
    unsigned int ecx = 0;
    unsigned int edx = 0;
    __cpuid(1, eax, ebx, ecx, edx);
    return (ecx & static_cast<unsigned int>(bit_SSE4_2)) != 0;
  }();
  if (has_instruction) {
    return crc32c_sse42(crc, bytes);
  }
#endif
  return crc_by_tables(k_crc32c_tables, crc, bytes);
}

std::uint64_t crc64nvme(std::uint64_t crc, std::string_view bytes) {
  return crc_by_tables(k_crc64nvme_tables, crc, bytes);
}

}  // namespace virga
