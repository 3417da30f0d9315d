// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <algorithm>
#include <chrono>
#include <memory>
#include <optional>

#include "base/clock.hpp"

namespace virga::limit {

/// What became of one attempt. A cancelled one was given up by us and says nothing of the service.
enum class Outcome { ok, throttled, timeout, error, cancelled };

/// One attempt, seen from its end.
struct Sample {
  SteadyPoint sent;
  SteadyPoint done;
  int load = 1;  ///< attempts in flight as it was sent, itself included
  Outcome outcome = Outcome::ok;
};

/// The kinds of concurrency limit; docs/design/limiter.md compares them.
enum class Mode { adaptive, target, fixed };

struct LimitOptions {
  Mode mode = Mode::adaptive;
  int floor = 1;
  int ceiling = 256;
  /// Attempts in flight before anything is known; the limit itself in fixed mode.
  int start = 50;
  std::chrono::microseconds target_latency{0};  ///< of target mode; above 0
};

/// What a limit learned, for another run to begin with.
struct LearnedLimit {
  double limit = 0;
  /// The service was seen to bound it: not merely as far as this run came.
  bool bounded = false;
};

/// How many attempts of one lane may be in flight: samples in, limit out. Pure: reads no clock and
/// draws no random number; times never run backwards.
///
/// Shape:   on_sent, on_blocked and on_done as things happen; limit() then holds until the next.
/// Units:   requests; floor <= limit() <= ceiling. A lower limit recalls nothing that is in flight.
/// Threads: Thread-compatible.
class Limit {
 public:
  virtual ~Limit() = default;
  [[nodiscard]] virtual double limit() const = 0;
  virtual void on_sent(SteadyPoint now) = 0;
  /// The limit, and nothing else, holds an attempt back.
  virtual void on_blocked(SteadyPoint now) = 0;
  /// When on_blocked() is to be called again if nothing happens before; none if it need not.
  [[nodiscard]] virtual std::optional<SteadyPoint> wake_at() const = 0;
  virtual void on_done(const Sample& sample) = 0;

  /// Requests per second that are fast enough for now, so that a doubled limit is not filled at
  /// once; none if the limit alone decides.
  [[nodiscard]] virtual std::optional<double> pace() const { return std::nullopt; }

  [[nodiscard]] virtual LearnedLimit learned() const = 0;
  /// Begins with what another run learned; nothing happens once a decision was made.
  virtual void restore(const LearnedLimit& learned) = 0;

  /// limit() as whole requests.
  [[nodiscard]] int whole() const { return std::max(1, static_cast<int>(limit())); }
};

[[nodiscard]] std::unique_ptr<Limit> make_limit(const LimitOptions& options);

/// The same, one algorithm each: algorithms/<name>.cpp.
[[nodiscard]] std::unique_ptr<Limit> make_adaptive_limit(const LimitOptions& options);
[[nodiscard]] std::unique_ptr<Limit> make_target_limit(const LimitOptions& options);
[[nodiscard]] std::unique_ptr<Limit> make_fixed_limit(const LimitOptions& options);

[[nodiscard]] inline double to_seconds(SteadyPoint::duration duration) {
  return std::chrono::duration<double>(duration).count();
}

[[nodiscard]] inline SteadyPoint::duration from_seconds(double seconds) {
  return std::chrono::duration_cast<SteadyPoint::duration>(std::chrono::duration<double>(seconds));
}

}  // namespace virga::limit
