// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <chrono>
#include <mutex>

#include "base/clock.hpp"

namespace virga::retry {

/// Adaptive mode's limit on the calls that a client sends: a token bucket whose rate follows a
/// cubic curve, as in TCP CUBIC: cut to 70 % of the measured rate at a throttling answer, then
///
///   rate(t) = 0.4 * (t - k)^3 + rate_at_cut,   k = cbrt(rate_at_cut * 0.3 / 0.4)
///
/// with t in seconds since the cut. Off until the first throttling answer. A new rate is at most
/// twice the measured one and at least 0.5 per second.
///
/// Threads: Thread-safe.
/// Source:  botocore/retries/adaptive.py, throttling.py, bucket.py; the AWS SDKs' shared retry
/// behaviour.
class RateLimiter {
 public:
  explicit RateLimiter(const Clock& clock);

  /// Takes a token and says how long to wait before sending.
  [[nodiscard]] std::chrono::milliseconds acquire();

  /// After every answer or failure.
  void record(bool throttled);

  [[nodiscard]] double rate_per_second() const;

 private:
  [[nodiscard]] double now() const;
  double measure(double time);
  [[nodiscard]] double grown_rate(double time) const;
  void refill(double time);
  void set_rate(double rate, double time);

  const Clock& clock_;
  mutable std::mutex mutex_;  // guards all below
  bool enabled_ = false;

  double fill_rate_ = 1;
  double capacity_ = 1;
  double tokens_ = 0;  // below 0: callers wait for these
  double filled_at_;

  double measured_rate_ = 0;
  double bucket_start_;
  double bucket_count_ = 0;

  double rate_at_cut_ = 0;
  double curve_offset_ = 0;
  double cut_at_;
};

}  // namespace virga::retry
