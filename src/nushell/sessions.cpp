// SPDX-License-Identifier: Apache-2.0
#include "nushell/sessions.hpp"

#include <algorithm>
#include <string_view>
#include <utility>

#include <sys/stat.h>
#include <unistd.h>

#include "base/strings.hpp"
#include "cli/limits.hpp"
#include "cli/session_parts.hpp"
#include "config/virga_config.hpp"

namespace virga::nushell {
namespace {

constexpr std::size_t k_most_sessions = 16;
constexpr cache::MemoryTier::Limits k_memory{
    .bytes = std::size_t{64} << 20U, .entries = 4096, .shards = 4};

/// Whether a variable can change what a call does.
bool matters(std::string_view name) {
  return name.starts_with("AWS_") || name.starts_with("VIRGA_") || name.starts_with("XDG_") ||
         name == "HOME" || name == "PATH" || to_lower(name).ends_with("_proxy") ||
         name.starts_with("BOTOCORE_");
}

/// What tells one state of a file from another, so that an edited configuration is read again.
std::string state_of_file(const std::string& path) {
  struct stat state {};

  if (stat(path.c_str(), &state) != 0) {
    return "-";
  }
  return concat(std::int64_t{state.st_mtim.tv_sec},
                ".",
                std::int64_t{state.st_mtim.tv_nsec},
                "/",
                std::int64_t{state.st_size});
}

std::string aws_file(const config::Environment& environment,
                     const char* variable,
                     std::string_view fallback) {
  return environment.get(variable).value_or(concat(environment.home(), fallback));
}

std::string key_of(const std::map<std::string, std::string>& environment,
                   const cli::GlobalOptions& globals,
                   Purpose purpose) {
  const config::MapEnvironment variables(environment);
  std::string key;
  for (const auto& [name, value] : environment) {
    if (matters(name)) {
      append(key, name, "=", value, std::string_view("\0", 1));
    }
  }
  append(key,
         cli::session_key(globals),
         purpose == Purpose::batch ? " batch " : " ",
         state_of_file(aws_file(variables, "AWS_CONFIG_FILE", "/.aws/config")),
         " ",
         state_of_file(aws_file(variables, "AWS_SHARED_CREDENTIALS_FILE", "/.aws/credentials")),
         " ",
         state_of_file(config::virga_config_path(variables)));
  return key;
}

}  // namespace

bool InterruptibleClock::sleep(std::chrono::milliseconds duration) {
  std::unique_lock lock(mutex_);
  return !woken_.wait_for(lock, duration, [&] { return interrupted_; });
}

void InterruptibleClock::interrupt() {
  const std::lock_guard lock(mutex_);
  interrupted_ = true;
  woken_.notify_all();
}

OwnedSession::OwnedSession(const model::Catalog& catalog,
                           config::MapEnvironment given_environment,
                           cli::GlobalOptions given_globals,
                           std::unique_ptr<cli::AnswerCache> given_answers,
                           const SharedParts& shared,
                           Purpose purpose)
    : environment(std::move(given_environment)),
      globals(std::move(given_globals)),
      settings(environment, globals.compat),
      notes(STDERR_FILENO),
      answers(std::move(given_answers)),
      session([&] {
        cli::apply_globals(globals, settings);
        auto parts =
            cli::session_parts(globals, catalog, settings, clock, random, notes, shared.transports);
        parts.cache.emplace(answers->for_session());
        parts.limiter = shared.limiter;
        parts.is_batch = purpose == Purpose::batch;
        // Very many calls: files that other processes look for cost more than they save.
        parts.cache->use.shares_widely = purpose != Purpose::batch;
        return parts;
      }()) {}

Result<std::shared_ptr<OwnedSession>> Sessions::get(
    const std::map<std::string, std::string>& environment,
    const cli::GlobalOptions& globals,
    Purpose purpose) {
  std::string key = key_of(environment, globals, purpose);
  const std::lock_guard lock(mutex_);
  const auto known = std::find_if(
      sessions_.begin(), sessions_.end(), [&](const auto& entry) { return entry.first == key; });
  if (known != sessions_.end()) {
    sessions_.splice(sessions_.begin(), sessions_, known);
    return sessions_.front().second;
  }
  const config::MapEnvironment variables(environment);
  // A person is at the other end of a plugin. Stale answers would have to be fetched anew behind
  // the call's back, in a process that nu may end at any moment: they are fetched at once.
  VIRGA_TRY_ASSIGN(auto answers,
                   cli::AnswerCache::open(globals,
                                          variables,
                                          {.clock = clock_,
                                           .random = random_,
                                           .is_watched = true,
                                           .memory = k_memory,
                                           .shared = cache_}));
  cache_ = answers->share();
  if (!shared_.limiter) {
    VIRGA_TRY_ASSIGN(shared_.limiter, cli::make_limiter({}, answers->config(), variables, clock_));
  }
  auto session = std::make_shared<OwnedSession>(
      catalog_, variables, globals, std::move(answers), shared_, purpose);
  sessions_.emplace_front(std::move(key), session);
  // One that somebody uses stays, so that interrupt() finds it.
  for (auto last = sessions_.end();
       sessions_.size() > k_most_sessions && --last != sessions_.begin();) {
    if (last->second.use_count() == 1) {
      last = sessions_.erase(last);
    }
  }
  return session;
}

std::shared_ptr<limit::Limiter> Sessions::limiter() {
  const std::lock_guard lock(mutex_);
  return shared_.limiter;
}

void Sessions::interrupt() {
  std::list<std::pair<std::string, std::shared_ptr<OwnedSession>>> ended;
  {
    const std::lock_guard lock(mutex_);
    ended.swap(sessions_);
    shared_.transports = std::make_shared<cli::Transports>();
  }
  for (const auto& [key, session] : ended) {
    session->clock.interrupt();
    session->session.interrupt();
  }
}

}  // namespace virga::nushell
