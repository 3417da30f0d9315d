// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <string>

#include "cli/answer_cache.hpp"
#include "cli/global_options.hpp"
#include "cli/session_parts.hpp"
#include "commands/command.hpp"
#include "config/settings.hpp"
#include "engine/session.hpp"
#include "limit/limiter.hpp"

namespace virga::commands {

/// A session with all that it borrows.
struct PooledSession {
  PooledSession(const config::Settings& base, cli::GlobalOptions given)
      : globals(std::move(given)), settings(base) {}

  cli::GlobalOptions globals;
  config::Settings settings;
  std::unique_ptr<cli::AnswerCache> answers;
  std::optional<engine::Session> session;
};

/// The sessions of a run that makes calls to many places: one for each set of global options. All
/// share connections, the limiter, the memory of the cache and the files that were read.
///
/// Threads: safe; sessions live as long as this.
class SessionPool {
 public:
  /// Borrows the context; its catalog must have been opened.
  SessionPool(Context& context, const model::Catalog& catalog);

  /// The session of calls with these options. Errors: those of options and configuration.
  [[nodiscard]] Result<PooledSession*> get(const cli::GlobalOptions& globals);

  /// What holds back the calls of all sessions; none before the first get().
  [[nodiscard]] const std::shared_ptr<limit::Limiter>& limiter() const { return limiter_; }

  /// Makes the limiter as options and configuration say; before the first get(). `attempts`: how
  /// many may be in flight.
  [[nodiscard]] Status set_limits(const cli::LimitOptions& options);

  /// Requests in flight at most.
  [[nodiscard]] int cap() const { return limiter_ ? limiter_->cap() : 1; }

 private:
  [[nodiscard]] Result<std::unique_ptr<PooledSession>> make(const cli::GlobalOptions& globals);

  Context& context_;
  const model::Catalog& catalog_;
  const std::shared_ptr<cli::Transports> transports_ = std::make_shared<cli::Transports>();
  std::shared_ptr<limit::Limiter> limiter_;
  std::mutex mutex_;
  std::shared_ptr<cache::Cache> cache_;                             // guarded by mutex_
  std::map<std::string, std::unique_ptr<PooledSession>> sessions_;  // guarded by mutex_
};

}  // namespace virga::commands
