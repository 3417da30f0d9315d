// SPDX-License-Identifier: Apache-2.0
#include "auth/signers/sigv4.hpp"

#include <algorithm>

#include "base/encoding.hpp"
#include "base/hash.hpp"
#include "base/strings.hpp"

namespace virga::auth {
namespace {

constexpr std::string_view k_algorithm = "AWS4-HMAC-SHA256";

/// Where temporary credentials put their token.
struct TokenNames {
  std::string_view header;
  std::string_view parameter;
};

constexpr TokenNames k_sts_token = {"X-Amz-Security-Token", "X-Amz-Security-Token"};
constexpr TokenNames k_express_token = {"x-amz-s3session-token", "X-Amz-S3session-Token"};

class SigV4 final : public Signer {
 public:
  SigV4(PathStyle path, PayloadStyle payload, TokenNames token)
      : path_(path), payload_(payload), token_(token) {}

  Status sign(http::Request& request, const SigningContext& context) override {
    VIRGA_TRY(require_credentials(context));
    request.headers.remove("Authorization");
    const std::string timestamp = set_date(request, context.now);
    request.headers.remove(k_sts_token.header);
    request.headers.remove(token_.header);
    if (!context.credentials.session_token.empty()) {
      request.headers.set(token_.header, context.credentials.session_token.reveal());
    }
    VIRGA_TRY_ASSIGN(const std::string payload, prepare_payload(request, context, payload_));
    const CanonicalHeaders headers = canonical_headers(request);
    const std::string_view date = std::string_view(timestamp).substr(0, 8);
    const std::string scope = credential_scope(context, date);
    const std::string to_sign = string_to_sign(
        k_algorithm, timestamp, scope, canonical_request(request, headers, payload, path_));
    request.headers.add("Authorization",
                        concat(k_algorithm,
                               " Credential=",
                               context.credentials.access_key_id,
                               '/',
                               scope,
                               ", SignedHeaders=",
                               headers.names,
                               ", Signature=",
                               hex_encode(hmac_sha256(keys_.get(context, date), to_sign))));
    return {};
  }

 private:
  PathStyle path_;
  PayloadStyle payload_;
  TokenNames token_;
  SigningKeys keys_;
};

class SigV4Query final : public Signer {
 public:
  SigV4Query(PathStyle path,
             PayloadStyle payload,
             TokenNames token,
             std::chrono::seconds default_expires)
      : path_(path), payload_(payload), token_(token), default_expires_(default_expires) {}

  Status sign(http::Request& request, const SigningContext& context) override {
    VIRGA_TRY(require_credentials(context));
    move_form_to_query(request);
    const std::string timestamp = amz_date(context.now);
    const std::string_view date = std::string_view(timestamp).substr(0, 8);
    const std::string scope = credential_scope(context, date);
    const CanonicalHeaders headers = canonical_headers(request);
    Parameters own = {
        {"X-Amz-Algorithm", std::string(k_algorithm)},
        {"X-Amz-Credential", concat(context.credentials.access_key_id, '/', scope)},
        {"X-Amz-Date", timestamp},
        {"X-Amz-Expires", concat(context.expires.value_or(default_expires_).count())},
        {"X-Amz-SignedHeaders", headers.names},
    };
    if (!context.credentials.session_token.empty()) {
      own.emplace_back(token_.parameter, context.credentials.session_token.reveal());
    }
    Parameters parameters = decode_parameters(request.query);
    remove_parameter(parameters, "X-Amz-Signature");
    for (const auto& [name, value] : own) {
      remove_parameter(parameters, name);
    }
    std::move(own.begin(), own.end(), std::back_inserter(parameters));
    request.query = encode_parameters(parameters);
    VIRGA_TRY_ASSIGN(const std::string payload, prepare_payload(request, context, payload_));
    const std::string to_sign = string_to_sign(
        k_algorithm, timestamp, scope, canonical_request(request, headers, payload, path_));
    append(request.query,
           "&X-Amz-Signature=",
           hex_encode(hmac_sha256(keys_.get(context, date), to_sign)));
    return {};
  }

 private:
  /// A form cannot travel in a URL's body: its fields become parameters.
  static void move_form_to_query(http::Request& request) {
    constexpr std::string_view k_form = "application/x-www-form-urlencoded";
    const std::string_view type = request.headers.get("Content-Type");
    if (!equals_ignore_case(trim(type.substr(0, type.find(';'))), k_form)) {
      return;
    }
    if (!request.body.empty()) {
      append(request.query, request.query.empty() ? "" : "&", request.body);
      request.body.clear();
    }
    if (type == "application/x-www-form-urlencoded; charset=utf-8") {
      request.headers.remove("Content-Type");
    }
  }

  PathStyle path_;
  PayloadStyle payload_;
  TokenNames token_;
  std::chrono::seconds default_expires_;
  SigningKeys keys_;
};

}  // namespace

std::string credential_scope(const SigningContext& context, std::string_view date) {
  return concat(date, '/', context.region, '/', context.service, "/aws4_request");
}

std::string string_to_sign(std::string_view algorithm,
                           std::string_view timestamp,
                           std::string_view scope,
                           std::string_view canonical_request) {
  return concat(
      algorithm, '\n', timestamp, '\n', scope, '\n', hex_encode(sha256(canonical_request)));
}

std::string SigningKeys::get(const SigningContext& context, std::string_view date) {
  const std::string& secret = context.credentials.secret_access_key.reveal();
  std::string scope = concat(date, '/', context.region, '/', context.service);
  const std::lock_guard lock(mutex_);
  for (const Entry& entry : entries_) {
    if (entry.scope == scope && entry.secret == secret) {
      return entry.key;
    }
  }
  std::string key = hmac_sha256(concat("AWS4", secret), date);
  key = hmac_sha256(key, context.region);
  key = hmac_sha256(key, context.service);
  key = hmac_sha256(key, "aws4_request");
  entries_[next_] = Entry{secret, std::move(scope), key};
  next_ = (next_ + 1) % entries_.size();
  return key;
}

std::string set_date(http::Request& request, TimePoint now) {
  std::string timestamp = amz_date(now);
  if (request.headers.contains("Date")) {
    request.headers.set("Date", http_date(now));
    request.headers.remove("X-Amz-Date");
  } else {
    request.headers.set("X-Amz-Date", timestamp);
  }
  return timestamp;
}

Status require_credentials(const SigningContext& context) {
  if (context.credentials.access_key_id.empty()) {
    return fail(no_credentials_error());
  }
  return {};
}

Parameters decode_parameters(std::string_view text) {
  Parameters out;
  if (text.empty()) {
    return out;
  }
  for (const auto part : split(text, '&')) {
    if (part.empty()) {
      continue;
    }
    const auto equals = part.find('=');
    const auto decode = [](std::string_view encoded) {
      return percent_decode(replace_all(encoded, "+", " "));
    };
    out.emplace_back(decode(part.substr(0, equals)),
                     equals == std::string_view::npos ? "" : decode(part.substr(equals + 1)));
  }
  return out;
}

std::string encode_parameters(const Parameters& parameters) {
  std::string out;
  for (const auto& [name, value] : parameters) {
    append(out, out.empty() ? "" : "&", percent_encode(name), '=', percent_encode(value));
  }
  return out;
}

void remove_parameter(Parameters& parameters, std::string_view name) {
  std::erase_if(parameters, [name](const auto& parameter) { return parameter.first == name; });
}

std::unique_ptr<Signer> make_sigv4(PathStyle path, PayloadStyle payload) {
  return std::make_unique<SigV4>(path, payload, k_sts_token);
}

std::unique_ptr<Signer> make_sigv4_query(PathStyle path, PayloadStyle payload) {
  return std::make_unique<SigV4Query>(path, payload, k_sts_token, std::chrono::seconds(3600));
}

std::unique_ptr<Signer> make_s3_express() {
  return std::make_unique<SigV4>(PathStyle::once, PayloadStyle::s3, k_express_token);
}

std::unique_ptr<Signer> make_s3_express_query() {
  return std::make_unique<SigV4Query>(
      PathStyle::once, PayloadStyle::always_unsigned, k_express_token, std::chrono::seconds(300));
}

}  // namespace virga::auth
