// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <deque>
#include <functional>
#include <optional>
#include <queue>
#include <random>
#include <vector>

namespace virga::test {

/// A service as a queueing model: what it does with a request, in virtual seconds. Deterministic
/// for a seed.
struct ServiceModel {
  /// The time to serve a request of a class that is begun at `now`, without waiting.
  std::function<double(std::mt19937_64&, double now, int operation_class)> latency;
  /// How many are served at once, first come first served; 0: all.
  std::function<int(double now)> servers;
  double burst = 0;  ///< of a token bucket; 0: no bucket
  double refill_per_second = 0;
  double lump_seconds = 0;  ///< refilled in lumps, this far apart; 0: evenly
  int bucket_class = -1;    ///< only this class of operation is throttled; -1: all
  int most_in_flight = 0;   ///< more are throttled; 0: no bound
  double reject_seconds = 0.02;
  double error_share = 0;
};

/// The state of one such service.
class Service {
 public:
  enum class Verdict { ok, throttled, error };

  struct Reply {
    double at = 0;  ///< when it arrives
    Verdict verdict = Verdict::ok;
  };

  Service(const ServiceModel& model, std::uint64_t seed);

  /// Takes a request; the reply's time is known at once, as service is first come, first served.
  [[nodiscard]] Reply send(double now, int operation_class);
  /// When a request would be accepted: what a clairvoyant client knows.
  [[nodiscard]] double accepts_at(double now, int operation_class);

 private:
  void refill(double now);
  void forget_done(double now);
  [[nodiscard]] bool is_metered(int operation_class) const;

  const ServiceModel& model_;
  std::mt19937_64 random_;
  double tokens_;
  double refilled_at_ = 0;
  std::priority_queue<double, std::vector<double>, std::greater<>> ends_;  ///< of accepted ones
};

}  // namespace virga::test
