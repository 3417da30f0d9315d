// SPDX-License-Identifier: Apache-2.0
#include "retry/rate_limiter.hpp"

#include <algorithm>
#include <cmath>

namespace virga::retry {
namespace {

constexpr double k_scale = 0.4;
constexpr double k_keep = 0.7;
constexpr double k_min_rate = 0.5;
constexpr double k_max_adjust = 2.0;
constexpr double k_smoothing = 0.8;
constexpr double k_buckets_per_second = 2;

}  // namespace

RateLimiter::RateLimiter(const Clock& clock)
    : clock_(clock),
      filled_at_(now()),
      bucket_start_(std::floor(filled_at_)),
      cut_at_(filled_at_) {}

double RateLimiter::now() const {
  return std::chrono::duration<double>(clock_.steady_now().time_since_epoch()).count();
}

std::chrono::milliseconds RateLimiter::acquire() {
  const std::lock_guard lock(mutex_);
  if (!enabled_) {
    return std::chrono::milliseconds(0);
  }
  refill(now());
  tokens_ -= 1;
  const double seconds = tokens_ >= 0 ? 0 : -tokens_ / fill_rate_;
  return std::chrono::ceil<std::chrono::milliseconds>(std::chrono::duration<double>(seconds));
}

void RateLimiter::record(bool throttled) {
  const std::lock_guard lock(mutex_);
  const double time = now();
  const double measured = measure(time);
  double rate = 0;
  if (throttled) {
    rate_at_cut_ = enabled_ ? std::min(measured, fill_rate_) : measured;
    curve_offset_ = std::cbrt(rate_at_cut_ * (1 - k_keep) / k_scale);
    cut_at_ = time;
    enabled_ = true;
    rate = rate_at_cut_ * k_keep;
  } else {
    rate = grown_rate(time);
  }
  set_rate(std::min(rate, k_max_adjust * measured), time);
}

double RateLimiter::rate_per_second() const {
  const std::lock_guard lock(mutex_);
  return fill_rate_;
}

double RateLimiter::measure(double time) {
  const double bucket = std::floor(time * k_buckets_per_second) / k_buckets_per_second;
  bucket_count_ += 1;
  if (bucket > bucket_start_) {
    const double rate = bucket_count_ / (bucket - bucket_start_);
    measured_rate_ = rate * k_smoothing + measured_rate_ * (1 - k_smoothing);
    bucket_count_ = 0;
    bucket_start_ = bucket;
  }
  return measured_rate_;
}

double RateLimiter::grown_rate(double time) const {
  const double distance = time - cut_at_ - curve_offset_;
  return k_scale * distance * distance * distance + rate_at_cut_;
}

void RateLimiter::refill(double time) {
  tokens_ = std::min(capacity_, tokens_ + (time - filled_at_) * fill_rate_);
  filled_at_ = time;
}

void RateLimiter::set_rate(double rate, double time) {
  refill(time);
  fill_rate_ = std::max(rate, k_min_rate);
  capacity_ = std::max(rate, 1.0);
  tokens_ = std::min(tokens_, capacity_);
}

}  // namespace virga::retry
