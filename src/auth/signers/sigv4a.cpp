// SPDX-License-Identifier: Apache-2.0
// Signature Version 4A: one signature for several regions, by an elliptic-curve key that both sides
// derive from the secret key.
// Source: awslabs/aws-c-auth: source/key_derivation.c, source/aws_signing.c (the algorithm).
#define OPENSSL_SUPPRESS_DEPRECATED  // EC_KEY: the EVP way would need the key in DER first

#include <algorithm>
#include <array>

#include <openssl/bn.h>
#include <openssl/ec.h>
#include <openssl/ecdsa.h>
#include <openssl/obj_mac.h>

#include "auth/signers/sigv4.hpp"
#include "base/encoding.hpp"
#include "base/hash.hpp"
#include "base/strings.hpp"

namespace virga::auth {
namespace {

constexpr std::string_view k_algorithm = "AWS4-ECDSA-P256-SHA256";

// The order of P-256 minus two (FIPS 186-4, D.1.2.3), big-endian.
constexpr std::array<unsigned char, 32> k_order_minus_two = {
    0xFF, 0xFF, 0xFF, 0xFF, 0x00, 0x00, 0x00, 0x00, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF,
    0xBC, 0xE6, 0xFA, 0xAD, 0xA7, 0x17, 0x9E, 0x84, 0xF3, 0xB9, 0xCA, 0xC2, 0xFC, 0x63, 0x25, 0x4F};

const unsigned char* as_bytes(std::string_view bytes) {
  return reinterpret_cast<const unsigned char*>(bytes.data());
}

/// The DER form of an ECDSA signature over the digest; empty if OpenSSL fails.
std::string sign_digest(const std::string& private_key, const std::string& digest) {
  using KeyPointer = std::unique_ptr<EC_KEY, decltype(&EC_KEY_free)>;
  using NumberPointer = std::unique_ptr<BIGNUM, decltype(&BN_clear_free)>;
  const KeyPointer key(EC_KEY_new_by_curve_name(NID_X9_62_prime256v1), &EC_KEY_free);
  const NumberPointer number(
      BN_bin2bn(as_bytes(private_key), static_cast<int>(private_key.size()), nullptr),
      &BN_clear_free);
  if (key == nullptr || number == nullptr || EC_KEY_set_private_key(key.get(), number.get()) != 1) {
    return {};
  }
  std::array<unsigned char, 80> signature{};
  unsigned size = 0;
  if (ECDSA_sign(0,
                 as_bytes(digest),
                 static_cast<int>(digest.size()),
                 signature.data(),
                 &size,
                 key.get()) != 1) {
    return {};
  }
  return std::string(signature.begin(), signature.begin() + size);
}

class SigV4a final : public Signer {
 public:
  SigV4a(PathStyle path, PayloadStyle payload) : path_(path), payload_(payload) {}

  Status sign(http::Request& request, const SigningContext& context) override {
    VIRGA_TRY(require_credentials(context));
    request.headers.remove("Authorization");
    const std::string timestamp = set_date(request, context.now);
    request.headers.set("X-Amz-Region-Set", context.region.empty() ? "*" : context.region);
    request.headers.remove("X-Amz-Security-Token");
    if (!context.credentials.session_token.empty()) {
      request.headers.set("X-Amz-Security-Token", context.credentials.session_token.reveal());
    }
    VIRGA_TRY_ASSIGN(const std::string payload, prepare_payload(request, context, payload_));
    const CanonicalHeaders headers = canonical_headers(request);
    const std::string scope = credential_scope_v4a(context, timestamp.substr(0, 8));
    const std::string to_sign = string_to_sign(
        k_algorithm, timestamp, scope, canonical_request(request, headers, payload, path_));
    const std::string key = derive_sigv4a_key(context.credentials.access_key_id,
                                              context.credentials.secret_access_key.reveal());
    const std::string signature = key.empty() ? std::string() : sign_digest(key, sha256(to_sign));
    if (signature.empty()) {
      return fail(ErrorCode::general, "The request could not be signed with SigV4a.");
    }
    request.headers.add("Authorization",
                        concat(k_algorithm,
                               " Credential=",
                               context.credentials.access_key_id,
                               '/',
                               scope,
                               ", SignedHeaders=",
                               headers.names,
                               ", Signature=",
                               hex_encode(signature)));
    return {};
  }

 private:
  PathStyle path_;
  PayloadStyle payload_;
};

}  // namespace

std::string credential_scope_v4a(const SigningContext& context, std::string_view date) {
  return concat(date, '/', context.service, "/aws4_request");
}

std::string derive_sigv4a_key(std::string_view access_key_id, std::string_view secret) {
  const std::string input_key = concat("AWS4A", secret);
  // NIST SP 800-108 in counter mode: counter, label, zero, context, length in bits. The context
  // ends with a number of our own that goes up until the result lies in the curve's range.
  for (unsigned attempt = 1; attempt <= 254; ++attempt) {
    const std::string input = concat(big_endian(std::uint32_t{1}),
                                     k_algorithm,
                                     '\0',
                                     access_key_id,
                                     static_cast<char>(attempt),
                                     big_endian(std::uint32_t{256}));
    std::string key = hmac_sha256(input_key, input);
    const bool too_big = std::lexicographical_compare(k_order_minus_two.begin(),
                                                      k_order_minus_two.end(),
                                                      as_bytes(key),
                                                      as_bytes(key) + key.size());
    if (too_big) {
      continue;
    }
    for (std::size_t i = key.size(); i-- > 0;) {
      key[i] = static_cast<char>(static_cast<unsigned char>(key[i]) + 1U);
      if (key[i] != '\0') {
        break;
      }
    }
    return key;
  }
  return {};
}

std::unique_ptr<Signer> make_sigv4a(PathStyle path, PayloadStyle payload) {
  return std::make_unique<SigV4a>(path, payload);
}

}  // namespace virga::auth
