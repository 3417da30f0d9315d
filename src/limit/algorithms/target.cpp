// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <cmath>

#include "limit/algorithms/start.hpp"
#include "limit/algorithms/window.hpp"
#include "limit/limit.hpp"

namespace virga::limit {
namespace {

constexpr std::size_t k_window = 48;
constexpr double k_low = 0.8;     // of the target: grow below
constexpr double k_high = 1.2;    // shrink above
constexpr double k_grow = 1.5;    // at most, in one step
constexpr double k_shrink = 0.7;  // at least
constexpr double k_patience = 4;

/// Holds the mean latency near a target: grows by up to 1.5 below 0.8 of it, shrinks by up to 0.7
/// above 1.2 of it, each step sqrt(target / mean).
///
/// It cannot swing: with latency ~ limit^e a step turns the log error x into x * (1 - e / 2), of
/// the same sign for e < 2, and only replies sent since the last step count. A target that smaller
/// limits do not bring nearer is out of reach: the limit then goes back to where it was.
class TargetLimit final : public Limit {
 public:
  explicit TargetLimit(const LimitOptions& options)
      : options_(options),
        target_(std::max(1e-6, std::chrono::duration<double>(options.target_latency).count())),
        start_(options),
        limit_(std::clamp<double>(options.start, options.floor, options.ceiling)) {}

  [[nodiscard]] double limit() const override { return limit_; }

  void on_sent(SteadyPoint now) override {
    start_.on_sent(now);
    if (window_.wanted == 0) {
      window_.open(now, k_window);
    }
  }

  void on_blocked(SteadyPoint now) override {
    blocked_at_ = now;
    limit_ = clamped(start_.on_blocked(now, limit_));
  }

  [[nodiscard]] std::optional<SteadyPoint> wake_at() const override { return start_.wake_at(); }

  void on_done(const Sample& sample) override {
    if (sample.outcome == Outcome::cancelled) {
      return;
    }
    limit_ = clamped(start_.on_done(sample, blocked_at_, limit_));
    if (sample.outcome == Outcome::throttled) {
      return;
    }
    window_.completed += 1;
    if (sample.sent < epoch_) {
      return;
    }
    window_.add(sample);
    if (!window_.is_full()) {
      return;
    }
    const double before = limit_;
    decide(sample.done);
    limit_ = clamped(limit_);
    if (limit_ != before || start_.running()) {
      epoch_ = sample.done;
    }
    window_.open(sample.done, k_window);
  }

  [[nodiscard]] std::optional<double> pace() const override { return start_.pace(limit_); }

  [[nodiscard]] LearnedLimit learned() const override { return {limit_, !start_.running()}; }

  void restore(const LearnedLimit& learned) override {
    if (!start_.running()) {
      return;
    }
    limit_ = clamped(learned.limit);
    if (learned.bounded) {
      start_.end();
    }
  }

 private:
  struct Origin {
    double limit, load, log_latency, rate;
  };

  [[nodiscard]] double clamped(double limit) const {
    return std::clamp<double>(limit, options_.floor, options_.ceiling);
  }

  void decide(SteadyPoint now) {
    if (window_.errors > window_.size() / 2) {
      limit_ *= 0.5;
      start_.end();
      origin_.reset();
      return;
    }
    const double mean = window_.mean_latency();
    const double factor = std::sqrt(target_ / mean);
    if (mean < k_low * target_) {
      origin_.reset();
      patience_ = k_patience;
      if (blocked_at_ && *blocked_at_ >= window_.opened && !start_.running()) {
        limit_ *= std::min(k_grow, factor);
      }
      return;
    }
    start_.end();
    if (mean > k_high * target_ && now >= hold_until_) {
      shrink(now, mean, factor);
    }
  }

  void shrink(SteadyPoint now, double mean, double factor) {
    const Origin here{limit_, window_.mean_load(), window_.mean_log_latency(), window_.rate(now)};
    if (!origin_) {
      if (here.load < 0.7 * limit_) {
        return;  // it is not the limit that bounds the load
      }
      origin_ = here;
    } else if (here.load <= origin_->load / 2) {
      const double step = 0.5 * std::log(origin_->load / here.load);
      if (origin_->log_latency - here.log_latency < step ||
          std::log(origin_->rate / here.rate) > step) {
        limit_ = origin_->limit;
        origin_.reset();
        hold_until_ = now + from_seconds(patience_ * mean);
        patience_ *= 2;
        return;
      }
      origin_ = here;
    }
    limit_ *= std::max(k_shrink, factor);
  }

  LimitOptions options_;
  double target_;  ///< seconds
  Start start_;
  double limit_;
  Window window_;
  std::optional<SteadyPoint> blocked_at_;
  SteadyPoint epoch_ = SteadyPoint::min();
  std::optional<Origin> origin_;
  SteadyPoint hold_until_ = SteadyPoint::min();
  double patience_ = k_patience;
};

}  // namespace

std::unique_ptr<Limit> make_target_limit(const LimitOptions& options) {
  return std::make_unique<TargetLimit>(options);
}

}  // namespace virga::limit
