// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <chrono>
#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <string>

#include "auth/credentials.hpp"
#include "auth/signer.hpp"
#include "base/clock.hpp"
#include "config/settings.hpp"
#include "endpoint/endpoint.hpp"
#include "engine/call_config.hpp"
#include "engine/caller.hpp"
#include "engine/endpoint_discovery.hpp"
#include "engine/express_sessions.hpp"
#include "engine/quirks.hpp"
#include "http/message.hpp"
#include "limit/limiter.hpp"
#include "model/catalog.hpp"
#include "retry/retry_policy.hpp"

namespace virga::engine {

class BodyRoute;

/// What a call path is made of; all are borrowed and must outlive it.
struct CallPathParts {
  const model::Catalog& catalog;
  const config::Settings& settings;
  const auth::CredentialChain& credentials;
  http::Transport& transport;
  retry::RetryPolicy& retry;
  Clock& clock;
  Random& random;
  bool sign_requests = true;  ///< not --no-sign-request
  /// Holds attempts back until they may be sent; null: they go at once.
  limit::Limiter* limiter = nullptr;
  /// Prints what happens, for --debug; never sees secrets. May be empty.
  std::function<void(const std::string& line)> debug{};
};

/// How a URL is presigned.
struct UrlTerms {
  std::chrono::seconds expires{std::chrono::hours(1)};
  /// Headers that are signed besides the operation's: whoever uses the URL has to send them.
  http::Headers headers{};
  std::optional<auth::Credentials> credentials{};  ///< none: those of the call path
};

/// The way of one call to its service and back: prepared once (quirks, validation, serialisation,
/// endpoint), then given a turn, signed, sent and read, again while the retry policy says so. S3's
/// "wrong region" answers are followed once.
///
/// Errors: those of all parts; a service's error carries the AWS CLI's sentence.
/// Threads: safe.
class CallPath final : public Caller {
 public:
  explicit CallPath(const CallPathParts& parts);

  [[nodiscard]] Result<Page> call(const Call& call) override;

  /// The URL that makes the call with GET. Nothing is sent. Until it expires the URL is as good as
  /// the credentials for that one call: not for logs, not for caches.
  [[nodiscard]] Result<std::string> presigned_url(const Call& call, const UrlTerms& terms);

 private:
  struct Prepared;
  struct Answer;

  [[nodiscard]] Result<Prepared> prepare(const Call& call,
                                         std::shared_ptr<const CallConfig> call_config);
  [[nodiscard]] Status place(const Call& call, Prepared& prepared);
  [[nodiscard]] Status discover(const Call& call, const CallConfig& config, http::Request& request);
  [[nodiscard]] std::optional<std::string> find_region(const Call& call,
                                                       const Prepared& prepared,
                                                       const http::Response& response);
  [[nodiscard]] Status redirect(const Call& call, const std::string& region, Prepared& prepared);
  [[nodiscard]] Result<Page> send_until_done(const Call& call, Prepared& prepared);
  [[nodiscard]] Answer attempt(const Call& call, const Prepared& prepared, int number);
  [[nodiscard]] Status wait_for_turn(const Call& call,
                                     const Prepared& prepared,
                                     bool again,
                                     std::optional<limit::Limiter::Slot>& slot);
  [[nodiscard]] Status sign(const Prepared& prepared,
                            std::chrono::microseconds skew,
                            http::Request& request);
  [[nodiscard]] Result<Page> read_answer(const Call& call,
                                         const Prepared& prepared,
                                         http::Response& response,
                                         const BodyRoute& route);
  [[nodiscard]] Result<std::string> presign(const Call& call,
                                            const CallConfig& config,
                                            http::Request request,
                                            std::string_view region);
  [[nodiscard]] bool correct_clock(const Answer& answer);
  [[nodiscard]] bool correct_endpoint(const Call& call,
                                      const CallConfig& config,
                                      const Answer& answer);
  [[nodiscard]] Result<Value> create_session(const std::string& bucket);
  [[nodiscard]] Result<auth::Credentials> credentials();
  [[nodiscard]] Result<Secret> bearer_token(std::string_view signing_name);
  [[nodiscard]] Result<std::shared_ptr<const CallConfig>> config_for(const model::Service& service);
  [[nodiscard]] auth::Signer* signer_for(const std::string& signature_version);
  void debug(const std::string& line) const;

  CallPathParts parts_;
  EndpointDiscovery discovery_;
  ExpressSessions express_sessions_;
  std::mutex mutex_;
  // What many calls share: settings as read once, and signers, which keep the keys that they
  // derive.
  std::map<std::string, std::shared_ptr<const CallConfig>, std::less<>>
      configs_;                                                                // guarded by mutex_
  std::map<std::string, std::unique_ptr<auth::Signer>, std::less<>> signers_;  // guarded by mutex_
  std::chrono::microseconds clock_skew_{0};                                    // guarded by mutex_
};

}  // namespace virga::engine
