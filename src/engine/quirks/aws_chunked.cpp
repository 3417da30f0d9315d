// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <charconv>
#include <cstring>

#include "base/encoding.hpp"
#include "base/strings.hpp"
#include "engine/quirks_checksum.hpp"

namespace virga::engine {
namespace {

constexpr std::size_t k_chunk_bytes = std::size_t{1024} * 1024;

std::size_t hand_out(std::string_view rest, char* buffer, std::size_t size) {
  const std::size_t count = std::min(rest.size(), size);
  if (count > 0) {
    std::memcpy(buffer, rest.data(), count);
  }
  return count;
}

}  // namespace

AwsChunkedSource::AwsChunkedSource(std::shared_ptr<http::BodySource> body,
                                   std::string algorithm,
                                   std::string trailer)
    : body_(std::move(body)),
      algorithm_(std::move(algorithm)),
      trailer_(std::move(trailer)),
      digest_(make_digest(algorithm_)) {}

Result<std::size_t> AwsChunkedSource::read(char* buffer, std::size_t size) {
  while (position_ == chunk_.size()) {
    if (complete_) {
      return std::size_t{0};
    }
    VIRGA_TRY(make_chunk());
  }
  const std::size_t count = hand_out(std::string_view(chunk_).substr(position_), buffer, size);
  position_ += count;
  return count;
}

Status AwsChunkedSource::make_chunk() {
  // The size comes first, so the bytes are read behind the room of the longest size line.
  constexpr std::size_t k_room = 16;
  const auto whole = body_->size();
  const std::size_t wanted =
      whole && *whole < k_chunk_bytes ? static_cast<std::size_t>(*whole) + 1 : k_chunk_bytes;
  chunk_.resize(k_room + wanted);
  position_ = 0;
  std::size_t filled = 0;
  while (filled < wanted) {
    auto count = body_->read(chunk_.data() + k_room + filled, wanted - filled);
    if (!count) {
      chunk_.clear();
      return fail(std::move(count).error());
    }
    if (*count == 0) {
      break;
    }
    filled += *count;
  }
  if (filled == 0) {
    complete_ = true;
    chunk_ = concat("0\r\n", trailer_, ":", base64_encode(digest_->finish()), "\r\n\r\n");
    return {};
  }
  digest_->update(std::string_view(chunk_).substr(k_room, filled));
  char line[k_room];
  char* end = std::to_chars(line, line + k_room - 2, filled, 16).ptr;
  *end++ = '\r';
  *end++ = '\n';
  const auto line_size = static_cast<std::size_t>(end - line);
  position_ = k_room - line_size;
  std::memcpy(chunk_.data() + position_, line, line_size);
  chunk_.resize(k_room + filled);
  chunk_ += "\r\n";
  return {};
}

Status AwsChunkedSource::rewind() {
  VIRGA_TRY(body_->rewind());
  digest_ = make_digest(algorithm_);
  chunk_.clear();
  position_ = 0;
  complete_ = false;
  return {};
}

Result<std::size_t> StringSource::read(char* buffer, std::size_t size) {
  const std::size_t count = hand_out(std::string_view(bytes_).substr(position_), buffer, size);
  position_ += count;
  return count;
}

Status StringSource::rewind() {
  position_ = 0;
  return {};
}

}  // namespace virga::engine
