// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <chrono>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>

#include "base/clock.hpp"
#include "retry/attempt.hpp"
#include "retry/legacy_rules.hpp"
#include "retry/rate_limiter.hpp"

namespace virga::retry {

enum class Mode { legacy, standard, adaptive };

/// "legacy", "standard" or "adaptive"; anything else is nothing.
[[nodiscard]] std::optional<Mode> parse_mode(std::string_view text);

struct RetryOptions {
  Mode mode = Mode::standard;
  /// All attempts of a call, the first included (AWS_MAX_ATTEMPTS); nothing: 3, in legacy mode what
  /// the rules say.
  std::optional<int> max_attempts;
  std::string service = {};  ///< endpoint prefix: "dynamodb", "sts"
  LegacyRules legacy = {};   ///< legacy_rules() of the service; read in legacy mode only
  /// For calls behind a limiter that holds back what is throttled, not in legacy mode: throttled
  /// calls are tried 5 times where nothing else is said, and wait where the quota is used up.
  bool patient = false;
};

/// What a policy remembers of one call between its attempts. One per call, default-made.
struct CallState {
  int quota_held = 0;
};

/// Decides whether and when a call is tried again. No I/O, no waiting: the caller sleeps.
///
/// Shape:    one per client (service, region, identity), used by all its calls:
///             CallState state;
///             for (attempt.number = 1;; ++attempt.number) {
///               sleep(policy.before_attempt()); ... send ...
///               const Decision decision = policy.after_attempt(attempt, state);  // successes too
///               if (!decision.retry) break;
///               sleep(decision.delay);
///             }
/// standard: at most 3 attempts; delay = random share of min(2^(n-1), 20) s; a Retry-After or
/// x-amz-retry-after
///           header lengthens it, by 5 s at most. A quota of 500 is charged 5 for a retry (10 after
///           a time-out) and refunded by success, so that calls stop retrying when a service is
///           down.
/// adaptive: standard, and RateLimiter holds calls back once the service throttles.
/// legacy:   at most 5 attempts (DynamoDB 10); delay = base * 2^(n-1) s, no quota.
/// Threads:  Thread-safe.
/// Source:   botocore/retries/standard.py, adaptive.py, retryhandler.py, data/_retry.json; for the
/// headers the AWS
///           SDKs' retry behaviour of 2026 (botocore's ExponentialBackoff with new retries
///           enabled).
class RetryPolicy {
 public:
  /// Clock and Random must outlive the policy.
  RetryPolicy(RetryOptions options, const Clock& clock, Random& random);

  /// How long to wait before sending the next attempt (adaptive mode; otherwise 0).
  [[nodiscard]] std::chrono::milliseconds before_attempt();

  /// After every attempt, whatever came of it.
  [[nodiscard]] Decision after_attempt(const Attempt& attempt, CallState& state);

  /// Of a call that is not throttled.
  [[nodiscard]] int max_attempts() const { return max_attempts_; }

  [[nodiscard]] int quota_left() const;

 private:
  [[nodiscard]] Decision decide_legacy(const Attempt& attempt);
  [[nodiscard]] Decision decide_standard(const Attempt& attempt, CallState& state);
  [[nodiscard]] bool is_retryable(const Attempt& attempt) const;
  [[nodiscard]] std::chrono::milliseconds standard_delay(const Attempt& attempt);
  [[nodiscard]] bool charge(int cost);
  void refund(int amount);

  const RetryOptions options_;
  const int max_attempts_;
  const int throttled_attempts_;
  Random& random_;
  RateLimiter limiter_;
  mutable std::mutex mutex_;
  int quota_;  // guarded by mutex_
};

}  // namespace virga::retry
