// SPDX-License-Identifier: Apache-2.0
#include "limit/admission.hpp"

#include <array>
#include <deque>
#include <random>
#include <vector>

#include <gtest/gtest.h>

namespace virga::limit {
namespace {

SteadyPoint at(double seconds) { return SteadyPoint(from_seconds(1000 + seconds)); }

AdmissionOptions fixed(int limit, int cap) {
  AdmissionOptions out;
  out.lane.mode = Mode::fixed;
  out.lane.start = limit;
  out.cap = cap;
  return out;
}

std::vector<Admission::Request*> admitted(Admission& admission, double now) {
  std::vector<Admission::Request*> out;
  admission.admit(at(now), out);
  return out;
}

Admission::Request request(Admission& admission, std::string_view lane, Priority priority) {
  Admission::Request out;
  out.lane = &admission.lane(lane);
  out.priority = priority;
  return out;
}

TEST(Admission, ServesInteractiveBeforeBulkBeforePrefetch) {
  Admission admission(fixed(1, 10));
  auto prefetch = request(admission, "a", Priority::prefetch);
  auto bulk = request(admission, "a", Priority::bulk);
  auto interactive = request(admission, "a", Priority::interactive);
  for (auto* each : {&prefetch, &bulk, &interactive}) {
    admission.wait(*each, at(0));
  }
  std::vector<Admission::Request*> order;
  while (order.size() < 3) {
    const auto next = admitted(admission, 0);
    ASSERT_EQ(next.size(), 1U);
    order.push_back(next.front());
    admission.done(*next.front(), Outcome::ok, at(0));
  }
  EXPECT_EQ(order, (std::vector<Admission::Request*>{&interactive, &bulk, &prefetch}));
}

TEST(Admission, PutsARetryBeforeFirstAttempts) {
  Admission admission(fixed(1, 10));
  auto first = request(admission, "a", Priority::bulk);
  auto retry = request(admission, "a", Priority::bulk);
  admission.wait(first, at(0));
  admission.wait(retry, at(0), true);
  EXPECT_EQ(admitted(admission, 0), std::vector<Admission::Request*>{&retry});
}

TEST(Admission, TakesLanesInTurnUnderTheCap) {
  Admission admission(fixed(10, 4));
  std::deque<Admission::Request> requests;
  for (const char* lane : {"a", "b"}) {
    for (int i = 0; i < 4; ++i) {
      requests.push_back(request(admission, lane, Priority::bulk));
      admission.wait(requests.back(), at(0));
    }
  }
  EXPECT_EQ(admitted(admission, 0).size(), 4U);
  EXPECT_EQ(admission.lane("a").lane.in_flight(), 2);
  EXPECT_EQ(admission.lane("b").lane.in_flight(), 2);
}

TEST(Admission, LetsNoBlockedLaneDelayAnother) {
  Admission admission(fixed(1, 10));
  std::deque<Admission::Request> requests;
  for (int i = 0; i < 3; ++i) {
    requests.push_back(request(admission, "a", Priority::interactive));
  }
  requests.push_back(request(admission, "b", Priority::prefetch));
  for (auto& each : requests) {
    admission.wait(each, at(0));
  }
  EXPECT_EQ(admitted(admission, 0), (std::vector<Admission::Request*>{&requests[0], &requests[3]}));
}

TEST(Admission, ForgetsAWithdrawnRequest) {
  Admission admission(fixed(1, 10));
  auto first = request(admission, "a", Priority::bulk);
  auto second = request(admission, "a", Priority::bulk);
  admission.wait(first, at(0));
  admission.wait(second, at(0));
  admission.withdraw(first, at(0));
  EXPECT_EQ(admitted(admission, 0), std::vector<Admission::Request*>{&second});
  EXPECT_EQ(admission.waiting(), 0U);
}

TEST(Admission, SaysWhenTheGateOpens) {
  Admission admission(fixed(10, 10));
  auto first = request(admission, "a", Priority::bulk);
  admission.wait(first, at(0));
  static_cast<void>(admitted(admission, 0));
  admission.done(first, Outcome::throttled, at(0.1));
  admission.wait(first, at(0.1));
  EXPECT_TRUE(admitted(admission, 0.1).empty());
  const auto wake = admission.wake_at(at(0.1));
  ASSERT_TRUE(wake);
  EXPECT_EQ(admitted(admission, to_seconds(*wake - at(0)) + 1e-6).size(), 1U);
}

/// Invariants under random events: limits hold, the limit stays within its bounds and grows only
/// where it held work back, every place is given back once.
TEST(Admission, KeepsItsBoundsWhateverHappens) {
  for (const Mode mode : {Mode::adaptive, Mode::target}) {
    for (std::uint64_t seed = 1; seed <= 30; ++seed) {
      std::mt19937_64 random(seed);
      const auto draw = [&](int most) {
        return std::uniform_int_distribution<int>(0, most)(random);
      };
      AdmissionOptions options;
      options.lane.mode = mode;
      options.lane.target_latency = std::chrono::milliseconds(100);
      options.lane.ceiling = 1 + draw(99);
      options.lane.start = 1 + draw(49);
      options.cap = 1 + draw(149);
      Admission admission(options);
      std::deque<Admission::Request> requests;
      std::vector<Admission::Request*> waiting, flying;
      double now = 0;
      std::size_t sent = 0, done = 0;
      for (int event = 0; event < 3000; ++event) {
        now += draw(1000) * 1e-5;
        const int kind = draw(9);
        if (kind < 5 && waiting.size() < 300) {
          requests.push_back(
              request(admission, draw(1) == 0 ? "a" : "b", static_cast<Priority>(draw(2))));
          admission.wait(requests.back(), at(now), draw(3) == 0);
          waiting.push_back(&requests.back());
        } else if (kind == 5 && !waiting.empty()) {
          const auto index = static_cast<std::size_t>(draw(static_cast<int>(waiting.size()) - 1));
          admission.withdraw(*waiting[index], at(now));
          waiting.erase(waiting.begin() + static_cast<std::ptrdiff_t>(index));
        } else if (!flying.empty()) {
          const auto index = static_cast<std::size_t>(draw(static_cast<int>(flying.size()) - 1));
          constexpr std::array k_outcomes = {Outcome::ok,
                                             Outcome::ok,
                                             Outcome::ok,
                                             Outcome::ok,
                                             Outcome::error,
                                             Outcome::throttled,
                                             Outcome::timeout,
                                             Outcome::cancelled};
          const Outcome outcome = k_outcomes[static_cast<std::size_t>(draw(7))];
          auto& lane = flying[index]->lane->lane;
          const double before = lane.limit();
          admission.done(*flying[index], outcome, at(now));
          if (outcome == Outcome::throttled || outcome == Outcome::cancelled) {
            EXPECT_EQ(lane.limit(), before);
          }
          flying.erase(flying.begin() + static_cast<std::ptrdiff_t>(index));
          ++done;
        }
        for (auto* each : admitted(admission, now)) {
          ++sent;
          flying.push_back(each);
          std::erase(waiting, each);
          EXPECT_LE(each->load, std::max(1, static_cast<int>(each->lane->lane.limit())));
        }
        ASSERT_EQ(admission.in_flight(), static_cast<int>(sent - done));
        ASSERT_EQ(admission.waiting(), waiting.size());
        ASSERT_LE(admission.in_flight(), options.cap);
        for (const auto& [name, state] : admission.lanes()) {
          ASSERT_GE(state->lane.limit(), 1);
          ASSERT_LE(state->lane.limit(), std::min(options.lane.ceiling, options.cap));
          if (const auto rate = state->lane.rate()) {
            ASSERT_GE(*rate, 0.5);
          }
        }
      }
      // Everything that waits is sent in the end.
      while (!waiting.empty() || !flying.empty()) {
        for (auto* each : flying) {
          admission.done(*each, Outcome::ok, at(now));
        }
        flying = admitted(admission, now);
        for (auto* each : flying) {
          std::erase(waiting, each);
        }
        now += 2.1;
      }
      EXPECT_EQ(admission.in_flight(), 0);
    }
  }
}

TEST(Admission, AnInteractiveRequestThatIsAloneWaitsForNoGate) {
  Admission admission(fixed(1, 10));
  for (int i = 0; i < 3; ++i) {
    auto alone = request(admission, "a", Priority::interactive);
    admission.wait(alone, at(0));
    ASSERT_EQ(admitted(admission, 0).size(), 1U);
    admission.done(alone, Outcome::throttled, at(0));
  }
  // One of a batch waits, and so do two.
  auto bulk = request(admission, "a", Priority::bulk);
  admission.wait(bulk, at(0.01));
  EXPECT_TRUE(admitted(admission, 0.01).empty());
  admission.withdraw(bulk, at(0.01));
  auto one = request(admission, "a", Priority::interactive);
  auto other = request(admission, "a", Priority::interactive);
  admission.wait(one, at(0.02));
  admission.wait(other, at(0.02));
  EXPECT_TRUE(admitted(admission, 0.02).empty());
}

TEST(Admission, AnInteractiveRequestHeedsWhatServiceAndUserAskedFor) {
  Admission paused(fixed(1, 10));
  auto one = request(paused, "a", Priority::interactive);
  one.lane->lane.pause_until(at(3));
  paused.wait(one, at(0));
  EXPECT_TRUE(admitted(paused, 0).empty());
  EXPECT_EQ(admitted(paused, 3).size(), 1U);
  auto options = fixed(1, 10);
  options.rate = {0, 2};
  Admission slow(options);
  auto first = request(slow, "a", Priority::interactive);
  slow.wait(first, at(0));
  ASSERT_EQ(admitted(slow, 0).size(), 1U);
  slow.done(first, Outcome::ok, at(0));
  auto second = request(slow, "a", Priority::interactive);
  slow.wait(second, at(0.1));
  EXPECT_TRUE(admitted(slow, 0.1).empty());
  EXPECT_EQ(admitted(slow, 0.6).size(), 1U);
}

}  // namespace
}  // namespace virga::limit
