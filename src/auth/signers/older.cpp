// SPDX-License-Identifier: Apache-2.0
// Signature Versions 2 and 3, and bearer tokens. Source: botocore/auth.py; RFC 6750 section 2.1.
#include <algorithm>

#include "auth/signers/sigv4.hpp"
#include "base/encoding.hpp"
#include "base/hash.hpp"
#include "base/strings.hpp"
#include "value/timestamp.hpp"

namespace virga::auth {
namespace {

/// Signs the parameters, which are those of the form in the body or else of the query.
class SigV2 final : public Signer {
 public:
  Status sign(http::Request& request, const SigningContext& context) override {
    VIRGA_TRY(require_credentials(context));
    std::string& carrier = request.body.empty() ? request.query : request.body;
    Parameters own = {
        {"AWSAccessKeyId", context.credentials.access_key_id},
        {"SignatureVersion", "2"},
        {"SignatureMethod", "HmacSHA256"},
        {"Timestamp", whole_seconds(context.now)},
    };
    if (!context.credentials.session_token.empty()) {
      own.emplace_back("SecurityToken", context.credentials.session_token.reveal());
    }
    Parameters parameters = decode_parameters(carrier);
    remove_parameter(parameters, "Signature");
    for (const auto& [name, value] : own) {
      remove_parameter(parameters, name);
    }
    std::move(own.begin(), own.end(), std::back_inserter(parameters));
    Parameters sorted = parameters;
    std::stable_sort(sorted.begin(), sorted.end(), [](const auto& a, const auto& b) {
      return a.first < b.first;
    });
    const std::string to_sign = concat(request.method,
                                       '\n',
                                       request.host,
                                       '\n',
                                       request.path.empty() ? "/" : request.path,
                                       '\n',
                                       encode_parameters(sorted));
    parameters.emplace_back(
        "Signature",
        base64_encode(hmac_sha256(context.credentials.secret_access_key.reveal(), to_sign)));
    carrier = encode_parameters(parameters);
    return {};
  }

 private:
  static std::string whole_seconds(TimePoint now) {
    const auto seconds = std::chrono::floor<std::chrono::seconds>(now.time_since_epoch());
    return format_iso8601(Moment{std::chrono::microseconds(seconds).count(), 0});
  }
};

/// Signs nothing but the date, so it is for TLS only.
class SigV3 final : public Signer {
 public:
  Status sign(http::Request& request, const SigningContext& context) override {
    VIRGA_TRY(require_credentials(context));
    const std::string date = http_date(context.now);
    request.headers.set("Date", date);
    request.headers.remove("X-Amz-Security-Token");
    if (!context.credentials.session_token.empty()) {
      request.headers.set("X-Amz-Security-Token", context.credentials.session_token.reveal());
    }
    request.headers.set(
        "X-Amzn-Authorization",
        concat("AWS3-HTTPS AWSAccessKeyId=",
               context.credentials.access_key_id,
               ",Algorithm=HmacSHA256,Signature=",
               base64_encode(hmac_sha256(context.credentials.secret_access_key.reveal(), date))));
    return {};
  }
};

class Bearer final : public Signer {
 public:
  Status sign(http::Request& request, const SigningContext& context) override {
    if (context.bearer_token.empty()) {
      return fail(no_token_error());
    }
    request.headers.set("Authorization", concat("Bearer ", context.bearer_token.reveal()));
    return {};
  }
};

}  // namespace

std::unique_ptr<Signer> make_sigv2() { return std::make_unique<SigV2>(); }

std::unique_ptr<Signer> make_sigv3() { return std::make_unique<SigV3>(); }

std::unique_ptr<Signer> make_bearer() { return std::make_unique<Bearer>(); }

}  // namespace virga::auth
