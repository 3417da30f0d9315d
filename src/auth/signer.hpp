// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <chrono>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "auth/credentials.hpp"
#include "base/clock.hpp"
#include "base/result.hpp"
#include "base/secret.hpp"
#include "http/message.hpp"

namespace virga::auth {

/// What a signer needs to know besides the request. The facts about the operation are given as they
/// are; each signer knows what its scheme makes of them.
struct SigningContext {
  Credentials credentials;
  std::string service;  ///< the signing name, e.g. "s3"
  std::string region;   ///< SigV4a: the region set, "*" or regions separated by commas
  /// The time of the signature: the machine's, corrected by clock_skew().
  TimePoint now{};

  /// The operation has an unsigned payload (auth type v4-unsigned-body, trait unsignedPayload).
  bool unsigned_payload = false;
  /// The body is sent in chunks with its checksum in a trailer (https only).
  bool trailing_checksum = false;

  /// S3 only. The input has a streaming body.
  bool streaming_input = false;
  /// The header that carries the request's checksum; empty for Content-MD5.
  std::string checksum_header;
  /// Setting s3.payload_signing_enabled.
  std::optional<bool> payload_signing;

  /// Query signers: how long the URL is valid; none for the scheme's default.
  std::optional<std::chrono::seconds> expires;

  Secret bearer_token;  ///< bearer only
};

/// Adds what proves the caller's identity to a request. A request that was signed before may be
/// signed again: what the former signature added is replaced. Thread-safe.
///
/// Errors: configuration, no credentials; general, no token or a failing random source; io, a body
/// that must be read for its hash and cannot be read or rewound.
class Signer {
 public:
  virtual ~Signer() = default;
  [[nodiscard]] virtual Status sign(http::Request& request, const SigningContext& context) = 0;
};

/// A signer by its signature version as botocore names it; null if it is not known:
///
///   v4, v4-query                      Signature Version 4 in a header, in the query (presigned
///   URL) s3v4, s3v4-query                  the same with S3's rules for paths and payloads
///   v4-s3express, v4-s3express-query  S3 Express sessions
///   v4a, s3v4a                        Signature Version 4 for several regions (ECDSA)
///   v2, v3, v3https                   Signature Versions 2 and 3 (SimpleDB and other old services)
///   bearer                            an authorization token
///   none                              nothing is added
[[nodiscard]] std::unique_ptr<Signer> make_signer(std::string_view signature_version);

/// "20150830T123600Z", as X-Amz-Date has it.
[[nodiscard]] std::string amz_date(TimePoint time);
/// "Sun, 30 Aug 2015 12:36:00 GMT", as Date has it.
[[nodiscard]] std::string http_date(TimePoint time);

/// How far the service's clock is ahead of ours, by the answer's Date header; none without one. To
/// be added to the machine's time for the next signature.
[[nodiscard]] std::optional<std::chrono::microseconds> clock_skew(const http::Response& response,
                                                                  TimePoint now);

/// Whether an answer with this error code and skew failed because of the clock, so that signing
/// again with the corrected time may help. Source: the AWS SDKs' clock skew correction
/// (aws-sdk-go-v2 aws/retry, botocore has none).
[[nodiscard]] bool is_clock_skew_error(std::string_view code, std::chrono::microseconds skew);

}  // namespace virga::auth
