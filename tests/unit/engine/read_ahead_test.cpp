// SPDX-License-Identifier: Apache-2.0
#include "engine/read_ahead.hpp"

#include <atomic>
#include <condition_variable>
#include <mutex>
#include <optional>
#include <stop_token>
#include <thread>

#include <gtest/gtest.h>

namespace virga::engine {
namespace {

/// Pages 1, 2, 3, ..., as many as there are; page `hangs_at` takes until the stop.
class CountedPages final : public Pages {
 public:
  CountedPages(int count, std::stop_token stop, int hangs_at = 0)
      : count_(count), hangs_at_(hangs_at), stop_(std::move(stop)) {}

  Result<std::optional<Page>> next() override {
    const int number = ++fetched_;
    if (number == hangs_at_) {
      std::mutex mutex;
      std::unique_lock lock(mutex);
      std::condition_variable_any never;
      never.wait(lock, stop_, [] { return false; });
      return fail(ErrorCode::interrupted, "Interrupted.");
    }
    if (number == fails_at) {
      return fail(ErrorCode::network, "no more");
    }
    if (number > count_) {
      return std::optional<Page>();
    }
    Page page;
    page.output = Value(number);
    page.is_last = number == count_ && !lies;
    return std::optional(std::move(page));
  }

  [[nodiscard]] int fetched() const { return fetched_; }

  int fails_at = 0;
  bool lies = false;  ///< about the last page: that it is not the last one

 private:
  int count_;
  int hangs_at_;
  std::stop_token stop_;
  std::atomic<int> fetched_ = 0;
};

std::int64_t number_of(const Result<std::optional<Page>>& answer) {
  return answer && answer->has_value() ? *(*answer)->output.as_integer() : 0;
}

void wait_until(const std::function<bool()>& holds) {
  while (!holds()) {
    std::this_thread::yield();
  }
}

TEST(ReadAhead, GivesEveryPageOnceAndInOrder) {
  constexpr int k_pages = 500;
  for (const bool lies : {false, true}) {
    std::stop_source stop;
    CountedPages pages(k_pages, stop.get_token());
    pages.lies = lies;
    ReadAhead ahead(pages, stop, {});
    for (int i = 1; i <= k_pages; ++i) {
      EXPECT_EQ(number_of(ahead.next()), i);
    }
    EXPECT_FALSE(ahead.next()->has_value());
    EXPECT_FALSE(ahead.next()->has_value());
  }
}

TEST(ReadAhead, FetchesOnePageMoreThanWasRead) {
  std::stop_source stop;
  CountedPages pages(100, stop.get_token());
  {
    ReadAhead ahead(pages, stop, {});
    EXPECT_EQ(pages.fetched(), 0);
    EXPECT_EQ(number_of(ahead.next()), 1);
    EXPECT_EQ(number_of(ahead.next()), 2);
    wait_until([&] { return pages.fetched() == 3; });
    EXPECT_EQ(number_of(ahead.next()), 3);
  }
  EXPECT_LE(pages.fetched(), 4);
}

TEST(ReadAhead, WhereToldSoFetchesWhatTheReaderWantsAndNoMore) {
  std::stop_source stop;
  CountedPages pages(100, stop.get_token());
  ReadAhead ahead(pages, stop, {}, ReadAhead::Begin::when_told);
  EXPECT_EQ(number_of(ahead.next()), 1);
  EXPECT_EQ(number_of(ahead.next()), 2);
  EXPECT_EQ(pages.fetched(), 2);
  ahead.go_on();
  ahead.go_on();
  wait_until([&] { return pages.fetched() == 3; });
  EXPECT_EQ(number_of(ahead.next()), 3);
  EXPECT_EQ(number_of(ahead.next()), 4);
  EXPECT_EQ(pages.fetched(), 4);
}

TEST(ReadAhead, WhereToldSoGivesEveryPageOnceAndInOrder) {
  constexpr int k_pages = 500;
  std::stop_source stop;
  CountedPages pages(k_pages, stop.get_token());
  ReadAhead ahead(pages, stop, {}, ReadAhead::Begin::when_told);
  for (int i = 1; i <= k_pages; ++i) {
    EXPECT_EQ(number_of(ahead.next()), i);
    if (i % 3 != 0) {
      ahead.go_on();
    }
  }
  EXPECT_FALSE(ahead.next()->has_value());
  EXPECT_EQ(pages.fetched(), k_pages);
}

TEST(ReadAhead, ASinglePageNeedsNoThread) {
  std::stop_source stop;
  CountedPages pages(1, stop.get_token());
  {
    ReadAhead ahead(pages, stop, {});
    EXPECT_EQ(number_of(ahead.next()), 1);
    EXPECT_FALSE(ahead.next()->has_value());
  }
  EXPECT_EQ(pages.fetched(), 1);
  EXPECT_FALSE(stop.stop_requested());
}

TEST(ReadAhead, EndsTheRunningFetchWhenItIsDestroyed) {
  std::stop_source stop;
  CountedPages pages(100, stop.get_token(), 2);
  {
    ReadAhead ahead(pages, stop, {});
    EXPECT_EQ(number_of(ahead.next()), 1);
    wait_until([&] { return pages.fetched() == 2; });
  }
  EXPECT_TRUE(stop.stop_requested());
  EXPECT_EQ(pages.fetched(), 2);
}

TEST(ReadAhead, StopsWaitingOnceTheReaderHasLeft) {
  std::stop_source stop;
  CountedPages pages(100, stop.get_token(), 2);
  ReadAhead ahead(pages, stop, [] { return true; });
  EXPECT_EQ(number_of(ahead.next()), 1);
  const auto answer = ahead.next();
  ASSERT_TRUE(answer);
  EXPECT_FALSE(answer->has_value());
}

TEST(ReadAhead, EndsWhereItsCallsWereStopped) {
  std::stop_source stop;
  CountedPages pages(100, stop.get_token());
  ReadAhead ahead(pages, stop, {});
  EXPECT_EQ(number_of(ahead.next()), 1);
  stop.request_stop();
  while (const auto answer = ahead.next()) {
    if (!answer->has_value()) {
      break;
    }
  }
  EXPECT_LE(pages.fetched(), 3);
}

TEST(ReadAhead, GivesAnErrorInItsPlaceAndNothingAfterIt) {
  std::stop_source stop;
  CountedPages pages(100, stop.get_token());
  pages.fails_at = 3;
  ReadAhead ahead(pages, stop, {});
  EXPECT_EQ(number_of(ahead.next()), 1);
  EXPECT_EQ(number_of(ahead.next()), 2);
  const auto answer = ahead.next();
  ASSERT_FALSE(answer);
  EXPECT_EQ(answer.error().message, "no more");
  EXPECT_FALSE(ahead.next()->has_value());
  EXPECT_EQ(pages.fetched(), 3);
}

}  // namespace
}  // namespace virga::engine
