// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <memory>
#include <optional>

#include "limit/limit.hpp"
#include "limit/rate_gate.hpp"

namespace virga::limit {

/// What a lane learned, for another run to begin with.
struct Learned {
  LearnedLimit limit;
  LearnedRate rate;
};

/// The attempts of one class of operation at one endpoint and account: how many may be in flight
/// (Limit) and how fast they may be sent (RateGate). Pure, like both.
///
/// Shape:   advance() first at every event; then ready(), and on_sent() if it says yes; on_done()
/// once for each on_sent().
/// Threads: Thread-compatible.
class Lane {
 public:
  explicit Lane(const LimitOptions& options, const RateBounds& rate = {})
      : limit_(make_limit(options)), gate_(rate) {}

  /// Tells the time, and whether work waits.
  void advance(SteadyPoint now, bool waiting) { gate_.tick(now, waiting); }

  /// Whether an attempt that waits may be sent now.
  [[nodiscard]] bool ready(SteadyPoint now);

  /// The same for one that has the lane for itself: only what the service or the user asked for
  /// counts.
  [[nodiscard]] bool may_send_alone(SteadyPoint now) const { return gate_.may_send_alone(now); }

  void on_sent(SteadyPoint now);
  void on_done(const Sample& sample);
  /// When ready() may turn true, or the limit wants to hear of it, without anything else
  /// happening.
  [[nodiscard]] std::optional<SteadyPoint> wake_at(SteadyPoint now) const;

  void pause_until(SteadyPoint time) { gate_.pause_until(time); }

  [[nodiscard]] int in_flight() const { return in_flight_; }

  [[nodiscard]] double limit() const { return limit_->limit(); }

  [[nodiscard]] std::optional<double> rate() const { return gate_.rate(); }

  [[nodiscard]] Learned learned(SteadyPoint now) const {
    return {limit_->learned(), gate_.learned(now)};
  }

  void restore(const Learned& learned);

 private:
  std::unique_ptr<Limit> limit_;
  RateGate gate_;
  int in_flight_ = 0;
};

}  // namespace virga::limit
