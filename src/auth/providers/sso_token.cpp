// SPDX-License-Identifier: Apache-2.0
#include "auth/providers/sso_token.hpp"

#include <utility>

#include "auth/providers/sts.hpp"
#include "auth/providers/temporary.hpp"
#include "base/encoding.hpp"
#include "base/file_lock.hpp"
#include "base/files.hpp"
#include "base/hash.hpp"
#include "base/strings.hpp"
#include "value/json_read.hpp"
#include "value/json_write.hpp"

namespace virga::auth {
namespace {

constexpr auto k_refresh_window = std::chrono::minutes(15);
constexpr auto k_patience = std::chrono::minutes(1);

tl::unexpected<Error> load_error(std::string_view what) {
  return fail(ErrorCode::general, concat("Error loading SSO Token: ", what));
}

/// A file of ~/.aws/sso/cache.
struct Token {
  Value document;
  TimePoint expiry{};

  [[nodiscard]] Secret access() const { return Secret(std::string(document.text("accessToken"))); }
};

/// `name` is what the file is called by, and messages.
Result<Token> read_token(const std::string& path,
                         std::string_view name,
                         std::string_view start_url) {
  const auto bytes = read_file_if_exists(path);
  auto document = bytes && *bytes ? read_json(**bytes) : Result<Value>(Value());
  if (!document || document->as_map() == nullptr) {
    return load_error(concat("Token for ", name, " does not exist"));
  }
  const auto expiry = parse_expiry(document->text("expiresAt"));
  if (document->text("accessToken").empty() || !expiry) {
    return load_error(concat("Token for ", start_url, " is invalid"));
  }
  return Token{*std::move(document), *expiry};
}

std::string token_path(const ProviderContext& context, std::string_view name) {
  return context.in_home(concat(".aws/sso/cache/", hex_encode(sha1(name)), ".json"));
}

/// Whether the registration that the token was got with still lets it be renewed.
bool can_renew(const Token& token, TimePoint now) {
  for (const char* key : {"refreshToken", "clientId", "clientSecret", "registrationExpiresAt"}) {
    if (token.document.text(key).empty()) {
      return false;
    }
  }
  const auto registered = parse_expiry(token.document.text("registrationExpiresAt"));
  return registered && *registered > now;
}

Result<Token> renew(ProviderContext& context,
                    const SsoSession& session,
                    const Token& token,
                    const std::string& path) {
  ServiceRequest request;
  request.service = "sso-oidc";
  request.operation = "CreateToken";
  request.region = session.region;
  auto& params = *request.params.as_map();
  params.append("grantType", "refresh_token");
  params.append("clientId", token.document.text("clientId"));
  params.append("clientSecret", token.document.text("clientSecret"));
  params.append("refreshToken", token.document.text("refreshToken"));
  VIRGA_TRY_ASSIGN(const Value answer, call_service(context, request));
  const auto* life = answer.find("expiresIn");
  const auto* seconds = life == nullptr ? nullptr : life->as_integer();
  if (answer.text("accessToken").empty() || seconds == nullptr) {
    return fail(ErrorCode::response, "The answer to CreateToken has no token.");
  }
  Token out;
  out.expiry = context.now() + std::chrono::seconds(*seconds);
  out.document = Map();
  auto& map = *out.document.as_map();
  map.append("startUrl", session.start_url);
  map.append("region", session.region);
  map.append("accessToken", answer.text("accessToken"));
  map.append("expiresAt", format_expiry(out.expiry, "Z"));
  for (const char* key : {"clientId", "clientSecret", "registrationExpiresAt"}) {
    map.append(key, token.document.text(key));
  }
  if (const auto next = answer.text("refreshToken"); !next.empty()) {
    map.append("refreshToken", next);
  }
  // A token that cannot be kept still serves this process.
  static_cast<void>(write_file_atomically(path, to_json(out.document), 0600));
  return out;
}

}  // namespace

tl::unexpected<Error> unauthorized_sso_error() {
  return fail(ErrorCode::general,
              "The SSO session associated with this profile has expired or is otherwise invalid. "
              "To refresh this SSO session run aws sso login with the corresponding profile.");
}

Result<Secret> access_token_of_session(ProviderContext& context, const SsoSession& session) {
  const std::string path = token_path(context, session.name);
  VIRGA_TRY_ASSIGN(Token token, read_token(path, session.name, session.start_url));
  if (token.expiry - context.now() >= k_refresh_window) {
    return token.access();
  }
  // A refresh token may be good for one use only: no two processes may use the same.
  const auto lock = FileLock::take(
      context.in_cache(concat("locks/sso-", hex_encode(sha1(session.name)), ".lock")), k_patience);
  VIRGA_TRY_ASSIGN(token, read_token(path, session.name, session.start_url));
  if (token.expiry - context.now() < k_refresh_window && can_renew(token, context.now())) {
    auto renewed = renew(context, session, token, path);
    if (renewed) {
      token = *std::move(renewed);
    } else if (!renewed.error().service && token.expiry <= context.now()) {
      return fail(std::move(renewed).error());
    }
  }
  if (token.expiry <= context.now()) {
    return fail(ErrorCode::general,
                "Error when retrieving token from sso: Token has expired and refresh failed");
  }
  return token.access();
}

Result<Secret> access_token_of_url(ProviderContext& context, const std::string& start_url) {
  VIRGA_TRY_ASSIGN(const Token token,
                   read_token(token_path(context, start_url), start_url, start_url));
  if (token.expiry <= context.now()) {
    return unauthorized_sso_error();
  }
  return token.access();
}

Result<std::optional<Secret>> sso_session_token(ProviderContext& context,
                                                const std::string& profile_name) {
  VIRGA_TRY_ASSIGN(const auto profile, context.profile(profile_name));
  const std::string* name = profile ? profile->text("sso_session") : nullptr;
  if (name == nullptr) {
    return std::nullopt;
  }
  const auto start =
      concat("The profile \"", profile_name, "\" is configured to use the SSO token provider but ");
  VIRGA_TRY_ASSIGN(const config::Profiles* profiles, context.settings().profiles());
  const auto* section = profiles->sso_session(*name);
  if (section == nullptr) {
    return config_error(
        concat(start, "the \"", *name, "\" sso_session configuration does not exist."));
  }
  std::vector<std::string> missing;
  SsoSession session{*name, {}, {}};
  const auto take = [&](const char* key, std::string& target) {
    if (const std::string* text = section->text(key)) {
      target = *text;
    } else {
      missing.emplace_back(key);
    }
  };
  take("sso_start_url", session.start_url);
  take("sso_region", session.region);
  if (!missing.empty()) {
    return config_error(
        concat(start, "is missing the following configuration: ['", join(missing, "', '"), "']."));
  }
  VIRGA_TRY_ASSIGN(Secret token, access_token_of_session(context, session));
  return std::optional(std::move(token));
}

}  // namespace virga::auth
