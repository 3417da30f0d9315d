// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "base/result.hpp"

namespace virga::cache {

/// How the pages of an entry are compressed. The numbers are those of the file format.
enum class Codec : std::uint8_t { none = 0, zstd = 1, gzip = 2 };

[[nodiscard]] std::string_view codec_name(Codec codec);
/// Nothing for a name that is not known.
[[nodiscard]] std::optional<Codec> parse_codec(std::string_view name);

/// No page is larger than this before compression; a claim of more is damage.
inline constexpr std::uint32_t k_most_page_bytes = 256U << 20U;

/// Compresses pages, keeping what the codec allocates from one to the next. Thread-compatible.
class Compressor {
 public:
  explicit Compressor(Codec codec);
  Compressor(Compressor&&) noexcept;
  Compressor& operator=(Compressor&&) noexcept;
  ~Compressor();

  /// Errors: general, if the codec fails (memory).
  [[nodiscard]] Result<std::string> compress(std::string_view bytes);

 private:
  struct State;
  std::unique_ptr<State> state_;
};

/// The bytes that were compressed; `size` is how many they were.
/// Errors: response, if they are not what was announced.
[[nodiscard]] Result<std::string> decompress(Codec codec,
                                             std::string_view stored,
                                             std::uint32_t size);

}  // namespace virga::cache
