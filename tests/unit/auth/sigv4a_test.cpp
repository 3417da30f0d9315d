// SPDX-License-Identifier: Apache-2.0
// Vectors: awslabs/aws-c-auth: tests/key_derivation_tests.c; the public key of AKIDEXAMPLE and the
// canonical request of v4a/get-vanilla: smithy-lang/smithy-typescript, signature-v4a tests.
#define OPENSSL_SUPPRESS_DEPRECATED

#include <gtest/gtest.h>
#include <openssl/bn.h>
#include <openssl/ec.h>
#include <openssl/ecdsa.h>
#include <openssl/obj_mac.h>

#include "auth/signers/sigv4.hpp"
#include "base/encoding.hpp"
#include "base/hash.hpp"

namespace virga::auth {
namespace {

constexpr std::string_view k_secret = "wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY";

/// The public key that belongs to a private one.
struct KeyPair {
  explicit KeyPair(const std::string& private_key)
      : key(EC_KEY_new_by_curve_name(NID_X9_62_prime256v1)),
        number(BN_bin2bn(reinterpret_cast<const unsigned char*>(private_key.data()),
                         static_cast<int>(private_key.size()),
                         nullptr)),
        point(EC_POINT_new(EC_KEY_get0_group(key))) {
    EC_POINT_mul(EC_KEY_get0_group(key), point, number, nullptr, nullptr, nullptr);
    EC_KEY_set_public_key(key, point);
  }

  KeyPair(const KeyPair&) = delete;
  KeyPair& operator=(const KeyPair&) = delete;

  ~KeyPair() {
    EC_POINT_free(point);
    BN_free(number);
    EC_KEY_free(key);
  }

  [[nodiscard]] std::string public_hex() const {
    std::string out(65, '\0');
    EC_POINT_point2oct(EC_KEY_get0_group(key),
                       point,
                       POINT_CONVERSION_UNCOMPRESSED,
                       reinterpret_cast<unsigned char*>(out.data()),
                       out.size(),
                       nullptr);
    return hex_encode(out);
  }

  [[nodiscard]] bool verifies(std::string_view text, std::string_view signature_hex) const {
    const std::string digest = sha256(text);
    const std::string signature = hex_decode(signature_hex).value_or("");
    return ECDSA_verify(0,
                        reinterpret_cast<const unsigned char*>(digest.data()),
                        static_cast<int>(digest.size()),
                        reinterpret_cast<const unsigned char*>(signature.data()),
                        static_cast<int>(signature.size()),
                        key) == 1;
  }

  EC_KEY* key;
  BIGNUM* number;
  EC_POINT* point;
};

TEST(SigV4a, DerivesThePublishedKey) {
  const std::string key =
      derive_sigv4a_key("AKISORANDOMAASORANDOM", "q+jcrXGc+0zWN6uzclKVhvMmUsIfRPa4rlRandom");
  EXPECT_EQ(hex_encode(key), "7fd3bd010c0d9c292141c2b77bfbde1042c92e6836fff749d1269ec890fca1bd");
  EXPECT_EQ(KeyPair(key).public_hex(),
            "0415d242ceebf8d8169fd6a8b5a746c41140414c3b07579038da06af89190fffcb"
            "0515242cedd82e94799482e4c0514b505afccf2c0c98d6a553bf539f424c5ec0");
}

TEST(SigV4a, SignaturesVerifyWithThePublicKeyOfTheSuite) {
  http::Request request;
  request.host = "example.amazonaws.com";
  SigningContext context;
  context.credentials.access_key_id = "AKIDEXAMPLE";
  context.credentials.secret_access_key = Secret(std::string(k_secret));
  context.service = "service";
  context.region = "us-east-1";
  context.now = TimePoint(std::chrono::seconds(1440938160));
  ASSERT_TRUE(make_signer("v4a")->sign(request, context));
  EXPECT_EQ(request.headers.get("X-Amz-Region-Set"), "us-east-1");

  const std::string header(request.headers.get("Authorization"));
  const std::string start =
      "AWS4-ECDSA-P256-SHA256 Credential=AKIDEXAMPLE/20150830/service/aws4_request, "
      "SignedHeaders=host;x-amz-date;x-amz-region-set, Signature=";
  ASSERT_EQ(header.substr(0, start.size()), start);

  const std::string text = string_to_sign(
      "AWS4-ECDSA-P256-SHA256",
      "20150830T123600Z",
      credential_scope_v4a(context, "20150830"),
      canonical_request(
          request, canonical_headers(request), hex_encode(sha256("")), PathStyle::normalized));
  const KeyPair key(derive_sigv4a_key("AKIDEXAMPLE", k_secret));
  EXPECT_TRUE(key.verifies(text, header.substr(start.size())));
  EXPECT_EQ(key.public_hex(),
            "04b6618f6a65740a99e650b33b6b4b5bd0d43b176d721a3edfea7e7d2d56d936b1"
            "865ed22a7eadc9c5cb9d2cbaca1b3699139fedc5043dc6661864218330c8e518");
  EXPECT_FALSE(key.verifies(text + " ", header.substr(start.size())));
}

TEST(SigV4a, WithoutARegionSetTheSignatureIsForAllRegions) {
  http::Request request;
  request.host = "example.amazonaws.com";
  SigningContext context;
  context.credentials.access_key_id = "AKIDEXAMPLE";
  context.credentials.secret_access_key = Secret(std::string(k_secret));
  context.credentials.session_token = Secret("TOKEN");
  context.service = "s3";
  ASSERT_TRUE(make_signer("s3v4a")->sign(request, context));
  EXPECT_EQ(request.headers.get("X-Amz-Region-Set"), "*");
  EXPECT_EQ(request.headers.get("X-Amz-Security-Token"), "TOKEN");
  EXPECT_TRUE(request.headers.contains("X-Amz-Content-SHA256"));
}

}  // namespace
}  // namespace virga::auth
