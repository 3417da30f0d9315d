// SPDX-License-Identifier: Apache-2.0
#include "commands/session_pool.hpp"

#include <utility>

#include "base/strings.hpp"
#include "cli/limits.hpp"
#include "config/virga_config.hpp"

namespace virga::commands {
namespace {

/// For answers that calls at the same time share, and those that are kept.
constexpr cache::MemoryTier::Limits k_memory{
    .bytes = std::size_t{16} << 20U, .entries = 1024, .shards = 4};

}  // namespace

SessionPool::SessionPool(Context& context, const model::Catalog& catalog)
    : context_(context), catalog_(catalog) {}

Status SessionPool::set_limits(const cli::LimitOptions& options) {
  VIRGA_TRY_ASSIGN(const auto config, config::read_virga_config(context_.environment));
  VIRGA_TRY_ASSIGN(limiter_,
                   cli::make_limiter(options, config, context_.environment, context_.clock));
  return {};
}

Result<PooledSession*> SessionPool::get(const cli::GlobalOptions& globals) {
  std::string key = cli::session_key(globals);
  const std::lock_guard lock(mutex_);
  auto& place = sessions_[std::move(key)];
  if (!place) {
    VIRGA_TRY_ASSIGN(place, make(globals));
  }
  return place.get();
}

Result<std::unique_ptr<PooledSession>> SessionPool::make(const cli::GlobalOptions& globals) {
  auto out = std::make_unique<PooledSession>(context_.settings, globals);
  cli::apply_globals(globals, out->settings);
  auto parts = cli::session_parts(out->globals,
                                  catalog_,
                                  out->settings,
                                  context_.clock,
                                  context_.random,
                                  context_.err,
                                  transports_);
  VIRGA_TRY_ASSIGN(out->answers,
                   cli::AnswerCache::open(out->globals,
                                          context_.environment,
                                          {.clock = context_.clock,
                                           .random = context_.random,
                                           .memory = k_memory,
                                           .debug = parts.debug,
                                           .shared = cache_}));
  cache_ = out->answers->share();
  parts.cache.emplace(out->answers->for_session());
  parts.cache->use.shares_widely = false;
  parts.limiter = limiter_;
  parts.is_batch = true;
  out->session.emplace(std::move(parts));
  return out;
}

}  // namespace virga::commands
