// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <array>
#include <cstddef>
#include <optional>

#include "limit/limit.hpp"

namespace virga::limit {

/// The limit before its first decision: one more with every good reply, which doubles it each
/// round trip, while work waits and latency does not rise; and in steps of time while there has
/// been no reply at all, so that a slow service does not cost a round trip for each doubling.
class Start {
 public:
  explicit Start(const LimitOptions& options) : options_(options) {}

  [[nodiscard]] bool running() const { return running_; }

  void end() { running_ = false; }

  void on_sent(SteadyPoint now);
  /// The limit to have now that the present one holds work back.
  [[nodiscard]] double on_blocked(SteadyPoint now, double limit);

  [[nodiscard]] std::optional<SteadyPoint> wake_at() const { return wake_at_; }

  /// The limit to have after a reply; `blocked_at` is when the limit last held work back.
  [[nodiscard]] double on_done(const Sample& sample,
                               std::optional<SteadyPoint> blocked_at,
                               double limit);
  /// Requests per second while it runs and replies are there.
  [[nodiscard]] std::optional<double> pace(double limit) const;

 private:
  static constexpr std::size_t k_remembered = 64;

  [[nodiscard]] double median() const;

  LimitOptions options_;
  bool running_ = true;
  bool replied_ = false;
  double first_limit_ = 0;
  std::optional<SteadyPoint> first_sent_;
  std::optional<SteadyPoint> wake_at_;
  std::array<double, k_remembered> latencies_{};
  std::size_t count_ = 0;
};

}  // namespace virga::limit
