// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <string>

#include "auth/credentials.hpp"
#include "base/clock.hpp"
#include "config/settings.hpp"
#include "engine/cache_stage.hpp"
#include "engine/call_path.hpp"
#include "engine/caller.hpp"
#include "engine/pager.hpp"
#include "http/message.hpp"
#include "limit/limiter.hpp"
#include "model/catalog.hpp"
#include "retry/retry_policy.hpp"

namespace virga::engine {

/// What a session is made of; references are borrowed and must outlive it.
struct SessionParts {
  const model::Catalog& catalog;
  const config::Settings& settings;
  Clock& clock;
  Random& random;
  auth::CredentialChain credentials;
  /// Opens the transport; called once, by the first call that goes out, so that a session that
  /// never needs the network does not start it. Several sessions may share one.
  std::function<Result<std::shared_ptr<http::Transport>>()> open_transport;
  bool sign_requests = true;  ///< not --no-sign-request
  /// Prints what happens, for --debug; never sees secrets. May be empty.
  std::function<void(const std::string& line)> debug{};
  /// Where answers are kept; nothing for a session that always asks.
  std::optional<SessionCache> cache{};
  /// Decides when attempts are sent, for all sessions of the process; null: at once.
  std::shared_ptr<limit::Limiter> limiter{};
  /// The calls are of a batch: they are patient with a service that throttles (retry_policy.hpp).
  bool is_batch = false;
};

/// What all calls of one configuration (profile, region, options) share: credentials, connections,
/// and for each service a retry policy with its quota. Front ends and commands make their calls
/// here; this is where stages around the call path are put together.
///
/// Errors: those of the settings, the transport and the call path.
/// Threads: safe.
class Session final : public Caller {
 public:
  explicit Session(SessionParts parts);

  [[nodiscard]] Result<Page> call(const Call& call) override;

  /// The pages of an operation that has a paginator. The session must outlive them.
  [[nodiscard]] Result<std::unique_ptr<Pager>> pages(Call call, const PageLimits& limits);

  /// As CallPath::presigned_url().
  [[nodiscard]] Result<std::string> presigned_url(const Call& call, const UrlTerms& terms);

  /// Ends every exchange of this session, now and from now on. Thread-safe.
  void interrupt() noexcept;

  /// The cache in front of the calls; null without one.
  [[nodiscard]] const CacheStage* cache_stage() const { return cache_ ? &*cache_ : nullptr; }

  /// Who signs.
  [[nodiscard]] const auth::CredentialChain& credentials() const { return parts_.credentials; }

 private:
  /// What the calls of one service share.
  struct Lane {
    Lane(retry::RetryOptions options, const SessionParts& parts, http::Transport& transport);
    retry::RetryPolicy retry;
    CallPath path;
  };

  /// The way out, behind the cache.
  class Outside final : public Caller {
   public:
    explicit Outside(Session& session) : session_(session) {}

    [[nodiscard]] Result<Page> call(const Call& call) override;

   private:
    Session& session_;
  };

  [[nodiscard]] Result<Lane*> lane(const model::Service& service);

  SessionParts parts_;
  Outside outside_{*this};
  std::optional<CacheStage> cache_;
  std::mutex mutex_;
  std::shared_ptr<http::Transport> transport_;                       // guarded by mutex_
  std::map<std::string, std::unique_ptr<Lane>, std::less<>> lanes_;  // guarded by mutex_
};

}  // namespace virga::engine
