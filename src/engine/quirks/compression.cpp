// SPDX-License-Identifier: Apache-2.0
#include <limits>

#include <zlib.h>

#include "engine/quirks/checksums.hpp"

namespace virga::engine::quirks {
namespace {

constexpr int k_gzip_window = 15 + 16;  // zlib.h: 16 more asks for a gzip header
constexpr int k_memory_level = 8;       // zlib's own default

Result<std::string> gzip(const std::string& body) {
  z_stream stream{};
  if (body.size() > std::numeric_limits<uInt>::max() || deflateInit2(&stream,
                                                                     Z_BEST_COMPRESSION,
                                                                     Z_DEFLATED,
                                                                     k_gzip_window,
                                                                     k_memory_level,
                                                                     Z_DEFAULT_STRATEGY) != Z_OK) {
    return fail(ErrorCode::general, "The request cannot be compressed.");
  }
  std::string out(deflateBound(&stream, body.size()), '\0');
  // zlib's interface has no const; it does not write to its input.
  stream.next_in = reinterpret_cast<Bytef*>(const_cast<char*>(body.data()));
  stream.avail_in = static_cast<uInt>(body.size());
  stream.next_out = reinterpret_cast<Bytef*>(out.data());
  stream.avail_out = static_cast<uInt>(out.size());
  const int status = deflate(&stream, Z_FINISH);
  out.resize(out.size() - stream.avail_out);
  deflateEnd(&stream);
  if (status != Z_STREAM_END) {
    return fail(ErrorCode::general, "The request cannot be compressed.");
  }
  return out;
}

bool offers_gzip(const model::Document& trait) {
  const model::Document encodings = trait.find("encodings");
  for (std::uint32_t i = 0; i < encodings.size(); ++i) {
    if (encodings.at(i).text() == "gzip") {
      return true;
    }
  }
  return false;
}

}  // namespace

Status compress(const model::Operation& operation,
                http::Request& request,
                const QuirkContext& context) {
  // A streamed body goes as it is: no model asks for both, and a stream's length would be lost.
  if (!context.compress_requests || request.stream || operation.streaming_input() ||
      static_cast<std::int64_t>(request.body.size()) < context.min_compression_bytes ||
      !offers_gzip(operation.trait("requestcompression"))) {
    return {};
  }
  VIRGA_TRY_ASSIGN(request.body, gzip(request.body));
  const std::string before(request.headers.get("Content-Encoding"));
  request.headers.set("Content-Encoding", before.empty() ? "gzip" : before + ",gzip");
  return {};
}

}  // namespace virga::engine::quirks
