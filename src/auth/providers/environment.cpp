// SPDX-License-Identifier: Apache-2.0
#include <utility>

#include "auth/credentials.hpp"
#include "base/strings.hpp"
#include "value/timestamp.hpp"

namespace virga::auth {
namespace {

/// Variables that are set to nothing count as unset here, unlike in the settings.
class EnvironmentProvider final : public CredentialProvider {
 public:
  explicit EnvironmentProvider(const config::Settings& settings) : settings_(settings) {}

  [[nodiscard]] std::string_view name() const override { return "env"; }

  [[nodiscard]] Result<std::optional<Credentials>> load() override {
    Credentials out;
    out.provider = name();
    out.access_key_id = variable("AWS_ACCESS_KEY_ID");
    if (out.access_key_id.empty()) {
      return std::nullopt;
    }
    std::string secret = variable("AWS_SECRET_ACCESS_KEY");
    if (secret.empty()) {
      return fail(ErrorCode::general,
                  "Partial credentials found in env, missing: AWS_SECRET_ACCESS_KEY");
    }
    out.secret_access_key = Secret(std::move(secret));
    // The older name first, as botocore has it.
    std::string token = variable("AWS_SECURITY_TOKEN");
    if (token.empty()) {
      token = variable("AWS_SESSION_TOKEN");
    }
    out.session_token = Secret(std::move(token));
    if (std::string account = variable("AWS_ACCOUNT_ID"); !account.empty()) {
      out.account_id = std::move(account);
    }
    if (const std::string expiry = variable("AWS_CREDENTIAL_EXPIRATION"); !expiry.empty()) {
      const auto moment = parse_timestamp(expiry);
      if (!moment) {
        return fail(ErrorCode::general, concat("Unknown string format: ", expiry));
      }
      out.expiry = TimePoint(std::chrono::microseconds(moment->microseconds));
    }
    return out;
  }

 private:
  [[nodiscard]] std::string variable(const char* variable_name) const {
    return settings_.environment().get(variable_name).value_or("");
  }

  const config::Settings& settings_;
};

}  // namespace

std::unique_ptr<CredentialProvider> environment_provider(const config::Settings& settings) {
  return std::make_unique<EnvironmentProvider>(settings);
}

}  // namespace virga::auth
