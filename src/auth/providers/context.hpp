// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <atomic>
#include <chrono>
#include <memory>
#include <string>

#include "auth/credentials.hpp"

namespace virga::auth {

/// What the providers of one chain share. Thread-safe.
class ProviderContext {
 public:
  explicit ProviderContext(ChainParts parts) : parts_(std::move(parts)) {}

  [[nodiscard]] const ChainParts& parts() const { return parts_; }

  [[nodiscard]] const config::Settings& settings() const { return parts_.settings; }

  [[nodiscard]] const config::Environment& environment() const {
    return parts_.settings.environment();
  }

  /// The time by the services' clocks, as far as known.
  [[nodiscard]] TimePoint now() const {
    return parts_.clock.now() + std::chrono::microseconds(skew_.load());
  }

  void learn_clock_skew(std::chrono::microseconds skew) { skew_ = skew.count(); }

  /// A profile as configured; none if there is none of that name.
  [[nodiscard]] Result<std::optional<config::Profile>> profile(std::string_view name) const {
    const auto profiles = parts_.settings.profiles();
    if (!profiles) {
      return fail(profiles.error());
    }
    return (*profiles)->find(name);
  }

  /// The file's path below the home folder.
  [[nodiscard]] std::string in_home(std::string_view path) const;
  /// Below virga's own cache folder ($XDG_CACHE_HOME/virga).
  [[nodiscard]] std::string in_cache(std::string_view path) const;

 private:
  ChainParts parts_;
  std::atomic<std::chrono::microseconds::rep> skew_{0};
};

using Provider = std::unique_ptr<CredentialProvider>;

// The providers, one file each. The context is borrowed and must outlive them.

/// AWS_ACCESS_KEY_ID and its fellows.
[[nodiscard]] Provider environment_provider(ProviderContext& context);
/// Roles that a profile asks for, with the profiles that they are reached from.
[[nodiscard]] Provider assume_role_provider(ProviderContext& context, std::string profile);
/// Roles for web identity tokens, by the profile or, where `use_environment`, by variables.
[[nodiscard]] Provider web_identity_provider(ProviderContext& context,
                                             std::string profile,
                                             bool use_environment);
/// Single sign-on: roles by an access token that a login left behind.
[[nodiscard]] Provider sso_provider(ProviderContext& context, std::string profile);
/// Static keys of the profile in the shared credentials file.
[[nodiscard]] Provider shared_credentials_provider(ProviderContext& context, std::string profile);
/// Static keys of the profile in the shared config file.
[[nodiscard]] Provider config_file_provider(ProviderContext& context, std::string profile);
/// What the profile's credential_process prints.
[[nodiscard]] Provider process_provider(ProviderContext& context, std::string profile);
/// In the place of login sessions, which are not native yet: an error where a profile has one.
[[nodiscard]] Provider login_provider(ProviderContext& context, std::string profile);
/// The file of the EC2 tools of old, AWS_CREDENTIAL_FILE.
[[nodiscard]] Provider ec2_file_provider(ProviderContext& context);
/// The files of boto 2: BOTO_CONFIG, or /etc/boto.cfg and ~/.boto.
[[nodiscard]] Provider boto_provider(ProviderContext& context);
/// What ECS, EKS and others serve at AWS_CONTAINER_CREDENTIALS_*.
[[nodiscard]] Provider container_provider(ProviderContext& context);
/// The instance metadata service of EC2.
[[nodiscard]] Provider instance_provider(ProviderContext& context);

/// Those that get their orders from a profile, in order.
[[nodiscard]] std::vector<Provider> profile_providers(ProviderContext& context,
                                                      const std::string& profile,
                                                      bool use_environment);

/// The access token of the profile's sso-session, renewed if need be; none if it has no session.
[[nodiscard]] Result<std::optional<Secret>> sso_session_token(ProviderContext& context,
                                                              const std::string& profile);

}  // namespace virga::auth
