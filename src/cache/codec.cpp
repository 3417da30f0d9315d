// SPDX-License-Identifier: Apache-2.0
#include "cache/codec.hpp"

#include <array>

#include <zlib.h>
#include <zstd.h>

namespace virga::cache {
namespace {

// docs/design/cache.md has the measurements that chose the levels.
constexpr int k_zstd_level = 1;
constexpr int k_gzip_level = 3;
constexpr int k_gzip_window = 15 + 16;  // the largest window, with gzip's header and trailer
constexpr int k_gzip_memory = 8;

constexpr std::array<std::string_view, 3> k_names = {"none", "zstd", "gzip"};

tl::unexpected<Error> damaged() {
  return fail(ErrorCode::response, "A page of a cache entry cannot be decompressed.");
}

// zlib's interface is not const-correct and counts in its own bytes.
Bytef* zlib_bytes(const char* bytes) {
  return reinterpret_cast<Bytef*>(const_cast<char*>(bytes));  // NOLINT
}

Result<std::string> gzip(std::string_view bytes) {
  z_stream stream{};
  if (deflateInit2(
          &stream, k_gzip_level, Z_DEFLATED, k_gzip_window, k_gzip_memory, Z_DEFAULT_STRATEGY) !=
      Z_OK) {
    return fail(ErrorCode::general, "zlib cannot be started.");
  }
  std::string out(deflateBound(&stream, bytes.size()), '\0');
  stream.next_in = zlib_bytes(bytes.data());
  stream.avail_in = static_cast<uInt>(bytes.size());
  stream.next_out = zlib_bytes(out.data());
  stream.avail_out = static_cast<uInt>(out.size());
  const int ended = deflate(&stream, Z_FINISH);
  out.resize(stream.total_out);
  deflateEnd(&stream);
  if (ended != Z_STREAM_END) {
    return fail(ErrorCode::general, "zlib cannot compress a page.");
  }
  return out;
}

Result<std::string> gunzip(std::string_view stored, std::uint32_t size) {
  z_stream stream{};
  if (inflateInit2(&stream, k_gzip_window) != Z_OK) {
    return fail(ErrorCode::general, "zlib cannot be started.");
  }
  std::string out(std::size_t{size} + 1, '\0');
  stream.next_in = zlib_bytes(stored.data());
  stream.avail_in = static_cast<uInt>(stored.size());
  stream.next_out = zlib_bytes(out.data());
  stream.avail_out = static_cast<uInt>(out.size());
  const int ended = inflate(&stream, Z_FINISH);
  const auto got = stream.total_out;
  inflateEnd(&stream);
  if (ended != Z_STREAM_END || got != size) {
    return damaged();
  }
  out.resize(size);
  return out;
}

}  // namespace

struct Compressor::State {
  struct Free {
    void operator()(ZSTD_CCtx* context) const { ZSTD_freeCCtx(context); }
  };

  Codec codec;
  std::unique_ptr<ZSTD_CCtx, Free> zstd{};
};

Compressor::Compressor(Codec codec) : state_(new State{codec}) {}

Compressor::Compressor(Compressor&&) noexcept = default;
Compressor& Compressor::operator=(Compressor&&) noexcept = default;
Compressor::~Compressor() = default;

Result<std::string> Compressor::compress(std::string_view bytes) {
  if (state_->codec == Codec::none) {
    return std::string(bytes);
  }
  if (state_->codec == Codec::gzip) {
    return gzip(bytes);
  }
  if (!state_->zstd) {
    state_->zstd.reset(ZSTD_createCCtx());
  }
  std::string out(ZSTD_compressBound(bytes.size()), '\0');
  const std::size_t size = state_->zstd == nullptr ? 0
                                                   : ZSTD_compressCCtx(state_->zstd.get(),
                                                                       out.data(),
                                                                       out.size(),
                                                                       bytes.data(),
                                                                       bytes.size(),
                                                                       k_zstd_level);
  if (state_->zstd == nullptr || ZSTD_isError(size) != 0) {
    return fail(ErrorCode::general, "zstd cannot compress a page.");
  }
  out.resize(size);
  return out;
}

Result<std::string> decompress(Codec codec, std::string_view stored, std::uint32_t size) {
  if (size > k_most_page_bytes) {
    return damaged();
  }
  if (codec == Codec::gzip) {
    return gunzip(stored, size);
  }
  if (codec == Codec::none) {
    return stored.size() == size ? Result<std::string>(std::string(stored)) : damaged();
  }
  // Making a context costs more than decompressing a small page with it.
  thread_local const std::unique_ptr<ZSTD_DCtx, decltype(&ZSTD_freeDCtx)> context(ZSTD_createDCtx(),
                                                                                  &ZSTD_freeDCtx);
  if (context == nullptr) {
    return damaged();
  }
  std::string out(size, '\0');
  const std::size_t got =
      ZSTD_decompressDCtx(context.get(), out.data(), out.size(), stored.data(), stored.size());
  if (ZSTD_isError(got) != 0 || got != size) {
    return damaged();
  }
  return out;
}

std::string_view codec_name(Codec codec) { return k_names[static_cast<std::size_t>(codec)]; }

std::optional<Codec> parse_codec(std::string_view name) {
  for (std::size_t i = 0; i < k_names.size(); ++i) {
    if (k_names[i] == name) {
      return static_cast<Codec>(i);
    }
  }
  return std::nullopt;
}

}  // namespace virga::cache
