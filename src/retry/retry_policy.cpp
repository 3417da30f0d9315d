// SPDX-License-Identifier: Apache-2.0
#include "retry/retry_policy.hpp"

#include <algorithm>
#include <cmath>
#include <utility>

#include "base/strings.hpp"
#include "retry/classify.hpp"

namespace virga::retry {
namespace {

constexpr int k_standard_attempts = 3;
constexpr double k_max_backoff_seconds = 20;
constexpr double k_max_added_seconds = 5;
constexpr int k_quota = 500;
constexpr int k_retry_cost = 5;
constexpr int k_timeout_cost = 10;
constexpr int k_success_refund = 1;
constexpr int k_patient_attempts = 5;  // of what is throttled; 3 lose 0.6 % beside a busy neighbour

std::chrono::milliseconds to_milliseconds(double seconds) {
  // legacy mode doubles without end; a day is as good as for ever and fits.
  const double bounded = std::clamp(seconds, 0.0, 86400.0);
  return std::chrono::duration_cast<std::chrono::milliseconds>(
      std::chrono::duration<double>(bounded));
}

int default_attempts(const RetryOptions& options) {
  return options.mode == Mode::legacy ? options.legacy.max_attempts : k_standard_attempts;
}

}  // namespace

std::optional<std::chrono::milliseconds> asked_delay(const http::Headers* headers) {
  constexpr std::int64_t k_most = 86'400'000;
  if (headers == nullptr) {
    return std::nullopt;
  }
  if (const auto asked = parse_int(headers->get("x-amz-retry-after")); asked && *asked >= 0) {
    return std::chrono::milliseconds(std::min(*asked, k_most));
  }
  if (const auto asked = parse_int(headers->get("Retry-After")); asked && *asked >= 0) {
    return std::chrono::milliseconds(std::min(*asked, k_most / 1000) * 1000);
  }
  return std::nullopt;
}

std::optional<Mode> parse_mode(std::string_view text) {
  if (text == "legacy") {
    return Mode::legacy;
  }
  if (text == "standard") {
    return Mode::standard;
  }
  if (text == "adaptive") {
    return Mode::adaptive;
  }
  return std::nullopt;
}

RetryPolicy::RetryPolicy(RetryOptions options, const Clock& clock, Random& random)
    : options_(std::move(options)),
      max_attempts_(std::max(1, options_.max_attempts.value_or(default_attempts(options_)))),
      throttled_attempts_(options_.patient && !options_.max_attempts
                              ? std::max(max_attempts_, k_patient_attempts)
                              : max_attempts_),
      random_(random),
      limiter_(clock),
      quota_(k_quota) {}

std::chrono::milliseconds RetryPolicy::before_attempt() {
  return options_.mode == Mode::adaptive ? limiter_.acquire() : std::chrono::milliseconds(0);
}

Decision RetryPolicy::after_attempt(const Attempt& attempt, CallState& state) {
  if (options_.mode == Mode::legacy) {
    return decide_legacy(attempt);
  }
  if (options_.mode == Mode::adaptive) {
    limiter_.record(is_throttling(attempt));
  }
  const Decision decision = decide_standard(attempt, state);
  if (!decision.retry && attempt.status >= 200 && attempt.status < 300) {
    refund(state.quota_held > 0 ? state.quota_held : k_success_refund);
  }
  return decision;
}

Decision RetryPolicy::decide_legacy(const Attempt& attempt) {
  Decision decision;
  if (!options_.legacy.match(attempt)) {
    return decision;
  }
  if (attempt.number >= max_attempts_) {
    decision.max_attempts_reached = true;
    return decision;
  }
  const double base = options_.legacy.base_seconds.value_or(random_.uniform());
  decision.retry = true;
  decision.delay =
      to_milliseconds(base * std::pow(options_.legacy.growth_factor, attempt.number - 1));
  return decision;
}

Decision RetryPolicy::decide_standard(const Attempt& attempt, CallState& state) {
  Decision decision;
  const bool throttled = is_throttling(attempt);
  if (attempt.number >= (throttled ? throttled_attempts_ : max_attempts_)) {
    decision.max_attempts_reached = true;
    return decision;
  }
  if (!is_retryable(attempt)) {
    return decision;
  }
  const int cost = is_timeout(attempt) ? k_timeout_cost : k_retry_cost;
  if (charge(cost)) {
    state.quota_held = cost;
  } else if (throttled && options_.patient) {
    // Calls that fail for another reason may have emptied the quota; this one has a gate to wait
    // at.
    decision.retry = true;
    decision.delay = to_milliseconds(random_.uniform() * k_max_backoff_seconds);
    return decision;
  } else {
    decision.quota_exhausted = true;
    return decision;
  }
  decision.retry = true;
  decision.delay = standard_delay(attempt);
  return decision;
}

bool RetryPolicy::is_retryable(const Attempt& attempt) const {
  return is_transient(attempt) || is_throttling(attempt) || attempt.modeled_retryable ||
         (options_.service == "sts" && attempt.error_code == "IDPCommunicationError") ||
         (options_.service == "dynamodb" && attempt.checksum_mismatch);
}

std::chrono::milliseconds RetryPolicy::standard_delay(const Attempt& attempt) {
  const double backoff =
      random_.uniform() * std::min(std::pow(2.0, attempt.number - 1), k_max_backoff_seconds);
  const auto hint = asked_delay(attempt.headers);
  const double asked = hint ? std::chrono::duration<double>(*hint).count() : 0;
  return to_milliseconds(std::max(backoff, std::min(asked, backoff + k_max_added_seconds)));
}

bool RetryPolicy::charge(int cost) {
  const std::lock_guard lock(mutex_);
  if (cost > quota_) {
    return false;
  }
  quota_ -= cost;
  return true;
}

void RetryPolicy::refund(int amount) {
  const std::lock_guard lock(mutex_);
  quota_ = std::min(k_quota, quota_ + amount);
}

int RetryPolicy::quota_left() const {
  const std::lock_guard lock(mutex_);
  return quota_;
}

}  // namespace virga::retry
