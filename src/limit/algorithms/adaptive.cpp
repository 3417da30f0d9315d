// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <cstddef>

#include "limit/algorithms/start.hpp"
#include "limit/algorithms/window.hpp"
#include "limit/limit.hpp"

namespace virga::limit {
namespace {

constexpr double k_growth = 1.25;
constexpr double k_probe = 0.8;
constexpr double k_least_window = 12;
constexpr double k_most_window = 48;
constexpr int k_first_probe_after = 8;
constexpr int k_last_probe_after = 64;

/// Keeps the queue at the service short: by Little's law the replies of a window that waited are
///
///   queue = min(load, rate * (level - baseline)),   level = 10th percentile of latency
///
/// with the baseline the lowest level seen. A low quantile, because a queue delays every request
/// alike and noise does not. Above 40 % of the load the limit is cut to what was served, below
/// 15 % it grows by a quarter if it held work back. Each cut is a trial: if throughput fell and
/// latency did not, the latency was not our doing, the cut is undone and the baseline moved.
/// Only replies to requests sent since the last change count: judging by older ones is what makes
/// such rules swing.
class AdaptiveLimit final : public Limit {
 public:
  explicit AdaptiveLimit(const LimitOptions& options)
      : options_(options),
        start_(options),
        limit_(std::clamp<double>(options.start, options.floor, options.ceiling)) {}

  [[nodiscard]] double limit() const override { return limit_; }

  void on_sent(SteadyPoint now) override {
    start_.on_sent(now);
    if (window_.wanted == 0) {
      open_window(now);
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
      return;  // its latency says nothing
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
    open_window(sample.done);
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
  struct Trial {
    double limit, load, level, rate;
    bool is_probe;
  };

  [[nodiscard]] double clamped(double limit) const {
    return std::clamp<double>(limit, options_.floor, options_.ceiling);
  }

  void open_window(SteadyPoint now) {
    window_.open(now, static_cast<std::size_t>(std::clamp(limit_, k_least_window, k_most_window)));
  }

  [[nodiscard]] bool held_work_back() const {
    return blocked_at_ && *blocked_at_ >= window_.opened;
  }

  void decide(SteadyPoint now) {
    if (window_.errors > window_.size() / 2) {
      limit_ *= 0.5;
      start_.end();
      trial_.reset();
      return;
    }
    const double level = window_.low_latency();
    const double load = window_.mean_load();
    const double rate = window_.rate(now);
    double deepest = 0.5;
    const auto trial = trial_;
    trial_.reset();
    if (trial && load < trial->load) {
      // 1 if a queue shrank, 0 if there is none; and the reverse.
      const double fall = (trial->level - level) / ((trial->load - load) / trial->rate);
      const double loss = (1 - rate / trial->rate) / (1 - load / trial->load);
      if (fall < 0.3 && loss > 0.3) {
        baseline_ = level;
        trusted_ = trial->is_probe && !trusted_;
        limit_ = trial->limit;
        return;
      }
      deepest = 0.125;
    }
    baseline_ = std::min(baseline_.value_or(window_.least_latency()), level);
    if (trial && trial->is_probe && !trusted_) {
      cut(k_probe, {limit_, load, level, rate, true});
      return;
    }
    const double queue = std::min(load, rate * (level - *baseline_));
    const double served = load - queue;
    if (queue > std::max(4.0, 0.4 * load)) {
      const double wanted = std::max({served + 3, served / 0.75, deepest * load});
      cut(std::min(1.0, wanted / limit_), {limit_, load, level, rate, false});
    } else if (queue > std::max(2.0, 0.15 * load) ||
               (!trusted_ && limit_ >= static_cast<double>(options_.ceiling))) {
      start_.end();
      ++held_;
      if (held_ >= probe_after_ && held_work_back()) {
        probe_after_ = std::min(2 * probe_after_, k_last_probe_after);
        cut(k_probe, {limit_, load, level, rate, true});
      }
    } else if (!start_.running() && held_work_back()) {
      held_ = 0;
      limit_ = std::max(k_growth * limit_, limit_ + 1);
    }
  }

  void cut(double factor, const Trial& trial) {
    start_.end();
    held_ = 0;
    trial_ = trial;
    limit_ *= factor;
  }

  LimitOptions options_;
  Start start_;
  double limit_;
  Window window_;
  std::optional<SteadyPoint> blocked_at_;
  SteadyPoint epoch_ = SteadyPoint::min();
  std::optional<double> baseline_;  ///< latency without a queue, seconds
  bool trusted_ = true;             ///< the baseline
  std::optional<Trial> trial_;
  int held_ = 0;
  int probe_after_ = k_first_probe_after;
};

}  // namespace

std::unique_ptr<Limit> make_adaptive_limit(const LimitOptions& options) {
  return std::make_unique<AdaptiveLimit>(options);
}

}  // namespace virga::limit
