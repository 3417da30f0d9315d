// SPDX-License-Identifier: Apache-2.0
#include <map>
#include <utility>

#include "auth/providers/context.hpp"
#include "auth/providers/sso_token.hpp"
#include "auth/providers/sts.hpp"
#include "auth/providers/temporary.hpp"
#include "base/strings.hpp"
#include "value/json_write.hpp"

namespace virga::auth {
namespace {

constexpr std::string_view k_name = "sso";

struct Order {
  SsoSession session;  ///< without name for profiles that have no session
  std::string account;
  std::string role;

  /// What the AWS CLI's cache knows the credentials by.
  [[nodiscard]] std::string cache_key() const {
    Value out = Map();
    out.as_map()->append("accountId", account);
    out.as_map()->append("roleName", role);
    if (session.name.empty()) {
      out.as_map()->append("startUrl", session.start_url);
    } else {
      out.as_map()->append("sessionName", session.name);
    }
    return to_json(out, {.ascii = true, .compact = true});
  }
};

class SsoProvider final : public CredentialProvider {
 public:
  SsoProvider(ProviderContext& context, std::string profile)
      : context_(context), profile_(std::move(profile)) {}

  [[nodiscard]] std::string_view name() const override { return k_name; }

  [[nodiscard]] Result<std::optional<Credentials>> load() override {
    VIRGA_TRY_ASSIGN(const auto found, order());
    if (!found) {
      return std::nullopt;
    }
    VIRGA_TRY_ASSIGN(Credentials out,
                     fetch_stored(context_, cli_cache_place(context_, found->cache_key()), [&] {
                       return ask(*found);
                     }));
    out.provider = k_name;
    out.account_id = found->account;
    return out;
  }

  [[nodiscard]] Result<std::optional<Claim>> claim() const override {
    VIRGA_TRY_ASSIGN(const auto found, order());
    if (!found) {
      return std::nullopt;
    }
    Claim out;
    out.identity.text =
        concat("sso=", found->session.start_url, " ", found->account, "/", found->role);
    out.identity.account = found->account;
    return out;
  }

 private:
  /// The session's keys over the profile's, which must not contradict.
  [[nodiscard]] Status merge_session(const std::string& name,
                                     std::map<std::string, std::string>& keys) const {
    VIRGA_TRY_ASSIGN(const config::Profiles* profiles, context_.settings().profiles());
    const auto* section = profiles->sso_session(name);
    if (section == nullptr) {
      return config_error(concat("The specified sso-session does not exist: \"", name, "\""));
    }
    for (const auto& [key, value] : section->entries()) {
      const auto [known, added] = keys.try_emplace(key, value.text);
      if (!added && known->second != value.text) {
        return config_error(concat("The value for ",
                                   key,
                                   " is inconsistent between profile (",
                                   known->second,
                                   ") and sso-session (",
                                   value.text,
                                   ")."));
      }
    }
    return {};
  }

  [[nodiscard]] Result<std::optional<Order>> order() const {
    VIRGA_TRY_ASSIGN(const auto profile, context_.profile(profile_));
    if (!profile ||
        (profile->find("sso_role_name") == nullptr && profile->find("sso_account_id") == nullptr)) {
      return std::nullopt;
    }
    std::map<std::string, std::string> keys;
    for (const auto* part : {profile->credentials_section(), profile->config_section()}) {
      if (part == nullptr) {
        continue;
      }
      for (const auto& [key, value] : part->entries()) {
        keys.try_emplace(key, value.text);
      }
    }
    Order out;
    if (const std::string* session = profile->text("sso_session")) {
      VIRGA_TRY(merge_session(*session, keys));
      out.session.name = *session;
    }
    std::vector<std::string> missing;
    const auto take = [&](const char* key, std::string& target) {
      if (const auto found = keys.find(key); found != keys.end()) {
        target = found->second;
      } else {
        missing.emplace_back(key);
      }
    };
    take("sso_role_name", out.role);
    take("sso_account_id", out.account);
    take("sso_start_url", out.session.start_url);
    take("sso_region", out.session.region);
    if (!missing.empty()) {
      return config_error(
          concat("The profile \"",
                 profile_,
                 "\" is configured to use SSO but is missing required configuration: ",
                 join(missing, ", ")));
    }
    return out;
  }

  [[nodiscard]] Result<Value> ask(const Order& order) const {
    Secret token;
    if (order.session.name.empty()) {
      VIRGA_TRY_ASSIGN(token, access_token_of_url(context_, order.session.start_url));
    } else {
      VIRGA_TRY_ASSIGN(token, access_token_of_session(context_, order.session));
    }
    ServiceRequest request;
    request.service = "sso";
    request.operation = "GetRoleCredentials";
    request.region = order.session.region;
    auto& params = *request.params.as_map();
    params.append("roleName", order.role);
    params.append("accountId", order.account);
    params.append("accessToken", token.reveal());
    auto answer = call_service(context_, request);
    if (!answer && answer.error().service &&
        answer.error().service->code == "UnauthorizedException") {
      return unauthorized_sso_error();
    }
    if (!answer) {
      return fail(std::move(answer).error());
    }
    return document_of(*answer, order.account);
  }

  /// What the AWS CLI keeps.
  static Result<Value> document_of(const Value& answer, const std::string& account) {
    const Value* given = answer.find("roleCredentials");
    const Value* expiration = given == nullptr ? nullptr : given->find("expiration");
    const auto* milliseconds = expiration == nullptr ? nullptr : expiration->as_integer();
    constexpr std::int64_t k_most = 253'402'300'799'999;  // the end of the year 9999
    if (milliseconds == nullptr || *milliseconds < 0 || *milliseconds > k_most) {
      return retrieval_error(k_name, "the answer to GetRoleCredentials has no expiration");
    }
    Value members = Map();
    members.as_map()->append("AccessKeyId", given->text("accessKeyId"));
    members.as_map()->append("SecretAccessKey", given->text("secretAccessKey"));
    members.as_map()->append("SessionToken", given->text("sessionToken"));
    members.as_map()->append(
        "Expiration", format_expiry(TimePoint(std::chrono::milliseconds(*milliseconds)), "Z"));
    members.as_map()->append("AccountId", account);
    Value document = Map();
    document.as_map()->append("ProviderType", "sso");
    document.as_map()->append("Credentials", std::move(members));
    return document;
  }

  ProviderContext& context_;
  std::string profile_;
};

}  // namespace

Provider sso_provider(ProviderContext& context, std::string profile) {
  return std::make_unique<SsoProvider>(context, std::move(profile));
}

}  // namespace virga::auth
