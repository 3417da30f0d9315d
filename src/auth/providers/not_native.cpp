// SPDX-License-Identifier: Apache-2.0
// Stands where providers that virga does not have yet belong in the chain: where the configuration
// asks for one of them, the call must fail rather than be signed by whoever comes next.
#include <span>

#include "auth/credentials.hpp"
#include "base/strings.hpp"

namespace virga::auth {
namespace {

class NotNativeProvider final : public CredentialProvider {
 public:
  NotNativeProvider(const config::Settings& settings,
                    std::span<const char* const> keys,
                    std::span<const char* const> variables)
      : settings_(settings), keys_(keys), variables_(variables) {}

  [[nodiscard]] std::string_view name() const override { return "not-native"; }

  [[nodiscard]] Result<std::optional<Credentials>> load() override {
    for (const char* variable : variables_) {
      if (const auto value = settings_.environment().get(variable); value && !value->empty()) {
        return refuse(concat("The variable ", variable));
      }
    }
    for (const char* key : keys_) {
      // A profile that is not there asks for nothing; whoever needs it says so.
      const auto value = settings_.profile_text(key);
      if (value && *value && !(*value)->empty()) {
        return refuse(concat("The key ", key, " of the profile ", settings_.profile_name()));
      }
    }
    return std::optional<Credentials>();
  }

 private:
  static tl::unexpected<Error> refuse(const std::string& what) {
    return fail(ErrorCode::configuration,
                concat(what,
                       " asks for a way to get credentials that is not native yet. Export them "
                       "with \"aws configure export-credentials --format env\"."));
  }

  const config::Settings& settings_;
  std::span<const char* const> keys_;
  std::span<const char* const> variables_;
};

constexpr const char* k_role_keys[] = {
    "role_arn", "web_identity_token_file", "sso_session", "sso_start_url", "sso_account_id"};
constexpr const char* k_role_variables[] = {"AWS_WEB_IDENTITY_TOKEN_FILE"};
constexpr const char* k_late_keys[] = {"credential_process"};
constexpr const char* k_late_variables[] = {"AWS_CONTAINER_CREDENTIALS_RELATIVE_URI",
                                            "AWS_CONTAINER_CREDENTIALS_FULL_URI"};

}  // namespace

std::unique_ptr<CredentialProvider> missing_role_providers(const config::Settings& settings) {
  return std::make_unique<NotNativeProvider>(settings, k_role_keys, k_role_variables);
}

std::unique_ptr<CredentialProvider> missing_late_providers(const config::Settings& settings) {
  return std::make_unique<NotNativeProvider>(settings, k_late_keys, k_late_variables);
}

}  // namespace virga::auth
