// SPDX-License-Identifier: Apache-2.0
#include "auth/credentials.hpp"

#include <utility>

#include "base/strings.hpp"

namespace virga::auth {

Result<std::optional<Credentials>> CredentialChain::load() const {
  for (const auto& provider : providers_) {
    VIRGA_TRY_ASSIGN(auto credentials, provider->load());
    if (credentials) {
      return credentials;
    }
  }
  return std::nullopt;
}

std::vector<std::string_view> CredentialChain::names() const {
  std::vector<std::string_view> names;
  names.reserve(providers_.size());
  for (const auto& provider : providers_) {
    names.push_back(provider->name());
  }
  return names;
}

CredentialChain default_chain(const config::Settings& settings) {
  std::vector<std::unique_ptr<CredentialProvider>> providers;
  // A profile that an option names hides the environment's keys; one that AWS_PROFILE names does
  // not. Source: botocore/credentials.py, create_credential_resolver.
  if (!settings.profile_from_option()) {
    providers.push_back(environment_provider(settings));
  }
  providers.push_back(missing_role_providers(settings));
  providers.push_back(shared_credentials_provider(settings));
  providers.push_back(config_file_provider(settings));
  providers.push_back(missing_late_providers(settings));
  return CredentialChain(std::move(providers));
}

Error no_credentials_error() {
  return Error{ErrorCode::configuration,
               "Unable to locate credentials. You can configure credentials by running \"aws "
               "configure\".",
               std::nullopt};
}

Status check_not_expired(const Credentials& credentials, TimePoint now) {
  if (credentials.expiry && *credentials.expiry <= now) {
    return fail(ErrorCode::general,
                "Credentials were refreshed, but the refreshed credentials are still expired.");
  }
  return {};
}

std::optional<Secret> bearer_token_from_environment(const config::Environment& environment,
                                                    std::string_view signing_name) {
  if (trim(signing_name).empty()) {
    return std::nullopt;
  }
  std::string name = concat("AWS_BEARER_TOKEN_", to_upper(signing_name));
  for (char& c : name) {
    if (c == '-' || c == ' ') {
      c = '_';
    }
  }
  auto token = environment.get(name);
  return token ? std::optional(Secret(*std::move(token))) : std::nullopt;
}

Error no_token_error() {
  return Error{ErrorCode::general, "Unable to locate authorization token", std::nullopt};
}

}  // namespace virga::auth
