// SPDX-License-Identifier: Apache-2.0
#include "base/rsa.hpp"

#include <memory>

#include <openssl/bio.h>
#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/rsa.h>

namespace virga {
namespace {

template <auto Free>
struct Deleter {
  template <typename T>
  void operator()(T* object) const {
    Free(object);
  }
};

using Bio = std::unique_ptr<BIO, Deleter<BIO_free>>;
using Key = std::unique_ptr<EVP_PKEY, Deleter<EVP_PKEY_free>>;
using Context = std::unique_ptr<EVP_PKEY_CTX, Deleter<EVP_PKEY_CTX_free>>;

/// A key with a passphrase is refused instead of asked for at the terminal.
extern "C" int no_passphrase(char*, int, int, void*) { return -1; }

}  // namespace

Result<std::string> rsa_decrypt(const Secret& private_key, std::string_view ciphertext) {
  const auto unusable = [] {
    return fail(ErrorCode::general, "cannot decrypt with the private key");
  };
  const std::string& pem = private_key.reveal();
  const Bio bio(BIO_new_mem_buf(pem.data(), static_cast<int>(pem.size())));
  const Key key(bio ? PEM_read_bio_PrivateKey(bio.get(), nullptr, no_passphrase, nullptr)
                    : nullptr);
  const Context context(key ? EVP_PKEY_CTX_new(key.get(), nullptr) : nullptr);
  if (!context || EVP_PKEY_decrypt_init(context.get()) <= 0 ||
      EVP_PKEY_CTX_set_rsa_padding(context.get(), RSA_PKCS1_PADDING) <= 0) {
    return unusable();
  }
  const auto* input = reinterpret_cast<const unsigned char*>(ciphertext.data());
  std::size_t size = 0;
  if (EVP_PKEY_decrypt(context.get(), nullptr, &size, input, ciphertext.size()) <= 0) {
    return unusable();
  }
  std::string plain(size, '\0');
  auto* output = reinterpret_cast<unsigned char*>(plain.data());
  if (EVP_PKEY_decrypt(context.get(), output, &size, input, ciphertext.size()) <= 0) {
    return unusable();
  }
  plain.resize(size);
  return plain;
}

}  // namespace virga
