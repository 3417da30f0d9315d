// SPDX-License-Identifier: Apache-2.0
#include <utility>

#include "auth/providers/context.hpp"
#include "auth/providers/static_keys.hpp"
#include "auth/providers/temporary.hpp"
#include "base/strings.hpp"

namespace virga::auth {
namespace {

/// Variables that are set to nothing count as unset here, unlike in the settings.
class EnvironmentProvider final : public CredentialProvider {
 public:
  explicit EnvironmentProvider(const ProviderContext& context) : context_(context) {}

  [[nodiscard]] std::string_view name() const override { return "env"; }

  [[nodiscard]] Result<std::optional<Credentials>> load() override { return keys(); }

  [[nodiscard]] Result<std::optional<Claim>> claim() const override {
    VIRGA_TRY_ASSIGN(const auto found, keys());
    return found ? std::optional(claim_of_keys(*found)) : std::nullopt;
  }

 private:
  [[nodiscard]] Result<std::optional<Credentials>> keys() const {
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
      out.expiry = parse_expiry(expiry);
      if (!out.expiry) {
        return fail(ErrorCode::general, concat("Unknown string format: ", expiry));
      }
    }
    return out;
  }

  [[nodiscard]] std::string variable(const char* variable_name) const {
    return context_.environment().get(variable_name).value_or("");
  }

  const ProviderContext& context_;
};

}  // namespace

Provider environment_provider(ProviderContext& context) {
  return std::make_unique<EnvironmentProvider>(context);
}

}  // namespace virga::auth
