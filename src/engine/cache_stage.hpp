// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <chrono>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>

#include "auth/credentials.hpp"
#include "base/result.hpp"
#include "cache/cache.hpp"
#include "cache/ttl_rule.hpp"
#include "config/settings.hpp"
#include "engine/caller.hpp"
#include "model/catalog.hpp"

namespace virga::engine {

/// Whether kept answers are used, and answers kept.
enum class CacheMode : std::uint8_t {
  off,   ///< neither; calls that ask the same at the same time still share one fetch
  read,  ///< kept answers are used
  on,    ///< both
};

/// What the user wants of the cache for the calls of a session.
struct CacheUse {
  CacheMode mode = CacheMode::off;
  bool refresh = false;                           ///< ask, and keep the answer
  std::optional<std::chrono::seconds> max_age{};  ///< no older answer will do
  bool offline = false;                           ///< never ask
  bool stale_if_error = false;                    ///< a stale answer will do if the network fails
  /// Answers that are not kept otherwise still do for who asks again within it; 0: never.
  std::chrono::seconds dedup_window{0};
  /// Who asks the same at the same time shares the fetch in other processes too. Costs some files
  /// a call, which those who keep no answers and make very many calls can do without.
  bool shares_widely = true;
  bool revalidates = false;  ///< a stale answer will do, since the caller fetches it anew
  bool alone = false;  ///< no fetch is shared: it may have begun before what the caller knows of
};

/// What the cache did for a call.
struct CacheReport {
  cache::Outcome outcome = cache::Outcome::bypass;
  std::chrono::microseconds age{0};  ///< of the answer, where it was kept
};

/// What a session borrows to keep answers; must outlive it.
struct SessionCache {
  cache::Cache& cache;
  const cache::TtlRules& rules;
  CacheUse use{};
  /// Told once for each answer, before its first page is seen. May be empty. Thread-safe.
  std::function<void(const CacheReport& report)> report{};
};

/// The stage in front of the call path that answers from the cache, shares fetches, and drops what
/// a write has changed. Thread-safe; everything is borrowed.
class CacheStage {
 public:
  struct Parts {
    SessionCache cache;
    const model::Catalog& catalog;
    const config::Settings& settings;
    const auth::CredentialChain& credentials;
    bool sign_requests = true;
  };

  explicit CacheStage(Parts parts) : parts_(std::move(parts)) {}

  /// What is asked by a call and how its answer may be kept.
  struct Plan {
    cache::Question question;
    cache::Terms terms;
  };

  /// Nothing where the cache has no business with the call: it writes, streams, is said to give
  /// secrets, or nobody signs it. Whether its model shows secrets (secret_obstacle()) is left to
  /// the caller. Errors: those of may_ask().
  [[nodiscard]] Result<std::optional<Plan>> plan(const Call& call) const;

  /// Errors: usage, where --offline forbids a call whose answer is never kept.
  [[nodiscard]] Status may_ask(const Call& call) const;

  /// Drops the kept answers that the call may have made wrong. Before and after a write: the answer
  /// may never come.
  void drop_changed(const Call& call) const;

  [[nodiscard]] cache::Cache& cache() const { return parts_.cache.cache; }

  void report(const Call& call, const CacheReport& report) const;

 private:
  [[nodiscard]] Result<cache::Question> question(const Call& call) const;

  Parts parts_;
};

/// The pages of one fetch, from the cache where they are kept. Made for one paginated call, or one
/// single one. Thread-compatible.
class FetchReader final : public Caller {
 public:
  /// `next` makes the calls that go out; both are borrowed.
  FetchReader(const CacheStage& stage, Caller& next) : stage_(stage), next_(next) {}

  /// Says that pages will be asked for one after the other, and after how many items of their first
  /// result key the reader has enough; nothing for a reader that wants them all. To be called
  /// before the first call; without it one page is all.
  void set_paginates(std::optional<std::int64_t> items_needed) {
    paginates_ = true;
    items_needed_ = items_needed;
  }

  /// The calls are those of one fetch, in order.
  [[nodiscard]] Result<Page> call(const Call& call) override;

 private:
  [[nodiscard]] Result<Page> begin(const Call& call);
  [[nodiscard]] Result<Page> read(const Call& call);

  const CacheStage& stage_;
  Caller& next_;
  std::optional<std::int64_t> items_needed_;
  bool paginates_ = false;
  bool begun_ = false;
  bool reported_ = false;
  std::unique_ptr<cache::Reading> reading_;
};

}  // namespace virga::engine
