// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "base/hash.hpp"
#include "base/result.hpp"
#include "engine/quirks.hpp"
#include "http/message.hpp"
#include "model/catalog.hpp"

namespace virga::engine {

/// Emits another body in the aws-chunked encoding, with the checksum of its bytes as a trailer:
/// "<hex size>\r\n<bytes>\r\n ... 0\r\n<name>:<base64>\r\n\r\n". Holds one chunk at a time.
///
/// Errors: those of the body it wraps.
/// Threads: Thread-compatible.
/// Source: Amazon S3 API reference, "Using trailing headers"; chunks of 1 MiB as botocore's
///         AwsChunkedWrapper (httpchecksum.py).
class AwsChunkedSource final : public http::BodySource {
 public:
  /// `algorithm` as make_digest() knows it, `trailer` the header's name.
  AwsChunkedSource(std::shared_ptr<http::BodySource> body,
                   std::string algorithm,
                   std::string trailer);

  [[nodiscard]] Result<std::size_t> read(char* buffer, std::size_t size) override;
  [[nodiscard]] Status rewind() override;

  /// Unknown: the encoded body is sent with Transfer-Encoding: chunked.
  [[nodiscard]] std::optional<std::uint64_t> size() const override { return std::nullopt; }

 private:
  [[nodiscard]] Status make_chunk();

  std::shared_ptr<http::BodySource> body_;
  std::string algorithm_;
  std::string trailer_;
  std::unique_ptr<Digest> digest_;
  std::string chunk_;  // encoded bytes, emitted up to position_
  std::size_t position_ = 0;
  bool complete_ = false;
};

/// A body in memory as a stream. Thread-compatible.
class StringSource final : public http::BodySource {
 public:
  explicit StringSource(std::string bytes) : bytes_(std::move(bytes)) {}

  [[nodiscard]] Result<std::size_t> read(char* buffer, std::size_t size) override;
  [[nodiscard]] Status rewind() override;

  [[nodiscard]] std::optional<std::uint64_t> size() const override { return bytes_.size(); }

 private:
  std::string bytes_;
  std::size_t position_ = 0;
};

/// Hands bytes on and checks, at the end, that they have the checksum that the response's head
/// announced. Thread-compatible.
class CheckedSink final : public http::BodySink {
 public:
  CheckedSink(http::BodySink& inner, std::unique_ptr<Digest> digest, std::string expected);

  [[nodiscard]] Status write(std::string_view bytes) override;
  /// To be called once, after the last byte. Errors: response, "Expected checksum ...".
  [[nodiscard]] Status finish();

 private:
  http::BodySink& inner_;
  std::unique_ptr<Digest> digest_;
  std::string expected_;
};

/// A sink in front of `inner` (which outlives it) that checks the streamed body of a response with
/// this head; null where there is nothing to check: not asked for
/// (QuirkContext::validate_response), no checksum header that we know, or a checksum of checksums
/// (with a '-').
[[nodiscard]] std::unique_ptr<CheckedSink> check_body(const model::Operation& operation,
                                                      const http::Response& head,
                                                      const QuirkContext& context,
                                                      http::BodySink& inner);

}  // namespace virga::engine
