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

/// All that makes calls of two command lines go different ways.
std::string key_of(const cli::GlobalOptions& globals) {
  std::string key;
  const auto add = [&](const std::optional<std::string>& text) {
    append(key, text ? "1" : "0", text.value_or(""), std::string_view("\0", 1));
  };
  add(globals.profile);
  add(globals.region);
  add(globals.endpoint_url);
  add(globals.ca_bundle);
  add(globals.max_age);
  append(key,
         globals.read_timeout_seconds.value_or(-1),
         " ",
         globals.connect_timeout_seconds.value_or(-1),
         " ",
         globals.compat == cli::Compat::v1 ? 1 : 0);
  for (const bool flag : {globals.verify_ssl,
                          globals.sign_request,
                          globals.debug,
                          globals.mock,
                          globals.no_cache,
                          globals.refresh,
                          globals.offline,
                          globals.stale_if_error}) {
    key += flag ? '1' : '0';
  }
  return key;
}

}  // namespace

SessionPool::SessionPool(Context& context, const model::Catalog& catalog)
    : context_(context), catalog_(catalog) {}

Status SessionPool::set_limits(const cli::LimitOptions& options) {
  VIRGA_TRY_ASSIGN(const auto config, config::read_virga_config(context_.environment));
  VIRGA_TRY_ASSIGN(auto limits, cli::limiter_options(options, config, context_.environment));
  cap_ = limits.admission.cap;
  limiter_ = std::make_shared<limit::Limiter>(limits, context_.clock);
  return {};
}

Result<PooledSession*> SessionPool::get(const cli::GlobalOptions& globals) {
  std::string key = key_of(globals);
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
