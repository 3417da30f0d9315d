// SPDX-License-Identifier: Apache-2.0
#include "limit/rate_gate.hpp"

#include <gtest/gtest.h>

namespace virga::limit {
namespace {

SteadyPoint at(double seconds) { return SteadyPoint(from_seconds(1000 + seconds)); }

/// A gate with `count` requests sent at time 0.
RateGate with_sent(int count) {
  RateGate gate;
  gate.tick(at(0), true);
  for (int i = 0; i < count; ++i) {
    gate.on_sent(at(0), std::nullopt);
  }
  return gate;
}

void reply(RateGate& gate, double sent, double done, Outcome outcome, int in_flight) {
  gate.tick(at(done), true);
  gate.on_done({at(sent), at(done), 1, outcome}, in_flight);
}

TEST(RateGate, IsOpenUntilSomethingIsThrottled) {
  RateGate gate = with_sent(500);
  for (int i = 0; i < 500; ++i) {
    reply(gate, 0, 0.1, i % 2 == 0 ? Outcome::ok : Outcome::error, 499 - i);
  }
  EXPECT_EQ(gate.next_send(at(0.1)), at(0.1));
  EXPECT_FALSE(gate.rate());
}

TEST(RateGate, HoldsSendsHalfASecondAfterTheFirstThrottle) {
  RateGate gate = with_sent(3);
  reply(gate, 0, 0.1, Outcome::throttled, 2);
  EXPECT_EQ(gate.next_send(at(0.1)), at(0.6));
}

TEST(RateGate, StopsHoldingWhenAllIsBack) {
  RateGate gate = with_sent(3);
  reply(gate, 0, 0.1, Outcome::throttled, 2);
  reply(gate, 0, 0.15, Outcome::ok, 1);
  reply(gate, 0, 0.2, Outcome::ok, 0);
  // 3 requests in the last second of which 2 of 3 got through: 2 per second.
  EXPECT_NEAR(gate.rate().value_or(0), 2, 1e-9);
  EXPECT_NEAR(to_seconds(gate.next_send(at(0.2)) - at(0.2)), 0.5, 1e-6);
}

TEST(RateGate, CountsABurstOfThrottlesOnce) {
  RateGate one = with_sent(20);
  RateGate many = with_sent(20);
  reply(one, 0, 0.1, Outcome::throttled, 19);
  for (int i = 0; i < 19; ++i) {
    reply(many, 0, 0.1, Outcome::throttled, 19 - i);
  }
  EXPECT_EQ(one.next_send(at(0.2)), many.next_send(at(0.2)));
}

TEST(RateGate, NeverSendsSlowerThanOnceInTwoSeconds) {
  RateGate gate = with_sent(1);
  double now = 0.1;
  reply(gate, 0, now, Outcome::throttled, 0);
  for (int i = 0; i < 50; ++i) {
    const double sent = to_seconds(gate.next_send(at(now)) - at(0));
    EXPECT_LE(sent - now, 2.0 + 1e-9);
    gate.tick(at(sent), true);
    gate.on_sent(at(sent), std::nullopt);
    now = sent + 0.05;
    reply(gate, sent, now, Outcome::throttled, 0);
    EXPECT_GE(gate.rate().value_or(0), 0.5);
  }
}

/// A bucket that is refilled with `per_second`, asked whenever the gate allows it.
double learn(RateGate& gate, double burst, double per_second, double until) {
  double tokens = burst;
  double now = 0;
  double refilled = 0;
  gate.tick(at(0), true);
  while (now < until) {
    tokens = std::min(burst, tokens + (now - refilled) * per_second);
    refilled = now;
    gate.on_sent(at(now), std::nullopt);
    const bool ok = tokens >= 1;
    tokens -= ok ? 1 : 0;
    // Answered at once, so that nothing is ever in flight.
    reply(gate, now, now + 1e-4, ok ? Outcome::ok : Outcome::throttled, 0);
    now = std::max(now + 1e-3, to_seconds(gate.next_send(at(now + 1e-4)) - at(0)));
    gate.tick(at(now), true);
  }
  return now;
}

TEST(RateGate, MeasuresWhatABucketIsRefilledWith) {
  for (const double per_second : {5.0, 20.0, 100.0}) {
    RateGate gate;
    const double now = learn(gate, 2 * per_second, per_second, 60);
    const LearnedRate learned = gate.learned(at(now));
    EXPECT_NEAR(learned.per_second, per_second, 0.06 * per_second);
    EXPECT_NEAR(learned.burst, 2 * per_second, 0.3 * per_second + 2);
  }
}

TEST(RateGate, TakesTheBurstThatAnotherRunSawAndThenItsRate) {
  RateGate gate;
  gate.restore({20, 100, 3600});
  gate.tick(at(0), true);
  int sent = 0;
  while (gate.next_send(at(0)) <= at(0)) {
    gate.on_sent(at(0), std::nullopt);
    ++sent;
  }
  EXPECT_EQ(sent, 90);
  EXPECT_NEAR(gate.rate().value_or(0), 18, 0.1);
}

TEST(RateGate, TakesOnlyWhatWasRefilledSince) {
  RateGate gate;
  gate.restore({20, 100, 1});
  gate.tick(at(0), true);
  int sent = 0;
  while (gate.next_send(at(0)) <= at(0)) {
    gate.on_sent(at(0), std::nullopt);
    ++sent;
  }
  EXPECT_EQ(sent, 18);
}

TEST(RateGate, ObeysAPause) {
  RateGate gate;
  gate.tick(at(0), true);
  gate.pause_until(at(7));
  EXPECT_EQ(gate.next_send(at(0)), at(7));
}

TEST(RateGate, KeepsToACeilingFromTheBeginning) {
  RateGate gate(RateBounds{0, 20});
  double now = 0;
  int sent = 0;
  for (; now < 2; now += 0.001) {
    gate.tick(at(now), true);
    if (gate.next_send(at(now)) <= at(now)) {
      gate.on_sent(at(now), std::nullopt);
      ++sent;
    }
  }
  EXPECT_NEAR(sent, 40, 2);
}

TEST(RateGate, KeepsToAFixedRateWhateverIsThrottled) {
  RateGate gate(RateBounds{20, 20});
  double now = 0;
  int sent = 0;
  for (; now < 2; now += 0.001) {
    gate.tick(at(now), true);
    if (gate.next_send(at(now)) <= at(now)) {
      gate.on_sent(at(now), std::nullopt);
      gate.on_done({at(now), at(now), 1, Outcome::throttled}, 0);
      ++sent;
    }
  }
  EXPECT_NEAR(sent, 40, 2);
}

TEST(RateGate, GoesNoLowerThanAFloor) {
  RateGate gate(RateBounds{5});
  for (double now = 0; now < 20; now += 0.01) {
    gate.tick(at(now), true);
    if (gate.next_send(at(now)) <= at(now)) {
      gate.on_sent(at(now), std::nullopt);
      gate.on_done({at(now), at(now), 1, Outcome::throttled}, 0);
    }
    EXPECT_LE(to_seconds(gate.next_send(at(now)) - at(now)), 0.2 + 1e-6);
  }
}

}  // namespace
}  // namespace virga::limit
