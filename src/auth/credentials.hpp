// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <chrono>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/clock.hpp"
#include "base/result.hpp"
#include "base/secret.hpp"
#include "config/settings.hpp"
#include "http/message.hpp"

namespace virga::auth {

class ServiceCaller;
class ProviderContext;

/// What signs a call.
struct Credentials {
  std::string access_key_id;
  Secret secret_access_key;
  Secret session_token;                   ///< empty for long-term keys
  std::optional<std::string> account_id;  ///< if the source knows it
  std::optional<TimePoint> expiry;        ///< none for keys that do not expire
  std::string provider;                   ///< the source as botocore names it: "env", ...
  std::optional<TimePoint> issued;  ///< since when they are good, where that is not "just now"
  std::string role;  ///< of instances and containers: the role as the source names it
};

/// Who signs: what cached answers belong to.
struct Identity {
  /// The access key of static keys; the role with all that it was asked for with, and the identity
  /// it is reached from; account, role and portal of single sign-on; a digest of the command of a
  /// credential process. Stays the same when temporary keys are renewed. No secrets.
  std::string text;
  std::string account;  ///< empty if unknown
};

/// What a source knows about its identity before it is asked for credentials.
struct Claim {
  Identity identity;
  /// The configuration alone does not say who it is: the account (or key) of the credentials
  /// belongs to the identity, too.
  bool needs_credentials = false;
};

/// One source of credentials. Thread-safe.
class CredentialProvider {
 public:
  virtual ~CredentialProvider() = default;
  /// As the AWS CLI names it in messages: "env", "shared-credentials-file", "config-file".
  [[nodiscard]] virtual std::string_view name() const = 0;
  /// The credentials, got anew each time (temporary ones from the shared caches where those are
  /// fresh), or none if this source has nothing to say.
  /// Errors: general, when it has something that cannot be used, for example
  /// `Partial credentials found in env, missing: AWS_SECRET_ACCESS_KEY`; those of the calls it
  /// makes.
  [[nodiscard]] virtual Result<std::optional<Credentials>> load() = 0;
  /// The identity from configuration and environment alone; none if this source has nothing to say.
  /// Errors: as load(), as far as they show without network and processes.
  [[nodiscard]] virtual Result<std::optional<Claim>> claim() const = 0;
};

/// What the providers of the default chain work with; all that is referred to is borrowed.
struct ChainParts {
  const config::Settings& settings;
  Clock& clock;
  Random& random;
  /// For roles and single sign-on; null where there is no way to call services.
  std::shared_ptr<ServiceCaller> services{};
  /// How metadata services are reached; empty for the network.
  std::function<std::unique_ptr<http::Transport>(const http::TransportOptions&)> open_transport{};
  /// Asks the user for an MFA code; empty for the terminal.
  std::function<Result<std::string>(const std::string& question)> ask{};
};

/// Providers in order; the first that has credentials wins, an error ends the search.
///
/// Temporary credentials are renewed ahead of their expiry: from 15 minutes before, where a failure
/// and waiting for another thread that is at it are avoided by going on with those at hand; from 10
/// minutes before, whatever it takes. What lives shorter than twice that is used up to its half or
/// two thirds. A failed search is not repeated for 5 seconds.
/// Source: botocore/credentials.py, RefreshableCredentials.
/// Threads: safe. Movable while no thread uses it.
class CredentialChain {
 public:
  explicit CredentialChain(std::vector<std::unique_ptr<CredentialProvider>> providers);
  /// With what the providers work with, for the chain to keep.
  CredentialChain(std::vector<std::unique_ptr<CredentialProvider>> providers,
                  std::unique_ptr<ProviderContext> context);
  CredentialChain(CredentialChain&&) noexcept;
  CredentialChain& operator=(CredentialChain&&) noexcept;
  CredentialChain(const CredentialChain&) = delete;
  CredentialChain& operator=(const CredentialChain&) = delete;
  ~CredentialChain();

  /// The credentials to sign with now; none if no provider has any. Cheap where nothing is due.
  [[nodiscard]] Result<std::optional<Credentials>> load() const;
  /// Who signs; none if nobody does. Reads configuration; instances, containers and credential
  /// processes are asked for credentials (see load()).
  [[nodiscard]] Result<std::optional<Identity>> identity() const;
  /// The access token of the profile's sso-session, for services that take one instead of a
  /// signature; none if the profile has no such session.
  [[nodiscard]] Result<std::optional<Secret>> session_token() const;
  /// By how much services' clocks are ahead of this machine's, as calls found out: expiry is looked
  /// at with it.
  void learn_clock_skew(std::chrono::microseconds skew) const;
  [[nodiscard]] std::chrono::microseconds clock_skew() const;
  /// The names in order, for help and diagnosis.
  [[nodiscard]] std::vector<std::string_view> names() const;

 private:
  struct State;
  std::unique_ptr<State> state_;
};

/// The chain of the AWS CLI. The order carries meaning and is written out in credentials.cpp.
[[nodiscard]] CredentialChain default_chain(const ChainParts& parts);

/// The account that an access key's id carries in its letters; empty where it does not (ids made
/// before 2019, and others' schemes).
[[nodiscard]] std::string account_of_access_key(std::string_view access_key_id);

/// The error of a call that needs credentials where there are none (configuration, exit status
/// 253).
[[nodiscard]] Error no_credentials_error();

/// The token for bearer authorization from AWS_BEARER_TOKEN_<SIGNING NAME>; none if unset.
[[nodiscard]] std::optional<Secret> bearer_token_from_environment(
    const config::Environment& environment, std::string_view signing_name);

/// `Unable to locate authorization token` (general, exit status 255).
[[nodiscard]] Error no_token_error();

}  // namespace virga::auth
