// SPDX-License-Identifier: Apache-2.0
#include "limit/limiter.hpp"

#include <atomic>
#include <filesystem>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include <gtest/gtest.h>
#include <unistd.h>

namespace virga::limit {
namespace {

const LaneKey k_key{"AKID", "us-east-1", "ec2", "DescribeInstances"};

LimiterOptions fixed(int limit) {
  LimiterOptions out;
  out.admission.lane.mode = Mode::fixed;
  out.admission.lane.start = limit;
  return out;
}

class LimiterTest : public testing::Test {
 protected:
  void SetUp() override {
    folder_ = testing::TempDir() + "virga-limiter-" + std::to_string(getpid()) + "-" +
              testing::UnitTest::GetInstance()->current_test_info()->name();
    std::filesystem::remove_all(folder_);
  }

  void TearDown() override { std::filesystem::remove_all(folder_); }

  SystemClock clock_;
  std::string folder_;
};

TEST_F(LimiterTest, NeverLetsMoreThroughThanTheLimit) {
  Limiter limiter(fixed(3), clock_);
  std::atomic<int> inside = 0, most = 0, done = 0;
  std::vector<std::jthread> threads;
  for (int i = 0; i < 16; ++i) {
    threads.emplace_back([&] {
      for (int call = 0; call < 200; ++call) {
        auto slot = limiter.acquire(k_key, {Priority::bulk});
        ASSERT_TRUE(slot);
        const int now = ++inside;
        int seen = most.load();
        while (now > seen && !most.compare_exchange_weak(seen, now)) {
        }
        --inside;
        ++done;
        slot->finish(Outcome::ok);
      }
    });
  }
  threads.clear();
  EXPECT_EQ(done, 16 * 200);
  EXPECT_LE(most, 3);
  EXPECT_EQ(limiter.numbers().in_flight, 0);
  EXPECT_EQ(limiter.numbers().waiting, 0U);
  EXPECT_EQ(limiter.numbers().sent, 16U * 200U);
}

TEST_F(LimiterTest, GivesASlotBackThatWasDropped) {
  Limiter limiter(fixed(1), clock_);
  {
    const auto slot = limiter.acquire(k_key, {});
    ASSERT_TRUE(slot);
    EXPECT_EQ(limiter.numbers().in_flight, 1);
  }
  EXPECT_EQ(limiter.numbers().in_flight, 0);
  auto slot = limiter.acquire(k_key, {});
  ASSERT_TRUE(slot);
  auto moved = std::move(*slot);
  moved.finish(Outcome::ok);
  moved.finish(Outcome::ok);
  EXPECT_EQ(limiter.numbers().in_flight, 0);
}

TEST_F(LimiterTest, StopsWaitingAtTheDeadline) {
  Limiter limiter(fixed(1), clock_);
  const auto held = limiter.acquire(k_key, {});
  const auto late = limiter.acquire(
      k_key, {Priority::bulk, false, {}, clock_.steady_now() + std::chrono::milliseconds(5)});
  ASSERT_FALSE(late);
  EXPECT_EQ(late.error().code, ErrorCode::network);
  EXPECT_EQ(limiter.numbers().waiting, 0U);
}

TEST_F(LimiterTest, StopsWaitingWhenAsked) {
  Limiter limiter(fixed(1), clock_);
  const auto held = limiter.acquire(k_key, {});
  std::stop_source source;
  std::atomic<int> interrupted = 0;
  std::vector<std::jthread> threads;
  for (int i = 0; i < 8; ++i) {
    threads.emplace_back([&] {
      const auto slot = limiter.acquire(k_key, {Priority::bulk, false, source.get_token(), {}});
      interrupted += !slot && slot.error().code == ErrorCode::interrupted ? 1 : 0;
    });
  }
  source.request_stop();
  threads.clear();
  EXPECT_EQ(interrupted, 8);
  EXPECT_EQ(limiter.numbers().waiting, 0U);
}

TEST_F(LimiterTest, WakesByItselfWhenTheGateOpens) {
  Limiter limiter({}, clock_);
  for (int i = 0; i < 20; ++i) {
    auto slot = limiter.acquire(k_key, {});
    ASSERT_TRUE(slot);
    slot->finish(i < 19 ? Outcome::ok : Outcome::throttled);
  }
  std::atomic<int> through = 0;
  std::vector<std::jthread> threads;
  for (int i = 0; i < 4; ++i) {
    threads.emplace_back([&] {
      auto slot = limiter.acquire(k_key, {Priority::bulk});
      ASSERT_TRUE(slot);
      slot->finish(Outcome::ok);
      ++through;
    });
  }
  threads.clear();
  EXPECT_EQ(through, 4);
}

TEST_F(LimiterTest, LeavesTheDiskAloneForOneCallAfterTheOther) {
  LimiterOptions options;
  options.folder = folder_;
  {
    Limiter limiter(options, clock_);
    for (int i = 0; i < 10; ++i) {
      auto slot = limiter.acquire(k_key, {});
      ASSERT_TRUE(slot);
      slot->finish(Outcome::ok);
    }
  }
  EXPECT_FALSE(std::filesystem::exists(folder_));
}

TEST_F(LimiterTest, RemembersWhatALaneLearned) {
  LimiterOptions options;
  options.folder = folder_;
  options.admission.lane.start = 4;
  {
    Limiter limiter(options, clock_);
    // A window of 12 failures halves the limit: to 2, then to 1.
    for (const auto& [rounds, together] : {std::pair(3, 4), std::pair(6, 2)}) {
      for (int round = 0; round < rounds; ++round) {
        std::vector<Limiter::Slot> slots;
        for (int i = 0; i < together; ++i) {
          slots.push_back(std::move(*limiter.acquire(k_key, {})));
        }
        for (auto& slot : slots) {
          slot.finish(Outcome::timeout);
        }
      }
    }
  }
  EXPECT_TRUE(std::filesystem::exists(folder_));
  Limiter limiter(options, clock_);
  const auto first = limiter.acquire(k_key, {});
  const auto second = limiter.acquire(
      k_key, {Priority::bulk, false, {}, clock_.steady_now() + std::chrono::milliseconds(5)});
  EXPECT_FALSE(second);
}

TEST(DescriptorCap, LeavesRoom) { EXPECT_GE(descriptor_cap(), 1); }

}  // namespace
}  // namespace virga::limit
