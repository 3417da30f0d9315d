// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <algorithm>
#include <cmath>
#include <deque>
#include <limits>
#include <optional>

#include "limit/limit.hpp"

namespace virga::limit {

/// What a gate learned of a service's token bucket, for another run to begin with.
struct LearnedRate {
  double per_second = 0;    ///< what the bucket is refilled with; 0: nothing is known
  double burst = 0;         ///< what it was seen to hold
  double idle_seconds = 0;  ///< since the last request: it was being refilled
};

/// What the user says of a rate, in requests per second; equal: that rate, whatever happens.
struct RateBounds {
  double floor = 0;
  double ceiling = std::numeric_limits<double>::infinity();

  [[nodiscard]] bool are_set() const { return floor > 0 || std::isfinite(ceiling); }
};

/// How fast one lane may send to a service that throttles by rate. Open until the first throttle;
/// then it waits until what is in flight is back (at most 0.5 s), and searches from the rate that
/// got through, doubling each second, until it is throttled again. What succeeded between two
/// throttles is what a token bucket was refilled with in that time: the rate is then known, and
/// kept to along a cubic curve from 0.9 of it:
///
///   known * (1 + 0.1 * (t/4 - 1)^3) up to 4 s, then known + sqrt(known) * ((t - 4)/3)^3
///
/// where t counts only time in which work was waiting.
///
/// Units:   seconds, requests per second; never below 0.5 per second, nor outside the bounds.
/// Threads: Thread-compatible.
class RateGate {
 public:
  explicit RateGate(const RateBounds& bounds = {}) : bounds_(bounds) {}

  /// Tells the time, and whether work waits from here on.
  void tick(SteadyPoint now, bool waiting);
  /// When the next attempt may be sent; in the past or now: at once. After tick().
  [[nodiscard]] SteadyPoint next_send(SteadyPoint now) const;
  /// After tick(). `pace`: requests per second to keep to while nothing has been throttled.
  void on_sent(SteadyPoint now, std::optional<double> pace);
  /// `in_flight` without this one; after tick().
  void on_done(const Sample& sample, int in_flight);

  /// Whether an attempt that has the lane for itself may go whatever has been throttled.
  [[nodiscard]] bool may_send_alone(SteadyPoint now) const {
    return !bounds_.are_set() && paused_until_ <= now;
  }

  /// The service asked for a pause.
  void pause_until(SteadyPoint time) { paused_until_ = std::max(paused_until_, time); }

  /// The present rate; none while nothing has been throttled.
  [[nodiscard]] std::optional<double> rate() const;
  [[nodiscard]] LearnedRate learned(SteadyPoint now) const;
  /// Nothing happens once an attempt has been throttled.
  void restore(const LearnedRate& learned);

 private:
  enum class State { open, draining, searching, tracking };

  [[nodiscard]] double sends_per_second(SteadyPoint now);
  void finish_drain(SteadyPoint now);
  void restart(State state, double rate, SteadyPoint now);
  void start_measuring();
  [[nodiscard]] double current_rate() const;
  [[nodiscard]] double unbounded_rate() const;

  RateBounds bounds_;
  State state_ = State::open;
  std::optional<SteadyPoint> ticked_at_;
  bool waiting_ = false;
  double clock_ = 0;         ///< seconds with work waiting since the rate was last cut
  double measured_for_ = 0;  ///< the same since the measurement began
  double ok_ = 0;            ///< successes since then
  double base_ = 0;
  std::optional<double> known_;
  SteadyPoint cut_at_ = SteadyPoint::min();
  SteadyPoint next_at_ = SteadyPoint::min();
  SteadyPoint paused_until_ = SteadyPoint::min();
  // Until the first throttle: for the rate to begin with, and how much the bucket held.
  std::deque<SteadyPoint> sent_;  ///< of the last second
  std::optional<SteadyPoint> first_sent_;
  SteadyPoint last_sent_{};
  double accepted_ = 0;
  double open_for_ = 0;  ///< seconds from the first request to the first throttle
  std::optional<double> burst_;
  double credit_ = 0;  ///< requests that a full bucket takes at once
  // While draining.
  SteadyPoint throttled_sent_{};
  double noted_rate_ = 0;
  double counted_ = 0;
  double counted_accepted_ = 0;
};

}  // namespace virga::limit
