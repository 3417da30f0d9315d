// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <memory>
#include <span>
#include <string>

#include "base/clock.hpp"
#include "base/result.hpp"
#include "cache/cache.hpp"
#include "cache/ttl_rule.hpp"
#include "cli/global_options.hpp"
#include "config/environment.hpp"
#include "config/virga_config.hpp"
#include "engine/cache_stage.hpp"
#include "output/formatter.hpp"

namespace virga::cli {

/// The cache of one program: what options, environment and configuration make of it.
class AnswerCache {
 public:
  /// Who opens it.
  struct Owner {
    Clock& clock;
    Random& random;
    bool is_watched = false;   ///< by a person: the cache is on unless something says otherwise
    bool revalidates = false;  ///< fetches stale answers anew once they are given
    cache::MemoryTier::Limits memory{};  ///< for processes that live longer than one call
    std::function<void(const std::string&)> debug{};
    /// The cache of another session; used if it is for the same folder.
    std::shared_ptr<cache::Cache> shared{};
  };

  /// Clock and random are borrowed. Errors: configuration, usage.
  [[nodiscard]] static Result<std::unique_ptr<AnswerCache>> open(
      const GlobalOptions& globals, const config::Environment& environment, Owner owner);

  /// What a session needs; valid as long as this object.
  [[nodiscard]] engine::SessionCache for_session(
      std::function<void(const engine::CacheReport&)> report = {});

  [[nodiscard]] cache::Cache& cache() { return *cache_; }

  [[nodiscard]] const std::shared_ptr<cache::Cache>& share() const { return cache_; }

  [[nodiscard]] const cache::TtlRules& rules() const { return rules_; }

  [[nodiscard]] const engine::CacheUse& use() const { return use_; }

  /// The configuration file, which was read for it.
  [[nodiscard]] const config::VirgaConfig& config() const { return config_; }

 private:
  AnswerCache() = default;

  config::VirgaConfig config_;
  cache::TtlRules rules_;
  engine::CacheUse use_;
  std::shared_ptr<cache::Cache> cache_;
};

/// The folder of the disk tier: VIRGA_CACHE_DIR, $XDG_CACHE_HOME/virga or ~/.cache/virga; empty
/// where there is no home.
[[nodiscard]] std::string cache_root(const config::Environment& environment);

/// What a terminal is told of a cached answer, in one dim line; empty for others.
[[nodiscard]] std::string cache_note(const engine::CacheReport& report);

/// What is left to do once the answer is printed: a stale one is fetched anew, and the disk tier
/// swept if it is due, both by processes that nobody waits for. `words` is the command line.
void after_answer(const cache::Cache& cache,
                  const engine::CacheReport& report,
                  std::span<const std::string> words);

}  // namespace virga::cli
