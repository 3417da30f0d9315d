// SPDX-License-Identifier: Apache-2.0
#include "limit/limit.hpp"

#include <algorithm>
#include <cmath>
#include <random>
#include <vector>

#include <gtest/gtest.h>

#include "limit/lane.hpp"

namespace virga::limit {
namespace {

SteadyPoint at(double seconds) { return SteadyPoint(from_seconds(1000 + seconds)); }

LimitOptions starting_with(int start) {
  LimitOptions out;
  out.start = start;
  return out;
}

/// Sends as many as the limit allows, all at once, and answers them all `latency` later.
void round_trip(Limit& limit, double sent, double latency, Outcome outcome = Outcome::ok) {
  const int count = limit.whole();
  for (int i = 0; i < count; ++i) {
    limit.on_sent(at(sent));
  }
  limit.on_blocked(at(sent));
  for (int i = 0; i < count; ++i) {
    limit.on_done({at(sent), at(sent + latency), i + 1, outcome});
  }
}

TEST(AdaptiveLimit, DoublesWithEachRoundOfEqualLatency) {
  const auto limit = make_adaptive_limit(starting_with(20));
  std::vector<int> seen;
  for (int round = 0; round < 5; ++round) {
    seen.push_back(limit->whole());
    round_trip(*limit, 0.1 * round, 0.1);
  }
  EXPECT_EQ(seen, (std::vector<int>{20, 40, 80, 160, 256}));
}

TEST(AdaptiveLimit, GrowsInStepsOfTimeWhileNothingAnswers) {
  const auto limit = make_adaptive_limit(starting_with(20));
  limit->on_sent(at(0));
  std::vector<int> seen;
  for (const double time : {0.0, 0.25, 0.5, 0.75, 1.0, 3.0}) {
    limit->on_blocked(at(time));
    seen.push_back(limit->whole());
  }
  EXPECT_EQ(seen, (std::vector<int>{20, 40, 60, 80, 100, 100}));
  EXPECT_FALSE(limit->wake_at());
}

TEST(AdaptiveLimit, AsksToBeWokenForTheNextBlindStep) {
  const auto limit = make_adaptive_limit(starting_with(20));
  limit->on_sent(at(0));
  limit->on_blocked(at(0.1));
  EXPECT_EQ(limit->wake_at(), at(0.25));
}

TEST(AdaptiveLimit, StaysWhereItIsWhileItHoldsNothingBack) {
  const auto limit = make_adaptive_limit(starting_with(20));
  for (int i = 0; i < 500; ++i) {
    limit->on_sent(at(i));
    limit->on_done({at(i), at(i + 0.1), 1, Outcome::ok});
  }
  EXPECT_EQ(limit->whole(), 20);
}

TEST(AdaptiveLimit, LearnsNothingFromThrottledReplies) {
  const auto limit = make_adaptive_limit(starting_with(20));
  for (int i = 0; i < 100; ++i) {
    limit->on_sent(at(0));
    limit->on_blocked(at(0));
    limit->on_done({at(0), at(0.01), 20, Outcome::throttled});
  }
  EXPECT_EQ(limit->whole(), 20);
}

TEST(AdaptiveLimit, HalvesWhenMostRepliesAreErrors) {
  const auto limit = make_adaptive_limit(starting_with(20));
  round_trip(*limit, 0, 0.1, Outcome::timeout);
  EXPECT_EQ(limit->whole(), 10);
}

TEST(AdaptiveLimit, BeginsWithWhatWasLearned) {
  const auto limit = make_adaptive_limit(starting_with(20));
  limit->restore({37, true});
  EXPECT_EQ(limit->whole(), 37);
  round_trip(*limit, 0, 0.1);
  EXPECT_LE(limit->whole(), 47);  // a quarter more, not double
}

TEST(FixedLimit, IsWhatItIs) {
  LimitOptions options = starting_with(7);
  options.mode = Mode::fixed;
  const auto limit = make_limit(options);
  round_trip(*limit, 0, 9, Outcome::timeout);
  EXPECT_EQ(limit->whole(), 7);
}

/// `servers` first-come servers that each need 100 ms, give or take 5 %, under a client that
/// always has work.
class ToyService {
 public:
  ToyService(Limit& limit, int servers)
      : limit_(limit), free_at_(static_cast<std::size_t>(servers)) {}

  void run(double until, double scale = 1) {
    while (now_ < until) {
      while (static_cast<int>(in_flight_.size()) < limit_.whole()) {
        send(scale);
      }
      limit_.on_blocked(at(now_));
      while (static_cast<int>(in_flight_.size()) < limit_.whole()) {
        send(scale);
      }
      const auto next =
          std::min_element(in_flight_.begin(), in_flight_.end(), [](const auto& a, const auto& b) {
            return a.done < b.done;
          });
      now_ = to_seconds(next->done - at(0));
      const Sample sample = *next;
      in_flight_.erase(next);
      latency_ = to_seconds(sample.done - sample.sent);
      limit_.on_done(sample);
      lowest_ = std::min(lowest_, limit_.whole());
      highest_ = std::max(highest_, limit_.whole());
    }
  }

  void forget_extremes() { lowest_ = highest_ = limit_.whole(); }

  [[nodiscard]] int lowest() const { return lowest_; }

  [[nodiscard]] int highest() const { return highest_; }

  [[nodiscard]] double last_latency() const { return latency_; }

 private:
  void send(double scale) {
    const auto server = std::min_element(free_at_.begin(), free_at_.end());
    const double jitter = std::uniform_real_distribution<double>(0.95, 1.05)(random_);
    *server = std::max(*server, now_) + 0.1 * scale * jitter;
    limit_.on_sent(at(now_));
    in_flight_.push_back(
        {at(now_), at(*server), static_cast<int>(in_flight_.size()) + 1, Outcome::ok});
  }

  Limit& limit_;
  std::vector<double> free_at_;
  std::vector<Sample> in_flight_;
  std::mt19937_64 random_{7};
  double now_ = 0;
  double latency_ = 0;
  int lowest_ = 1000;
  int highest_ = 0;
};

TEST(AdaptiveLimit, SettlesNearTheCapacityOfTheService) {
  for (const int servers : {1, 2, 4, 16, 64, 150}) {
    const auto limit = make_adaptive_limit(starting_with(50));
    ToyService service(*limit, servers);
    service.run(60);
    EXPECT_GE(limit->limit(), 0.9 * servers) << servers;
    EXPECT_LE(limit->limit(), 1.8 * servers + 4) << servers;
  }
}

TEST(AdaptiveLimit, FindsThatHigherLatencyIsNotItsDoing) {
  const auto limit = make_adaptive_limit(starting_with(50));
  ToyService service(*limit, 1000);
  service.run(5);
  ASSERT_EQ(limit->whole(), 256);
  service.run(60, 20);
  EXPECT_EQ(limit->whole(), 256);
}

TEST(TargetLimit, DoesNotSwingAtAKnee) {
  LimitOptions options = starting_with(20);
  options.mode = Mode::target;
  options.target_latency = std::chrono::milliseconds(200);
  const auto limit = make_limit(options);
  ToyService service(*limit, 32);
  service.run(20);
  service.forget_extremes();
  service.run(60);
  const double middle = 0.5 * (service.lowest() + service.highest());
  EXPECT_LE((service.highest() - service.lowest()) / middle, 0.35);
  EXPECT_NEAR(service.last_latency(), 0.2, 0.06);
}

TEST(TargetLimit, GivesUpATargetThatSmallerLimitsDoNotBringNearer) {
  LimitOptions options = starting_with(50);
  options.mode = Mode::target;
  options.target_latency = std::chrono::milliseconds(20);
  const auto limit = make_limit(options);
  ToyService service(*limit, 1000);
  service.run(30);
  service.forget_extremes();
  service.run(60);
  EXPECT_GE(service.highest(), 50);
}

}  // namespace
}  // namespace virga::limit
