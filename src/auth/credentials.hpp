// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/clock.hpp"
#include "base/result.hpp"
#include "base/secret.hpp"
#include "config/settings.hpp"

namespace virga::auth {

/// What signs a call.
struct Credentials {
  std::string access_key_id;
  Secret secret_access_key;
  Secret session_token;                   ///< empty for long-term keys
  std::optional<std::string> account_id;  ///< if the source knows it
  std::optional<TimePoint> expiry;        ///< none for keys that do not expire
  std::string provider;                   ///< the source as botocore names it: "env", ...
};

/// One source of credentials. Thread-safe.
class CredentialProvider {
 public:
  virtual ~CredentialProvider() = default;
  /// As the AWS CLI names it in messages: "env", "shared-credentials-file", "config-file".
  [[nodiscard]] virtual std::string_view name() const = 0;
  /// The credentials, or none if this source has nothing to say.
  /// Errors: general, when it has something that cannot be used, for example
  /// `Partial credentials found in env, missing: AWS_SECRET_ACCESS_KEY`.
  [[nodiscard]] virtual Result<std::optional<Credentials>> load() = 0;
};

/// Providers in order; the first that has credentials wins, an error ends the search.
class CredentialChain {
 public:
  explicit CredentialChain(std::vector<std::unique_ptr<CredentialProvider>> providers)
      : providers_(std::move(providers)) {}

  /// None if no provider has any.
  [[nodiscard]] Result<std::optional<Credentials>> load() const;
  /// The names in order, for help and diagnosis.
  [[nodiscard]] std::vector<std::string_view> names() const;

 private:
  std::vector<std::unique_ptr<CredentialProvider>> providers_;
};

/// AWS_ACCESS_KEY_ID and its fellows. `settings` is borrowed by all three, and must outlive them.
[[nodiscard]] std::unique_ptr<CredentialProvider> environment_provider(
    const config::Settings& settings);
/// Static keys of the profile in the shared credentials file.
[[nodiscard]] std::unique_ptr<CredentialProvider> shared_credentials_provider(
    const config::Settings& settings);
/// Static keys of the profile in the shared config file.
[[nodiscard]] std::unique_ptr<CredentialProvider> config_file_provider(
    const config::Settings& settings);

/// In the places of the providers that are not there yet: roles, web identity and single sign-on
/// before static keys; credential processes and containers after them. Errors: configuration, where
/// one of them is asked for.
[[nodiscard]] std::unique_ptr<CredentialProvider> missing_role_providers(
    const config::Settings& settings);
[[nodiscard]] std::unique_ptr<CredentialProvider> missing_late_providers(
    const config::Settings& settings);

/// The chain of the AWS CLI. The order carries meaning and is written out in credentials.cpp.
[[nodiscard]] CredentialChain default_chain(const config::Settings& settings);

/// The error of a call that needs credentials where there are none (configuration, exit status
/// 253).
[[nodiscard]] Error no_credentials_error();

/// An error if the credentials are past their expiry.
[[nodiscard]] Status check_not_expired(const Credentials& credentials, TimePoint now);

/// The token for bearer authorization from AWS_BEARER_TOKEN_<SIGNING NAME>; none if unset.
[[nodiscard]] std::optional<Secret> bearer_token_from_environment(
    const config::Environment& environment, std::string_view signing_name);

/// `Unable to locate authorization token` (general, exit status 255).
[[nodiscard]] Error no_token_error();

}  // namespace virga::auth
