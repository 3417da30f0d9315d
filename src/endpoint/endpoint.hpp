// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/result.hpp"
#include "model/catalog.hpp"
#include "value/value.hpp"

// Where a call goes and what it is signed for. docs/design/endpoints.md tells how the parts fit.
namespace virga::endpoint {

enum class AddressingStyle { automatic, path, virtual_host };

/// What configuration says, apart from the call itself. The defaults are the AWS CLI v2's.
struct EndpointParams {
  std::string region;  ///< empty if none is configured
  bool use_fips = false;
  /// For s3 and s3control the setting s3.use_dualstack_endpoint, when given, comes first; the
  /// caller decides.
  bool use_dual_stack = false;
  std::optional<std::string> endpoint_url;

  std::optional<std::string> account_id;               ///< of the credentials, where they tell it
  std::string account_id_endpoint_mode = "preferred";  ///< or "disabled", "required"

  AddressingStyle s3_addressing_style = AddressingStyle::automatic;
  bool s3_accelerate = false;
  std::optional<bool> s3_use_arn_region;  ///< by default true for s3, false for s3control
  bool s3_disable_mrap = false;
  std::optional<bool> s3_disable_express_session_auth;
  /// s3.us_east_1_regional_endpoint = legacy, the default of the AWS CLI v1: us-east-1 and no
  /// region mean s3.amazonaws.com.
  bool s3_legacy_global_endpoint = false;
  bool sts_legacy_global_endpoint = false;  ///< sts_regional_endpoints = legacy

  // For the signature.
  bool sign = true;                          ///< false for --no-sign-request
  std::string signature_version;             ///< setting <service>.signature_version, or empty
  std::string auth_scheme_preference;        ///< "sigv4a,sigv4", or empty
  std::string sigv4a_signing_region_set;     ///< "us-east-1,us-west-2", or empty
  bool bearer_token_in_environment = false;  ///< AWS_BEARER_TOKEN_<SIGNING NAME> is set
  bool sigv4a_supported = true;              ///< false as the AWS CLI v1, which lacks awscrt
  bool presign = false;                      ///< a URL that carries its signature is wanted
  /// The AWS CLI v1's way with presigned S3 URLs: Signature Version 2 and s3.amazonaws.com where
  /// the region allows it.
  bool s3_legacy_presign = false;
};

/// One way to sign that an endpoint allows.
struct AuthScheme {
  std::string name;  ///< sigv4, sigv4a, sigv4-s3express
  std::string signing_name;
  std::string signing_region;
  std::vector<std::string> signing_region_set;  ///< of sigv4a
  bool disable_double_encoding = false;
};

struct Endpoint {
  std::string url;  ///< scheme, host and perhaps a path, without the request's own path
  std::vector<std::pair<std::string, std::vector<std::string>>> headers;
  std::vector<AuthScheme> auth_schemes;  ///< most preferred first; empty if nothing is said
  Map properties;                        ///< what else is said, for example backend: S3Express
};

/// How the call is to be signed.
struct SigningScope {
  /// As auth::make_signer takes it: v4, s3v4, v4a, s3v4a, v4-s3express, v2, bearer, none, ...;
  /// with "-query" for a presigned URL.
  std::string signature_version;
  std::string signing_name;
  std::string signing_region;  ///< for v4a the region set: "*" or regions separated by commas
  bool unsigned_payload = false;
  bool disable_double_encoding = false;
};

struct Resolution {
  Endpoint endpoint;
  SigningScope signing;
  /// The region as messages, redirects and user agents know it: the configured one, or what stands
  /// for it ("aws-global", S3's us-east-1).
  std::string region;
};

/// The endpoint and signature of one call. `input` is the call's map of parameters.
///
/// Errors, in the AWS CLI's words: configuration where the region is missing or malformed;
/// validation where a parameter (an ARN) does not do; general for the rest. Thread-safe.
[[nodiscard]] Result<Resolution> resolve(const model::Catalog& catalog,
                                         const model::Operation& operation,
                                         const Value& input,
                                         const EndpointParams& params);

/// The parts of an endpoint's URL; views into it.
struct EndpointParts {
  std::string_view scheme;
  std::string_view host;  ///< with port
  std::string_view path;  ///< may be empty
};

[[nodiscard]] EndpointParts split_endpoint(std::string_view url);

/// The request's path below the endpoint's own: the path of `url` plus `request_path`, "/" if both
/// are empty. `request_path` is what serialisation made of the operation's requestUri, percent-
/// encoded; for S3 this leaves its first segment away, see drops_bucket().
[[nodiscard]] std::string request_path(const model::Operation& operation,
                                       const Endpoint& endpoint,
                                       std::string_view request_path);

/// Whether the operation's requestUri begins with "/{Bucket}" that the endpoint has taken over:
/// always for S3 with a rule set, whatever the style, because the rules put the bucket into the
/// host or into the path of the endpoint's URL. The serialised path then loses its first segment
/// ("/bucket/key" gives "/key", "/bucket" gives ""); the bucket's label holds no '/' there, since
/// labels that are not greedy have it encoded.
[[nodiscard]] bool drops_bucket(const model::Operation& operation);

/// Whether the operation's hostPrefix ("{AccountId}." of S3 Control) is part of the endpoint's URL
/// already and must not be put in front of it again.
[[nodiscard]] bool drops_host_prefix(const model::Operation& operation);

/// Errors: configuration, `Provided region_name 'x y' doesn't match a supported format.`
[[nodiscard]] Status check_region(std::string_view region);

/// `You must specify a region. ...` (configuration).
[[nodiscard]] Error no_region_error();

}  // namespace virga::endpoint
