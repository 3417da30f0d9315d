// SPDX-License-Identifier: Apache-2.0
#include "cli/answer_cache.hpp"

#include <optional>
#include <utility>
#include <vector>

#include "base/detached.hpp"
#include "base/strings.hpp"
#include "cache/codec.hpp"

namespace virga::cli {
namespace {

using engine::CacheMode;

std::optional<CacheMode> parse_mode(std::string_view text) {
  if (text == "on" || text == "1") {
    return CacheMode::on;
  }
  if (text == "off" || text == "0") {
    return CacheMode::off;
  }
  return text == "read" ? std::optional(CacheMode::read) : std::nullopt;
}

/// Options, then the environment, then the configuration, then whether somebody watches.
Result<CacheMode> choose_mode(const GlobalOptions& globals,
                              const config::Environment& environment,
                              const config::VirgaConfig& config,
                              bool is_watched) {
  if (globals.no_cache) {
    return CacheMode::off;
  }
  if (globals.refresh || globals.offline || globals.max_age || globals.stale_if_error) {
    return CacheMode::on;
  }
  if (const auto variable = environment.get("VIRGA_CACHE"); variable && !variable->empty()) {
    const auto mode = parse_mode(*variable);
    if (!mode) {
      return fail(ErrorCode::configuration,
                  concat("VIRGA_CACHE is \"", *variable, "\"; it may be on, off or read."));
    }
    return *mode;
  }
  if (config.cache_mode) {
    return *parse_mode(*config.cache_mode);
  }
  return is_watched ? CacheMode::on : CacheMode::off;
}

Result<std::vector<cache::UserTtlRule>> user_rules(const config::VirgaConfig& config) {
  std::vector<cache::UserTtlRule> out;
  for (const auto& line : config.ttl) {
    const auto at = line.pattern.find(':');
    const auto ttl = cache::parse_duration(line.ttl);
    if (at == std::string::npos || !ttl) {
      return fail(ErrorCode::configuration,
                  concat(config.path,
                         ", line ",
                         line.line,
                         ": \"",
                         line.pattern,
                         "\" = \"",
                         line.ttl,
                         "\" is no TTL rule; write \"service:operation\" = \"30s\"."));
    }
    out.push_back({line.pattern.substr(0, at),
                   line.pattern.substr(at + 1),
                   *ttl,
                   concat("\"", line.pattern, "\" in ", config.path, ", line ", line.line)});
  }
  return out;
}

std::string age_text(std::chrono::microseconds age) {
  using namespace std::chrono;
  const auto seconds = duration_cast<std::chrono::seconds>(age);
  return seconds.count() == 0 ? "less than a second" : cache::ttl_text(seconds);
}

}  // namespace

std::string cache_root(const config::Environment& environment) {
  if (const auto chosen = environment.get("VIRGA_CACHE_DIR"); chosen && !chosen->empty()) {
    return *chosen;
  }
  if (const auto home = environment.get("XDG_CACHE_HOME"); home && !home->empty()) {
    return concat(*home, "/virga");
  }
  const std::string home = environment.home();
  return home.empty() ? std::string() : concat(home, "/.cache/virga");
}

Result<std::unique_ptr<AnswerCache>> AnswerCache::open(const GlobalOptions& globals,
                                                       const config::Environment& environment,
                                                       Owner owner) {
  std::unique_ptr<AnswerCache> out(new AnswerCache());
  VIRGA_TRY_ASSIGN(out->config_, config::read_virga_config(environment));
  const auto& config = out->config_;
  VIRGA_TRY_ASSIGN(out->use_.mode, choose_mode(globals, environment, config, owner.is_watched));
  if (globals.max_age) {
    const auto age = cache::parse_duration(*globals.max_age);
    if (!age) {
      return fail(
          ErrorCode::usage,
          concat("Bad value for --max-age \"", *globals.max_age, "\": write 30s, 5m or 1h."));
    }
    out->use_.max_age = *age;
  }
  out->use_.refresh = globals.refresh;
  out->use_.alone = globals.refresh || globals.no_cache;
  out->use_.offline = globals.offline;
  out->use_.stale_if_error = globals.stale_if_error;
  out->use_.revalidates = owner.revalidates;
  if (config.dedup_window && !globals.no_cache) {
    const auto window = cache::parse_duration(*config.dedup_window);
    if (!window) {
      return fail(ErrorCode::configuration,
                  concat(config.path, ": cache.dedup_window must be a duration like \"2s\"."));
    }
    out->use_.dedup_window = *window;
  }
  VIRGA_TRY_ASSIGN(auto rules, user_rules(config));
  out->rules_ = cache::TtlRules(std::move(rules));
  cache::CacheOptions options;
  options.root = cache_root(environment);
  if (owner.shared && owner.shared->options().root == options.root) {
    out->cache_ = std::move(owner.shared);
    return out;
  }
  options.memory = owner.memory;
  options.disk_bytes = config.cache_max_bytes.value_or(options.disk_bytes);
  options.codec = config.cache_codec
                      ? cache::parse_codec(*config.cache_codec).value_or(options.codec)
                      : options.codec;
  options.debug = std::move(owner.debug);
  out->cache_ = std::make_shared<cache::Cache>(std::move(options), owner.clock, owner.random);
  return out;
}

engine::SessionCache AnswerCache::for_session(
    std::function<void(const engine::CacheReport&)> report) {
  return {*cache_, rules_, use_, std::move(report)};
}

std::string cache_note(const engine::CacheReport& report) {
  if (report.outcome != cache::Outcome::hit && report.outcome != cache::Outcome::stale_hit) {
    return {};
  }
  const bool is_stale = report.outcome == cache::Outcome::stale_hit;
  return concat("\x1b[2mcached ",
                age_text(report.age),
                " ago",
                is_stale ? ", past its time" : "",
                "; --refresh asks again\x1b[0m\n");
}

void after_answer(const cache::Cache& cache,
                  const engine::CacheReport& report,
                  std::span<const std::string> words) {
  if (report.outcome == cache::Outcome::stale_hit && !words.empty()) {
    std::vector<std::string> again(words.begin(), words.end());
    again.emplace_back("--refresh");
    start_detached(again, {"AWS_PAGER="});
  } else if (report.outcome == cache::Outcome::miss && cache.wants_sweep()) {
    start_detached({"cache", "sweep"}, {});
  }
}

}  // namespace virga::cli
