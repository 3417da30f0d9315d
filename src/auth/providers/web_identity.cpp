// SPDX-License-Identifier: Apache-2.0
#include <utility>

#include "auth/providers/context.hpp"
#include "auth/providers/sts.hpp"
#include "auth/providers/temporary.hpp"
#include "base/strings.hpp"
#include "value/json_write.hpp"

namespace virga::auth {
namespace {

constexpr std::string_view k_name = "assume-role-with-web-identity";

struct Order {
  std::string token_file;
  std::string role_arn;
  std::optional<std::string> session_name;

  /// What the AWS CLI's cache knows the credentials by.
  [[nodiscard]] std::string cache_key() const {
    Value out = Map();
    out.as_map()->append("RoleArn", role_arn);
    if (session_name) {
      out.as_map()->append("RoleSessionName", *session_name);
    }
    return to_json(out, {.ascii = true});
  }
};

class WebIdentityProvider final : public CredentialProvider {
 public:
  WebIdentityProvider(ProviderContext& context, std::string profile, bool use_environment)
      : context_(context), profile_(std::move(profile)), use_environment_(use_environment) {}

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
    return out;
  }

  [[nodiscard]] Result<std::optional<Claim>> claim() const override {
    VIRGA_TRY_ASSIGN(const auto found, order());
    if (!found) {
      return std::nullopt;
    }
    Claim out;
    out.identity.text = concat("web-identity=", found->cache_key());
    out.identity.account = account_of_arn(found->role_arn);
    return out;
  }

 private:
  /// The variable, else the profile's key.
  [[nodiscard]] std::optional<std::string> look_up(const std::optional<config::Profile>& profile,
                                                   const char* variable,
                                                   const char* key) const {
    if (use_environment_) {
      if (auto value = context_.environment().get(variable)) {
        return value;
      }
    }
    const std::string* text = profile ? profile->text(key) : nullptr;
    return text == nullptr ? std::nullopt : std::optional(*text);
  }

  [[nodiscard]] Result<std::optional<Order>> order() const {
    VIRGA_TRY_ASSIGN(const auto profile, context_.profile(profile_));
    Order out;
    out.token_file =
        look_up(profile, "AWS_WEB_IDENTITY_TOKEN_FILE", "web_identity_token_file").value_or("");
    if (out.token_file.empty()) {
      return std::nullopt;
    }
    out.role_arn = look_up(profile, "AWS_ROLE_ARN", "role_arn").value_or("");
    if (out.role_arn.empty()) {
      return config_error(
          "The provided profile or the current environment is configured to assume role with web "
          "identity but has no role ARN configured. Ensure that the profile has the "
          "role_arnconfiguration set or the AWS_ROLE_ARN env var is set.");
    }
    out.session_name = look_up(profile, "AWS_ROLE_SESSION_NAME", "role_session_name");
    if (out.session_name && out.session_name->empty()) {
      out.session_name.reset();
    }
    return out;
  }

  [[nodiscard]] Result<Value> ask(const Order& order) const {
    VIRGA_TRY_ASSIGN(std::string token, read_as_python(order.token_file));
    ServiceRequest request;
    request.service = "sts";
    request.operation = "AssumeRoleWithWebIdentity";
    auto& params = *request.params.as_map();
    params.append("RoleArn", order.role_arn);
    params.append("RoleSessionName", order.session_name.value_or(default_session_name(context_)));
    params.append("WebIdentityToken", std::move(token));
    return call_sts(context_, request, k_name);
  }

  ProviderContext& context_;
  std::string profile_;
  bool use_environment_;
};

}  // namespace

Provider web_identity_provider(ProviderContext& context,
                               std::string profile,
                               bool use_environment) {
  return std::make_unique<WebIdentityProvider>(context, std::move(profile), use_environment);
}

}  // namespace virga::auth
