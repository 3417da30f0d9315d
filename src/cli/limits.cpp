// SPDX-License-Identifier: Apache-2.0
#include "cli/limits.hpp"

#include <algorithm>
#include <cmath>
#include <limits>
#include <optional>
#include <string>
#include <string_view>

#include "base/duration.hpp"
#include "base/strings.hpp"
#include "cli/answer_cache.hpp"

namespace virga::cli {
namespace {

constexpr double k_no_end = std::numeric_limits<double>::infinity();
constexpr int k_most_in_flight = 4096;

struct Range {
  double low = 0;
  double high = k_no_end;
};

/// "20", "5..50", "..50" or "5.."; numbers above 0.
std::optional<Range> parse_range(std::string_view text) {
  const auto number = [](std::string_view word, double absent) -> std::optional<double> {
    if (word.empty()) {
      return absent;
    }
    const auto parsed = parse_double(word);
    return parsed && std::isfinite(*parsed) && *parsed > 0 ? parsed : std::nullopt;
  };
  const auto dots = text.find("..");
  const bool is_single = dots == std::string_view::npos;
  const auto first = text.substr(0, dots);
  const auto last = is_single ? first : text.substr(dots + 2);
  if (first.empty() && last.empty()) {
    return std::nullopt;
  }
  const auto low = number(first, 0);
  const auto high = number(last, k_no_end);
  return low && high && *low <= *high ? std::optional(Range{*low, *high}) : std::nullopt;
}

tl::unexpected<Error> bad_option(std::string_view option,
                                 std::string_view text,
                                 std::string_view want) {
  return fail(ErrorCode::usage, concat("Bad value for --", option, " \"", text, "\": ", want));
}

tl::unexpected<Error> bad_key(const config::VirgaConfig& config,
                              std::string_view key,
                              std::string_view want) {
  return fail(ErrorCode::configuration, concat(config.path, ": limit.", key, " must be ", want));
}

int whole(double number, int most) {
  return static_cast<int>(std::clamp(number, 1.0, static_cast<double>(most)));
}

Status set_concurrency(const LimitOptions& options,
                       const config::VirgaConfig& config,
                       limit::AdmissionOptions& out) {
  std::int64_t cap = config.limit.max_concurrency.value_or(out.cap);
  if (options.max_concurrency) {
    const auto given = parse_int(*options.max_concurrency);
    if (!given || *given < 1) {
      return bad_option("max-concurrency", *options.max_concurrency, "write a number from 1 on.");
    }
    cap = *given;
  }
  out.cap = static_cast<int>(
      std::clamp<std::int64_t>(cap, 1, std::min(k_most_in_flight, limit::descriptor_cap())));
  auto& lane = out.lane;
  lane.ceiling = out.cap;
  if (config.limit.concurrency) {
    const auto range = parse_range(*config.limit.concurrency);
    if (!range) {
      return bad_key(config, "concurrency", "a number or a range, like \"16\" or \"8..64\".");
    }
    lane.floor = whole(range->low, out.cap);
    lane.ceiling = whole(range->high, out.cap);
    if (range->low == range->high) {
      lane.mode = limit::Mode::fixed;
      lane.start = lane.ceiling;
    }
  }
  return {};
}

Status set_rate(const LimitOptions& options,
                const config::VirgaConfig& config,
                limit::RateBounds& out) {
  const auto& text = options.rate ? options.rate : config.limit.rate;
  if (!text) {
    return {};
  }
  const auto range = parse_range(*text);
  if (!range) {
    constexpr std::string_view k_want = "requests per second, like \"20\" or \"5..50\".";
    return options.rate ? bad_option("rate", *text, concat("write ", k_want))
                        : bad_key(config, "rate", k_want);
  }
  out = {range->low, range->high};
  return {};
}

Status set_target(const config::VirgaConfig& config, limit::LimitOptions& out) {
  if (!config.limit.target_latency) {
    return {};
  }
  const auto target = parse_duration(*config.limit.target_latency);
  if (!target || target->count() <= 0) {
    return bad_key(config, "target_latency", "a duration like \"200ms\".");
  }
  if (out.mode != limit::Mode::fixed) {
    out.mode = limit::Mode::target;
    out.target_latency = *target;
  }
  return {};
}

Result<limit::LimiterOptions> limiter_options(const LimitOptions& options,
                                              const config::VirgaConfig& config,
                                              const config::Environment& environment) {
  limit::LimiterOptions out;
  VIRGA_TRY(set_concurrency(options, config, out.admission));
  VIRGA_TRY(set_rate(options, config, out.admission.rate));
  VIRGA_TRY(set_target(config, out.admission.lane));
  if (const auto root = cache_root(environment); !root.empty() && config.limit.remember) {
    out.folder = concat(root, "/limits");
  }
  return out;
}

}  // namespace

Result<std::shared_ptr<limit::Limiter>> make_limiter(const LimitOptions& options,
                                                     const config::VirgaConfig& config,
                                                     const config::Environment& environment,
                                                     const Clock& clock) {
  VIRGA_TRY_ASSIGN(const auto out, limiter_options(options, config, environment));
  return std::make_shared<limit::Limiter>(out, clock);
}

}  // namespace virga::cli
