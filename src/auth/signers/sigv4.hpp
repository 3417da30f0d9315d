// SPDX-License-Identifier: Apache-2.0
// Signature Version 4, in the pieces that its variants share.
// Source: AWS General Reference, "Create a signed AWS API request"; botocore/auth.py.
#pragma once

#include <array>
#include <cstdint>
#include <mutex>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "auth/signer.hpp"

namespace virga::auth {

/// Whether a path is signed as it goes out (S3), or normalised and encoded once more.
enum class PathStyle : std::uint8_t { once, normalized };

/// How the payload's hash is chosen.
enum class PayloadStyle : std::uint8_t { generic, s3, always_unsigned };

/// The values of X-Amz-Content-SHA256 that stand for no hash.
inline constexpr std::string_view k_unsigned_payload = "UNSIGNED-PAYLOAD";
inline constexpr std::string_view k_unsigned_trailer = "STREAMING-UNSIGNED-PAYLOAD-TRAILER";

/// The headers that go into a signature, and both of their canonical forms.
struct CanonicalHeaders {
  std::string lines;  ///< "name:value\n" for each
  std::string names;  ///< "name;name"
};

[[nodiscard]] CanonicalHeaders canonical_headers(const http::Request& request);
[[nodiscard]] std::string canonical_path(std::string_view path, PathStyle style);
/// The parameters as they are encoded in the request, sorted.
[[nodiscard]] std::string canonical_query(std::string_view query);

/// The hash of the body, or the word that stands for it.
[[nodiscard]] Result<std::string> payload_hash(const http::Request& request,
                                               const SigningContext& context,
                                               PayloadStyle style);
/// Adjusts X-Amz-Content-SHA256 to the scheme's rules and returns what the canonical request says.
[[nodiscard]] Result<std::string> prepare_payload(http::Request& request,
                                                  const SigningContext& context,
                                                  PayloadStyle style);

[[nodiscard]] std::string canonical_request(const http::Request& request,
                                            const CanonicalHeaders& headers,
                                            std::string_view payload,
                                            PathStyle style);

/// "20150830/us-east-1/service/aws4_request"; without region for SigV4a.
[[nodiscard]] std::string credential_scope(const SigningContext& context, std::string_view date);
[[nodiscard]] std::string credential_scope_v4a(const SigningContext& context,
                                               std::string_view date);

[[nodiscard]] std::string string_to_sign(std::string_view algorithm,
                                         std::string_view timestamp,
                                         std::string_view scope,
                                         std::string_view canonical_request);

/// The keys derived from secrets by date, region and service: four HMACs that most calls of a
/// process share. Thread-safe.
class SigningKeys {
 public:
  [[nodiscard]] std::string get(const SigningContext& context, std::string_view date);

 private:
  struct Entry {
    std::string secret;
    std::string scope;
    std::string key;
  };

  std::mutex mutex_;
  std::array<Entry, 4> entries_;
  std::size_t next_ = 0;
};

/// Sets X-Amz-Date, or Date where the request has that already. Returns the timestamp.
std::string set_date(http::Request& request, TimePoint now);

[[nodiscard]] Status require_credentials(const SigningContext& context);

/// The parameters of a form or query, decoded.
using Parameters = std::vector<std::pair<std::string, std::string>>;
[[nodiscard]] Parameters decode_parameters(std::string_view text);
[[nodiscard]] std::string encode_parameters(const Parameters& parameters);
void remove_parameter(Parameters& parameters, std::string_view name);

[[nodiscard]] std::unique_ptr<Signer> make_sigv4(PathStyle path, PayloadStyle payload);
[[nodiscard]] std::unique_ptr<Signer> make_sigv4_query(PathStyle path, PayloadStyle payload);
[[nodiscard]] std::unique_ptr<Signer> make_s3_express();
[[nodiscard]] std::unique_ptr<Signer> make_s3_express_query();
[[nodiscard]] std::unique_ptr<Signer> make_sigv4a(PathStyle path, PayloadStyle payload);
[[nodiscard]] std::unique_ptr<Signer> make_sigv2();
[[nodiscard]] std::unique_ptr<Signer> make_sigv3();
[[nodiscard]] std::unique_ptr<Signer> make_bearer();

/// The P-256 private key that SigV4a derives from a key pair: 32 bytes, big-endian; empty if the
/// derivation does not end (which no real key has been seen to do).
[[nodiscard]] std::string derive_sigv4a_key(std::string_view access_key_id,
                                            std::string_view secret);

}  // namespace virga::auth
