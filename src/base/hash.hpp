// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>

namespace virga {

/// Digests are raw bytes. None of these initialises OpenSSL's providers: a first call costs
/// microseconds.
[[nodiscard]] std::string sha256(std::string_view bytes);
[[nodiscard]] std::string sha1(std::string_view bytes);
[[nodiscard]] std::string md5(std::string_view bytes);
/// RFC 2104 with SHA-256.
[[nodiscard]] std::string hmac_sha256(std::string_view key, std::string_view message);

/// SHA-256 of a stream of pieces.
class Sha256 {
 public:
  Sha256();
  void update(std::string_view bytes);
  /// The digest; the object is then spent.
  [[nodiscard]] std::string finish();

 private:
  // SHA256_CTX of openssl/sha.h, whose header stays in hash.cpp.
  alignas(8) unsigned char state_[112];
};

/// Cyclic redundancy checks over pieces: start with 0, feed each result to the next piece.
[[nodiscard]] std::uint32_t crc32(std::uint32_t crc, std::string_view bytes);
[[nodiscard]] std::uint32_t crc32c(std::uint32_t crc, std::string_view bytes);
[[nodiscard]] std::uint64_t crc64nvme(std::uint64_t crc, std::string_view bytes);

/// Big-endian bytes, as checksum headers carry them before base64.
[[nodiscard]] std::string big_endian(std::uint32_t number);
[[nodiscard]] std::string big_endian(std::uint64_t number);

/// A checksum or digest over a stream of pieces, chosen by name at run time. Thread-compatible.
class Digest {
 public:
  virtual ~Digest() = default;
  virtual void update(std::string_view bytes) = 0;
  /// The raw bytes, as checksum headers carry them before base64; the object is then spent.
  [[nodiscard]] virtual std::string finish() = 0;
};

/// Names as in `x-amz-checksum-<name>`, in any case: crc32, crc32c, crc64nvme, sha1, sha256,
/// sha512, md5. Null for a name that is not known.
[[nodiscard]] std::unique_ptr<Digest> make_digest(std::string_view name);

}  // namespace virga
