// SPDX-License-Identifier: Apache-2.0
// The low-level functions are deprecated in OpenSSL 3 in favour of EVP, which first loads the
// default provider: 300 microseconds and more that a small signed request would pay.
#define OPENSSL_SUPPRESS_DEPRECATED

#include "base/hash.hpp"

#include <array>
#include <cstring>

#include <openssl/crypto.h>
#include <openssl/md5.h>
#include <openssl/sha.h>

#include "base/strings.hpp"

namespace virga {
namespace {

const unsigned char* as_bytes(std::string_view bytes) {
  return reinterpret_cast<const unsigned char*>(bytes.data());
}

unsigned char* as_bytes(std::string& bytes) {
  return reinterpret_cast<unsigned char*>(bytes.data());
}

struct Sha1Functions {
  using Context = SHA_CTX;
  static constexpr std::size_t k_size = SHA_DIGEST_LENGTH;
  static constexpr auto init = SHA1_Init;
  static constexpr auto update = SHA1_Update;
  static constexpr auto final = SHA1_Final;
};

struct Sha256Functions {
  using Context = SHA256_CTX;
  static constexpr std::size_t k_size = SHA256_DIGEST_LENGTH;
  static constexpr auto init = SHA256_Init;
  static constexpr auto update = SHA256_Update;
  static constexpr auto final = SHA256_Final;
};

struct Sha512Functions {
  using Context = SHA512_CTX;
  static constexpr std::size_t k_size = SHA512_DIGEST_LENGTH;
  static constexpr auto init = SHA512_Init;
  static constexpr auto update = SHA512_Update;
  static constexpr auto final = SHA512_Final;
};

struct Md5Functions {
  using Context = MD5_CTX;
  static constexpr std::size_t k_size = MD5_DIGEST_LENGTH;
  static constexpr auto init = MD5_Init;
  static constexpr auto update = MD5_Update;
  static constexpr auto final = MD5_Final;
};

template <typename Functions>
class HashDigest final : public Digest {
 public:
  HashDigest() { Functions::init(&context_); }

  void update(std::string_view bytes) override {
    Functions::update(&context_, bytes.data(), bytes.size());
  }

  std::string finish() override {
    std::string out(Functions::k_size, '\0');
    Functions::final(as_bytes(out), &context_);
    return out;
  }

 private:
  typename Functions::Context context_;
};

template <typename Functions>
std::string digest_of(std::string_view bytes) {
  HashDigest<Functions> digest;
  digest.update(bytes);
  return digest.finish();
}

template <typename Number, Number (*function)(Number, std::string_view)>
class CrcDigest final : public Digest {
 public:
  void update(std::string_view bytes) override { crc_ = function(crc_, bytes); }

  std::string finish() override { return big_endian(crc_); }

 private:
  Number crc_ = 0;
};

template <typename Number>
std::string to_big_endian(Number number) {
  std::string out(sizeof number, '\0');
  for (std::size_t i = out.size(); i-- > 0;) {
    out[i] = static_cast<char>(number & 0xFFU);
    number >>= 8U;
  }
  return out;
}

}  // namespace

std::string sha256(std::string_view bytes) { return digest_of<Sha256Functions>(bytes); }

std::string sha1(std::string_view bytes) { return digest_of<Sha1Functions>(bytes); }

std::string md5(std::string_view bytes) { return digest_of<Md5Functions>(bytes); }

std::string hmac_sha256(std::string_view key, std::string_view message) {
  std::array<unsigned char, SHA256_CBLOCK> block{};
  if (key.size() > block.size()) {
    const std::string short_key = sha256(key);
    std::memcpy(block.data(), short_key.data(), short_key.size());
  } else if (!key.empty()) {
    std::memcpy(block.data(), key.data(), key.size());
  }
  for (auto& byte : block) {
    byte ^= 0x36U;
  }
  SHA256_CTX context;
  std::string out(SHA256_DIGEST_LENGTH, '\0');
  SHA256_Init(&context);
  SHA256_Update(&context, block.data(), block.size());
  SHA256_Update(&context, message.data(), message.size());
  SHA256_Final(as_bytes(out), &context);
  for (auto& byte : block) {
    byte ^= 0x36U ^ 0x5CU;
  }
  SHA256_Init(&context);
  SHA256_Update(&context, block.data(), block.size());
  SHA256_Update(&context, out.data(), out.size());
  SHA256_Final(as_bytes(out), &context);
  OPENSSL_cleanse(block.data(), block.size());
  return out;
}

Sha256::Sha256() {
  static_assert(sizeof(SHA256_CTX) <= sizeof state_ && alignof(SHA256_CTX) <= 8);
  SHA256_Init(reinterpret_cast<SHA256_CTX*>(state_));
}

void Sha256::update(std::string_view bytes) {
  SHA256_Update(reinterpret_cast<SHA256_CTX*>(state_), as_bytes(bytes), bytes.size());
}

std::string Sha256::finish() {
  std::string out(SHA256_DIGEST_LENGTH, '\0');
  SHA256_Final(as_bytes(out), reinterpret_cast<SHA256_CTX*>(state_));
  return out;
}

std::string big_endian(std::uint32_t number) { return to_big_endian(number); }

std::string big_endian(std::uint64_t number) { return to_big_endian(number); }

std::unique_ptr<Digest> make_digest(std::string_view name) {
  if (equals_ignore_case(name, "crc32")) {
    return std::make_unique<CrcDigest<std::uint32_t, crc32>>();
  }
  if (equals_ignore_case(name, "crc32c")) {
    return std::make_unique<CrcDigest<std::uint32_t, crc32c>>();
  }
  if (equals_ignore_case(name, "crc64nvme")) {
    return std::make_unique<CrcDigest<std::uint64_t, crc64nvme>>();
  }
  if (equals_ignore_case(name, "sha1")) {
    return std::make_unique<HashDigest<Sha1Functions>>();
  }
  if (equals_ignore_case(name, "sha256")) {
    return std::make_unique<HashDigest<Sha256Functions>>();
  }
  if (equals_ignore_case(name, "sha512")) {
    return std::make_unique<HashDigest<Sha512Functions>>();
  }
  if (equals_ignore_case(name, "md5")) {
    return std::make_unique<HashDigest<Md5Functions>>();
  }
  return nullptr;
}

}  // namespace virga
