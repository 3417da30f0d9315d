// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <condition_variable>
#include <cstdint>
#include <list>
#include <map>
#include <memory>
#include <mutex>
#include <string>

#include "base/clock.hpp"
#include "cli/answer_cache.hpp"
#include "cli/global_options.hpp"
#include "cli/session_parts.hpp"
#include "config/environment.hpp"
#include "config/settings.hpp"
#include "engine/session.hpp"
#include "limit/limiter.hpp"
#include "model/catalog.hpp"
#include "output/formatter.hpp"

namespace virga::nushell {

/// The machine's clock whose sleepers can be woken. Thread-safe.
class InterruptibleClock final : public Clock {
 public:
  [[nodiscard]] TimePoint now() const override { return clock_.now(); }

  [[nodiscard]] SteadyPoint steady_now() const override { return clock_.steady_now(); }

  bool sleep(std::chrono::milliseconds duration) override;
  /// Wakes all who sleep, and all who will.
  void interrupt();

 private:
  SystemClock clock_;
  std::mutex mutex_;
  std::condition_variable woken_;
  bool interrupted_ = false;  // guarded by mutex_
};

/// What the sessions of a plugin have in common.
struct SharedParts {
  /// Made with the first session, by the configuration of that time.
  std::shared_ptr<limit::Limiter> limiter;
  std::shared_ptr<cli::Transports> transports = std::make_shared<cli::Transports>();
};

/// What calls a session is for.
enum class Purpose : std::uint8_t {
  single,
  batch,  ///< many at once, patient with a service that throttles
};

/// A session and all that it borrows.
struct OwnedSession {
  /// `answers` must not be null.
  OwnedSession(const model::Catalog& catalog,
               config::MapEnvironment environment,
               cli::GlobalOptions globals,
               std::unique_ptr<cli::AnswerCache> answers,
               const SharedParts& shared,
               Purpose purpose);

  config::MapEnvironment environment;
  cli::GlobalOptions globals;
  config::Settings settings;
  InterruptibleClock clock;
  SystemRandom random;
  output::DescriptorWriter notes;
  std::unique_ptr<cli::AnswerCache> answers;
  engine::Session session;
};

/// The sessions of a plugin that lives as long as its shell: one for each environment and set of
/// global options, so that credentials are kept between calls. All share connections, the limiter
/// and the memory tier of the cache. The least recently used ones go. Thread-safe.
class Sessions {
 public:
  explicit Sessions(const model::Catalog& catalog) : catalog_(catalog) {}

  /// Errors: configuration, usage: of the cache and the limiter.
  [[nodiscard]] Result<std::shared_ptr<OwnedSession>> get(
      const std::map<std::string, std::string>& environment,
      const cli::GlobalOptions& globals,
      Purpose purpose = Purpose::single);

  /// What holds back the calls of all sessions; null before the first get().
  [[nodiscard]] std::shared_ptr<limit::Limiter> limiter();

  /// Ends what runs in all sessions; later calls get new ones.
  void interrupt();

 private:
  const model::Catalog& catalog_;
  SystemClock clock_;
  SystemRandom random_;
  std::mutex mutex_;
  SharedParts shared_;                   ///< guarded by mutex_
  std::shared_ptr<cache::Cache> cache_;  ///< of the last session; guarded by mutex_
  /// The most recent one first; guarded by mutex_.
  std::list<std::pair<std::string, std::shared_ptr<OwnedSession>>> sessions_;
};

}  // namespace virga::nushell
