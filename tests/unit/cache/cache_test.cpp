// SPDX-License-Identifier: Apache-2.0
#include "cache/cache.hpp"

#include <atomic>
#include <filesystem>
#include <fstream>
#include <thread>
#include <vector>

#include <gtest/gtest.h>
#include <sys/stat.h>

#include "support/fake_clock.hpp"
#include "support/temporary_folder.hpp"
#include "value/json_write.hpp"

namespace virga::cache {
namespace {

using std::chrono::hours;
using std::chrono::minutes;
using std::chrono::seconds;

Question question(const std::string& id) {
  Question out;
  out.service = "ec2";
  out.operation = "DescribeInstances";
  out.params.as_map()->append("Id", id);
  out.identity = "key AKIDEXAMPLE";
  out.account = "123456789012";
  out.region = "eu-west-1";
  return out;
}

Terms terms(seconds ttl = minutes(5)) {
  Terms out;
  out.ttl = ttl;
  return out;
}

class CacheTest : public testing::Test {
 protected:
  [[nodiscard]] CacheOptions options() const {
    CacheOptions out;
    out.root = folder.path() + "/cache";
    return out;
  }

  /// Reads one page that says how often something was fetched.
  Result<PagePtr> read(Cache& cache, const Question& asked, const Terms& wanted) {
    const auto reading = cache.read(asked, wanted);
    auto page = reading->next([&]() -> Result<Fetched> {
      if (fails) {
        return fail(Error{ErrorCode::network, "down", std::nullopt, NetworkFailure::connect});
      }
      return Fetched{Value(++fetches), true};
    });
    outcome = reading->outcome();
    age = reading->age();
    return page;
  }

  int number(Cache& cache, const Question& asked, const Terms& wanted) {
    const auto page = read(cache, asked, wanted);
    return page ? static_cast<int>(*(*page)->as_integer()) : -1;
  }

  [[nodiscard]] std::vector<std::string> files() const {
    std::vector<std::string> out;
    for (const auto& entry : std::filesystem::recursive_directory_iterator(folder.path())) {
      if (entry.is_regular_file() && entry.path().filename().string().size() == 64) {
        out.push_back(entry.path().string());
      }
    }
    return out;
  }

  test::TemporaryFolder folder;
  test::FakeClock clock;
  SystemRandom random;
  int fetches = 0;
  bool fails = false;
  Outcome outcome = Outcome::bypass;
  std::chrono::microseconds age{0};
};

TEST_F(CacheTest, AnswersFromDiskUntilTheTimeIsOver) {
  Cache cache(options(), clock, random);
  EXPECT_EQ(number(cache, question("a"), terms()), 1);
  EXPECT_EQ(outcome, Outcome::miss);
  clock.advance(minutes(4));
  EXPECT_EQ(number(cache, question("a"), terms()), 1);
  EXPECT_EQ(outcome, Outcome::hit);
  EXPECT_EQ(age, minutes(4));
  EXPECT_EQ(number(cache, question("b"), terms()), 2);
  clock.advance(minutes(2));
  EXPECT_EQ(number(cache, question("a"), terms()), 3);
}

TEST_F(CacheTest, AShorterRuleCountsForOlderEntriesToo) {
  Cache cache(options(), clock, random);
  EXPECT_EQ(number(cache, question("a"), terms(hours(1))), 1);
  clock.advance(minutes(10));
  EXPECT_EQ(number(cache, question("a"), terms(minutes(5))), 2);
}

TEST_F(CacheTest, FilesAreTheUsersAlone) {
  Cache cache(options(), clock, random);
  EXPECT_EQ(number(cache, question("a"), terms()), 1);
  const auto found = files();
  ASSERT_EQ(found.size(), 1U);
  EXPECT_NE(found[0].find("/123456789012/eu-west-1/ec2/DescribeInstances/"), std::string::npos);
  for (std::filesystem::path path = found[0]; path != std::filesystem::path(folder.path());
       path = path.parent_path()) {
    struct stat info {};

    ASSERT_EQ(stat(path.c_str(), &info), 0);
    EXPECT_EQ(info.st_mode & 0777U, S_ISDIR(info.st_mode) ? 0700U : 0600U) << path;
  }
}

TEST_F(CacheTest, MaxAgeAndRefresh) {
  Cache cache(options(), clock, random);
  EXPECT_EQ(number(cache, question("a"), terms()), 1);
  clock.advance(minutes(2));
  Terms wanted = terms();
  wanted.max_age = minutes(1);
  EXPECT_EQ(number(cache, question("a"), wanted), 2);
  wanted.max_age.reset();
  wanted.look_up = false;
  EXPECT_EQ(number(cache, question("a"), wanted), 3);
  EXPECT_EQ(number(cache, question("a"), terms()), 3);
}

TEST_F(CacheTest, OnlyKeptNeverFetches) {
  Cache cache(options(), clock, random);
  Terms wanted = terms();
  wanted.only_kept = true;
  const auto missing = read(cache, question("a"), wanted);
  ASSERT_FALSE(missing);
  EXPECT_NE(missing.error().message.find("--offline"), std::string::npos);
  EXPECT_EQ(fetches, 0);
  EXPECT_EQ(number(cache, question("a"), terms()), 1);
  clock.advance(hours(2));
  EXPECT_EQ(number(cache, question("a"), wanted), 1);
  EXPECT_EQ(outcome, Outcome::stale_hit);
}

TEST_F(CacheTest, AStaleAnswerServesAFailureOnlyWhereAskedFor) {
  Cache cache(options(), clock, random);
  EXPECT_EQ(number(cache, question("a"), terms()), 1);
  clock.advance(hours(1));
  fails = true;
  EXPECT_EQ(number(cache, question("a"), terms()), -1);
  Terms wanted = terms();
  wanted.stale_if_error = true;
  EXPECT_EQ(number(cache, question("a"), wanted), 1);
  EXPECT_EQ(outcome, Outcome::stale_hit);
}

TEST_F(CacheTest, StaleWhileRevalidateHasABound) {
  Cache cache(options(), clock, random);
  EXPECT_EQ(number(cache, question("a"), terms()), 1);
  clock.advance(minutes(6));
  Terms wanted = terms();
  wanted.stale_while_revalidate = minutes(5);
  EXPECT_EQ(number(cache, question("a"), wanted), 1);
  EXPECT_EQ(outcome, Outcome::stale_hit);
  clock.advance(minutes(5));
  EXPECT_EQ(number(cache, question("a"), wanted), 2);
}

TEST_F(CacheTest, NothingIsKeptWithoutTime) {
  Cache cache(options(), clock, random);
  EXPECT_EQ(number(cache, question("a"), terms(seconds(0))), 1);
  EXPECT_EQ(outcome, Outcome::bypass);
  EXPECT_EQ(number(cache, question("a"), terms(seconds(0))), 2);
  EXPECT_TRUE(files().empty());
}

TEST_F(CacheTest, ErrorsAreNotKept) {
  Cache cache(options(), clock, random);
  fails = true;
  EXPECT_EQ(number(cache, question("a"), terms()), -1);
  fails = false;
  EXPECT_EQ(number(cache, question("a"), terms()), 1);
}

TEST_F(CacheTest, InvalidationErasesWhatIsSelected) {
  Cache cache(options(), clock, random);
  Question roles = question("r");
  roles.service = "iam";
  roles.operation = "ListRoles";
  EXPECT_EQ(number(cache, question("a"), terms()), 1);
  EXPECT_EQ(number(cache, question("b"), terms()), 2);
  EXPECT_EQ(number(cache, roles, terms()), 3);
  Selection selection;
  selection.account = "123456789012";
  selection.service = "ec2";
  selection.operation = "Describe*";
  selection.test = [](const Metadata& metadata) {
    return metadata.question.params.text("Id") == "b";
  };
  EXPECT_EQ(cache.invalidate(selection), 1U);
  EXPECT_EQ(number(cache, question("a"), terms()), 1);
  clock.advance(minutes(1));
  EXPECT_EQ(number(cache, question("b"), terms()), 4);
  EXPECT_EQ(number(cache, roles, terms()), 3);
}

TEST_F(CacheTest, WhatWasFetchedBeforeAnInvalidationIsNotKeptAfterIt) {
  Cache cache(options(), clock, random);
  const auto reading = cache.read(question("a"), terms());
  const auto page = reading->next([&]() -> Result<Fetched> {
    Selection selection;
    selection.account = "123456789012";
    selection.service = "ec2";
    cache.invalidate(selection);
    return Fetched{Value("before the write"), true};
  });
  ASSERT_TRUE(page);
  EXPECT_TRUE(files().empty());
  clock.advance(minutes(1));
  EXPECT_EQ(number(cache, question("a"), terms()), 1);
}

TEST_F(CacheTest, NobodyJoinsAFlightFromBeforeAWrite) {
  Cache cache(options(), clock, random);
  const auto reading = cache.read(question("a"), terms());
  const auto page = reading->next([&]() -> Result<Fetched> {
    Selection selection;
    selection.account = "";
    selection.service = "ec2";
    cache.invalidate(selection);
    // Would wait for itself if it joined.
    EXPECT_EQ(number(cache, question("a"), terms()), 1);
    return Fetched{Value("before the write"), true};
  });
  ASSERT_TRUE(page);
}

TEST_F(CacheTest, AServiceThatWasJustWrittenToIsNotKeptForLong) {
  Cache cache(options(), clock, random);
  EXPECT_EQ(number(cache, question("a"), terms()), 1);
  Selection selection;
  selection.account = "123456789012";
  selection.service = "ec2";
  EXPECT_EQ(cache.invalidate(selection), 1U);
  clock.advance(seconds(3));
  EXPECT_EQ(number(cache, question("a"), terms()), 2);
  clock.advance(seconds(2));
  EXPECT_EQ(number(cache, question("a"), terms()), 2);
  clock.advance(seconds(2));
  EXPECT_EQ(number(cache, question("a"), terms()), 3);
}

TEST_F(CacheTest, UnknownAccountsAreInvalidatedWithEveryAccount) {
  Cache cache(options(), clock, random);
  Question unknown = question("a");
  unknown.account = "";
  EXPECT_EQ(number(cache, unknown, terms()), 1);
  Selection selection;
  selection.account = "999999999999";
  selection.service = "ec2";
  EXPECT_EQ(cache.invalidate(selection), 1U);
  selection.account = "";
  EXPECT_EQ(number(cache, question("a"), terms()), 2);
  EXPECT_EQ(cache.invalidate(selection), 1U);
}

TEST_F(CacheTest, PagesOfOneFetchInOrder) {
  Cache cache(options(), clock, random);
  const auto fetch_pages = [&](int count, Reading& reading, int stop) {
    for (int i = 1; i <= stop; ++i) {
      const auto page = reading.next([&]() -> Result<Fetched> {
        return Fetched{Value(100 * (++fetches) + i), i == count};
      });
      ASSERT_TRUE(page);
    }
  };
  fetch_pages(3, *cache.read(question("a"), terms()), 3);
  EXPECT_EQ(fetches, 3);
  const auto again = cache.read(question("a"), terms());
  for (int i = 1; i <= 3; ++i) {
    const auto page = again->next([]() -> Result<Fetched> { return fail(ErrorCode::io, "no"); });
    ASSERT_TRUE(page);
    EXPECT_EQ(**page, Value(100 * i + i));
  }
  EXPECT_FALSE(again->next([]() -> Result<Fetched> { return fail(ErrorCode::io, "no"); }));
}

TEST_F(CacheTest, AnIncompleteAnswerServesWhoNeedsNoMore) {
  Cache cache(options(), clock, random);
  const auto fetch = [&]() -> Result<Fetched> { return Fetched{Value(++fetches), false}; };
  {
    const auto reading = cache.read(question("a"), terms());
    ASSERT_TRUE(reading->next(fetch));
    ASSERT_TRUE(reading->next(fetch));
  }
  const auto first_two = [](const std::vector<PagePtr>& pages) { return pages.size() >= 2; };
  const auto first_three = [](const std::vector<PagePtr>& pages) { return pages.size() >= 3; };
  EXPECT_EQ(number(cache, question("a"), terms()), 1);
  const auto two = cache.read(question("a"), terms(), first_two);
  ASSERT_TRUE(two->next(fetch));
  const auto second = two->next(fetch);
  ASSERT_TRUE(second);
  EXPECT_EQ(**second, Value(2));
  EXPECT_EQ(two->outcome(), Outcome::hit);
  const auto three = cache.read(question("a"), terms(), first_three);
  const auto page = three->next(fetch);
  ASSERT_TRUE(page);
  EXPECT_EQ(**page, Value(3));
}

TEST_F(CacheTest, DamageCostsAFetch) {
  Cache cache(options(), clock, random);
  EXPECT_EQ(number(cache, question("a"), terms()), 1);
  const std::string path = files().at(0);
  const auto size = std::filesystem::file_size(path);
  int expected = 1;
  for (std::uintmax_t at = 0; at < size; ++at) {
    if (at >= k_access_offset && at < k_header_bytes) {
      continue;
    }
    std::fstream file(path, std::ios::in | std::ios::out | std::ios::binary);
    file.seekg(static_cast<std::streamoff>(at));
    const char byte = static_cast<char>(file.get() ^ 0x10);
    file.seekp(static_cast<std::streamoff>(at));
    file.put(byte);
    file.close();
    ASSERT_EQ(number(cache, question("a"), terms()), ++expected) << "byte " << at;
  }
  std::filesystem::resize_file(path, size - 1);
  EXPECT_EQ(number(cache, question("a"), terms()), ++expected);
  std::filesystem::resize_file(path, size + 1);
  EXPECT_EQ(number(cache, question("a"), terms()), ++expected);
  std::filesystem::resize_file(path, 0);
  EXPECT_EQ(number(cache, question("a"), terms()), ++expected);
}

TEST_F(CacheTest, AClockThatWasSetBackCostsAFetch) {
  Cache cache(options(), clock, random);
  EXPECT_EQ(number(cache, question("a"), terms()), 1);
  clock.advance(-minutes(30));
  EXPECT_EQ(number(cache, question("a"), terms()), 2);
}

TEST_F(CacheTest, WorksWithoutAFolder) {
  std::ofstream(folder.path() + "/file") << "not a folder";
  CacheOptions broken = options();
  broken.root = folder.path() + "/file/cache";
  Cache cache(broken, clock, random);
  EXPECT_EQ(number(cache, question("a"), terms()), 1);
  EXPECT_EQ(number(cache, question("a"), terms()), 2);
  EXPECT_FALSE(cache.wants_sweep());
  EXPECT_FALSE(cache.sweep());
  EXPECT_EQ(cache.invalidate(Selection()), 0U);
}

TEST_F(CacheTest, MemoryAnswersUntilAnotherProcessWrites) {
  CacheOptions with_memory = options();
  with_memory.memory = {16U << 20U, 1000, 16};
  Cache cache(with_memory, clock, random);
  EXPECT_EQ(number(cache, question("a"), terms()), 1);
  const auto asked = question("a");
  EXPECT_NE(cache.find_in_memory(make_key(asked), asked, minutes(5)), nullptr);
  for (const auto& path : files()) {
    std::filesystem::remove(path);
  }
  EXPECT_EQ(number(cache, question("a"), terms()), 1);
  Cache other(options(), clock, random);
  Selection selection;
  selection.account = "123456789012";
  selection.service = "ec2";
  other.invalidate(selection);
  EXPECT_EQ(cache.find_in_memory(make_key(asked), asked, minutes(5)), nullptr);
  EXPECT_EQ(number(cache, question("a"), terms()), 2);
}

TEST_F(CacheTest, DiskIsPromotedToMemory) {
  {
    Cache cache(options(), clock, random);
    EXPECT_EQ(number(cache, question("a"), terms()), 1);
  }
  CacheOptions with_memory = options();
  with_memory.memory = {16U << 20U, 1000, 16};
  Cache cache(with_memory, clock, random);
  EXPECT_EQ(cache.memory().usage().entries, 0U);
  EXPECT_EQ(number(cache, question("a"), terms()), 1);
  EXPECT_EQ(cache.memory().usage().entries, 1U);
}

TEST_F(CacheTest, WhatIsKeptInMemoryIsKeptOnDiskToo) {
  CacheOptions with_memory = options();
  with_memory.memory = {16U << 20U, 1000, 16};
  Cache cache(with_memory, clock, random);
  EXPECT_EQ(number(cache, question("a"), terms()), 1);
  EXPECT_EQ(files().size(), 1U);
}

TEST_F(CacheTest, MemoryAloneIsACacheToo) {
  CacheOptions memory_only;
  memory_only.memory = {16U << 20U, 1000, 16};
  Cache cache(memory_only, clock, random);
  EXPECT_EQ(number(cache, question("a"), terms()), 1);
  EXPECT_EQ(number(cache, question("a"), terms()), 1);
  Selection selection;
  selection.account = "123456789012";
  selection.service = "ec2";
  cache.invalidate(selection);
  EXPECT_EQ(number(cache, question("a"), terms()), 2);
}

TEST_F(CacheTest, AnAnswerAboveTheBoundIsNotKept) {
  CacheOptions small = options();
  small.most_entry_bytes = 100;
  small.codec = Codec::none;
  Cache cache(small, clock, random);
  const auto fetch = [&]() -> Result<Fetched> {
    ++fetches;
    return Fetched{Value(std::string(200, 'x')), true};
  };
  ASSERT_TRUE(cache.read(question("a"), terms())->next(fetch));
  ASSERT_TRUE(cache.read(question("a"), terms())->next(fetch));
  EXPECT_EQ(fetches, 2);
  EXPECT_TRUE(files().empty());
}

TEST_F(CacheTest, LargeAnswersGoThroughInPages) {
  for (const Codec codec : {Codec::none, Codec::gzip, Codec::zstd}) {
    CacheOptions with_codec = options();
    with_codec.codec = codec;
    Cache cache(with_codec, clock, random);
    Question asked = question(std::string(codec_name(codec)));
    const auto text = [](int i) {
      std::string out(300000, static_cast<char>('a' + i));
      for (std::size_t j = 0; j < out.size(); j += 7) {
        out[j] = static_cast<char>('0' + j * 31 % 71);
      }
      return out;
    };
    {
      const auto reading = cache.read(asked, terms());
      for (int i = 0; i < 10; ++i) {
        ASSERT_TRUE(reading->next([&]() -> Result<Fetched> {
          return Fetched{Value(text(i)), i == 9};
        }));
      }
    }
    const auto reading = cache.read(asked, terms());
    for (int i = 0; i < 10; ++i) {
      const auto page =
          reading->next([]() -> Result<Fetched> { return fail(ErrorCode::io, "no"); });
      ASSERT_TRUE(page) << page.error().message;
      EXPECT_EQ(**page, Value(text(i)));
    }
  }
}

TEST_F(CacheTest, SweepingKeepsTheMostRecentlyUsed) {
  CacheOptions small = options();
  small.disk_bytes = 10 * 4096;
  Cache cache(small, clock, random);
  for (int i = 0; i < 12; ++i) {
    EXPECT_EQ(number(cache, question(std::to_string(i)), terms()), i + 1);
  }
  // The system's clock set the times of the files; those of the first three are made later ones.
  for (int i = 0; i < 3; ++i) {
    EXPECT_EQ(number(cache, question(std::to_string(i)), terms()), i + 1);
  }
  EXPECT_TRUE(cache.wants_sweep());
  EXPECT_TRUE(cache.sweep());
  EXPECT_FALSE(cache.wants_sweep());
  EXPECT_EQ(files().size(), 9U);
  for (int i = 0; i < 3; ++i) {
    EXPECT_EQ(number(cache, question(std::to_string(i)), terms()), i + 1);
  }
}

TEST_F(CacheTest, ManyThreadsMakeOneFetch) {
  CacheOptions with_memory = options();
  with_memory.memory = {16U << 20U, 1000, 16};
  SystemClock real;
  Cache cache(with_memory, real, random);
  std::atomic<int> count{0};
  std::vector<std::thread> threads;
  for (int i = 0; i < 16; ++i) {
    threads.emplace_back([&] {
      // Nothing is kept: what they share is the flight alone.
      const auto page =
          cache.read(question("a"), terms(seconds(0)))->next([&]() -> Result<Fetched> {
            std::this_thread::sleep_for(std::chrono::milliseconds(200));
            return Fetched{Value(++count), true};
          });
      ASSERT_TRUE(page);
      EXPECT_EQ(**page, Value(1));
    });
  }
  for (auto& thread : threads) {
    thread.join();
  }
  EXPECT_EQ(count, 1);
}

TEST_F(CacheTest, ThreadsShareAnError) {
  SystemClock real;
  Cache cache(options(), real, random);
  std::atomic<int> count{0};
  std::vector<std::thread> threads;
  for (int i = 0; i < 8; ++i) {
    threads.emplace_back([&] {
      const auto page = cache.read(question("a"), terms())->next([&]() -> Result<Fetched> {
        ++count;
        std::this_thread::sleep_for(std::chrono::milliseconds(200));
        return fail(ErrorCode::service, "AccessDenied");
      });
      ASSERT_FALSE(page);
      EXPECT_EQ(page.error().message, "AccessDenied");
    });
  }
  for (auto& thread : threads) {
    thread.join();
  }
  EXPECT_EQ(count, 1);
}

TEST_F(CacheTest, CachedDecoratesAnything) {
  Cache cache(options(), clock, random);
  Question asked;
  asked.service = "my-tool";
  asked.operation = "weather";
  Terms wanted;
  wanted.ttl = minutes(1);
  const auto next = [&]() -> Result<Value> { return Value(++fetches); };
  for (int i = 0; i < 3; ++i) {
    const auto page = cached(cache, asked, wanted, next);
    ASSERT_TRUE(page);
    EXPECT_EQ(**page, Value(1));
  }
  clock.advance(seconds(30));
  wanted.max_age = seconds(10);
  EXPECT_EQ(**cached(cache, asked, wanted, next), Value(2));
  wanted.look_up = false;
  EXPECT_EQ(**cached(cache, asked, wanted, next), Value(3));
}

}  // namespace
}  // namespace virga::cache
