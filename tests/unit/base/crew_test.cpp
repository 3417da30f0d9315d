// SPDX-License-Identifier: Apache-2.0
#include "base/crew.hpp"

#include <algorithm>
#include <atomic>
#include <chrono>
#include <condition_variable>
#include <mutex>
#include <numeric>
#include <string>
#include <vector>

#include <gtest/gtest.h>

namespace virga {
namespace {

/// What jobs write down.
struct Log {
  std::mutex mutex;
  std::vector<int> delivered;
  std::atomic<int> inside = 0;
  std::atomic<int> most_inside = 0;
  std::atomic<int> destroyed = 0;
};

/// Opens once; who comes before waits.
class Door {
 public:
  void open() {
    const std::lock_guard lock(mutex_);
    is_open_ = true;
    opened_.notify_all();
  }

  void pass() {
    std::unique_lock lock(mutex_);
    opened_.wait(lock, [this] { return is_open_; });
  }

 private:
  std::mutex mutex_;
  std::condition_variable opened_;
  bool is_open_ = false;
};

class TestJob final : public Job {
 public:
  TestJob(Log& log, int number, std::function<void()> work = {}, std::size_t bytes = 0)
      : log_(log), number_(number), work_(std::move(work)), bytes_(bytes) {}

  TestJob(const TestJob&) = delete;
  TestJob& operator=(const TestJob&) = delete;

  ~TestJob() override { ++log_.destroyed; }

  void run() override {
    const int now = ++log_.inside;
    int seen = log_.most_inside;
    while (now > seen && !log_.most_inside.compare_exchange_weak(seen, now)) {
    }
    if (work_) {
      work_();
    }
    --log_.inside;
  }

  void deliver() override {
    const std::lock_guard lock(log_.mutex);
    log_.delivered.push_back(number_);
  }

  [[nodiscard]] std::size_t bytes() const override { return bytes_; }

 private:
  Log& log_;
  int number_;
  std::function<void()> work_;
  std::size_t bytes_;
};

std::vector<int> count_to(int last) {
  std::vector<int> out(static_cast<std::size_t>(last));
  std::iota(out.begin(), out.end(), 0);
  return out;
}

TEST(Crew, DeliversEveryJobInOrder) {
  Log log;
  Crew crew({.threads = 8, .window = 32});
  for (int i = 0; i < 2000; ++i) {
    ASSERT_TRUE(crew.add(i % 3 == 0 ? "a" : "b", std::make_unique<TestJob>(log, i)));
  }
  crew.finish();
  EXPECT_EQ(log.delivered, count_to(2000));
  EXPECT_LE(log.most_inside, 8);
}

TEST(Crew, DeliversAsTheyComeWhereOrderIsNotWanted) {
  Log log;
  Door door;
  Crew crew({.threads = 2, .ordered = false});
  ASSERT_TRUE(crew.add("slow", std::make_unique<TestJob>(log, 0, [&] { door.pass(); })));
  ASSERT_TRUE(crew.add("fast", std::make_unique<TestJob>(log, 1, [&] {})));
  ASSERT_TRUE(crew.add("fast", std::make_unique<TestJob>(log, 2, [&] { door.open(); })));
  crew.finish();
  std::sort(log.delivered.begin(), log.delivered.end());
  EXPECT_EQ(log.delivered, count_to(3));
}

TEST(Crew, ASlowGroupLeavesThreadsToOthers) {
  Log log;
  Door door;
  Crew crew({.threads = 9, .ordered = false});
  for (int i = 0; i < 20; ++i) {
    ASSERT_TRUE(crew.add("slow", std::make_unique<TestJob>(log, i, [&] { door.pass(); })));
  }
  // Would wait for ever if the slow ones had taken all threads.
  ASSERT_TRUE(crew.add("fast", std::make_unique<TestJob>(log, 20, [&] { door.open(); })));
  crew.finish();
  EXPECT_EQ(log.delivered.size(), 21U);
}

TEST(Crew, BeginsOnlyTheNextInOrderWhileMuchIsHeld) {
  Log log;
  Door door;
  std::atomic<int> begun = 0;
  Crew crew({.threads = 4, .held_bytes = 1000});
  ASSERT_TRUE(crew.add("a", std::make_unique<TestJob>(log, 0, [&] { door.pass(); })));
  for (int i = 1; i < 100; ++i) {
    ASSERT_TRUE(crew.add("b",
                         std::make_unique<TestJob>(
                             log, i, [&] { ++begun; }, 300)));
  }
  while (begun < 4) {
    std::this_thread::yield();
  }
  std::this_thread::sleep_for(std::chrono::milliseconds(20));
  EXPECT_LE(begun, 4 + 3);  // what was running as the bound was reached
  door.open();
  crew.finish();
  EXPECT_EQ(log.delivered, count_to(100));
}

TEST(Crew, AStopDropsWhatWasNotBegunAndDeliversTheRest) {
  Log log;
  Door door;
  std::atomic<int> begun = 0;
  {
    Crew crew({.threads = 3});
    for (int i = 0; i < 50; ++i) {
      ASSERT_TRUE(crew.add("a", std::make_unique<TestJob>(log, i, [&, i] {
                             ++begun;
                             if (i == 10) {
                               crew.stop();
                             }
                           })));
      if (i == 10) {
        while (!crew.is_stopped()) {
          std::this_thread::yield();
        }
        break;
      }
    }
    EXPECT_FALSE(crew.add("a", std::make_unique<TestJob>(log, 99)));
    crew.finish();
    EXPECT_EQ(static_cast<int>(log.delivered.size()), begun);
    EXPECT_TRUE(std::is_sorted(log.delivered.begin(), log.delivered.end()));
  }
  EXPECT_EQ(log.destroyed, 12);
}

TEST(Crew, AWindowThatIsFullHoldsTheReaderBack) {
  Log log;
  Door door;
  std::atomic<int> added = 0;
  Crew crew({.threads = 2, .window = 5});
  std::jthread reader([&] {
    for (int i = 0; i < 20; ++i) {
      ASSERT_TRUE(crew.add("a", std::make_unique<TestJob>(log, i, [&] { door.pass(); })));
      ++added;
    }
    crew.finish();
  });
  while (added < 5) {
    std::this_thread::yield();
  }
  std::this_thread::sleep_for(std::chrono::milliseconds(20));
  EXPECT_EQ(added, 5);
  door.open();
  reader.join();
  EXPECT_EQ(log.delivered, count_to(20));
}

}  // namespace
}  // namespace virga
