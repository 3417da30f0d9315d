// SPDX-License-Identifier: Apache-2.0
// What other processes, users and accidents make of the cache's folder, and of its counts of
// invalidations.
#include <chrono>
#include <filesystem>
#include <fstream>
#include <string>

#include <gtest/gtest.h>
#include <sys/stat.h>
#include <unistd.h>

#include "cache/cache.hpp"
#include "support/fake_clock.hpp"
#include "support/temporary_folder.hpp"

namespace virga::cache {
namespace {

using std::chrono::milliseconds;
using std::chrono::minutes;

class HostileFolder : public testing::Test {
 protected:
  [[nodiscard]] std::string root() const { return folder.path() + "/cache"; }

  [[nodiscard]] std::string epochs() const { return root() + "/epochs"; }

  [[nodiscard]] CacheOptions options(std::size_t memory_bytes = 0) const {
    CacheOptions out;
    out.root = root();
    out.memory = {memory_bytes, 100, 4};
    return out;
  }

  static Question question() {
    Question out;
    out.service = "ec2";
    out.operation = "DescribeInstances";
    out.identity = "key AKIDEXAMPLE";
    out.account = "123456789012";
    out.region = "eu-west-1";
    return out;
  }

  static Selection everything_of_ec2() {
    Selection out;
    out.account = "123456789012";
    out.service = "ec2";
    return out;
  }

  /// How many fetches there were when the answer was made.
  int read(Cache& cache, const std::function<void()>& meanwhile = {}) {
    Terms terms;
    terms.ttl = minutes(5);
    const auto page = cache.read(question(), terms)->next([&]() -> Result<Fetched> {
      if (meanwhile) {
        meanwhile();
      }
      return Fetched{Value(++fetches), true};
    });
    return page ? static_cast<int>(*(*page)->as_integer()) : -1;
  }

  bool is_in_memory(Cache& cache) {
    const auto asked = question();
    return cache.find_in_memory(make_key(asked), asked, minutes(5)) != nullptr;
  }

  test::TemporaryFolder folder;
  test::FakeClock clock;
  SystemRandom random;
  int fetches = 0;
};

constexpr std::size_t k_memory = 1U << 20U;

TEST_F(HostileFolder, AProcessWithMemoryLeavesNoLocksBehind) {
  Cache plugin(options(k_memory), clock, random);
  Cache other(options(), clock, random);
  EXPECT_EQ(read(plugin), 1);
  Cache third(options(), clock, random);
  EXPECT_EQ(read(third), 1) << "the answer of a process with memory is on disk";
  third.invalidate(everything_of_ec2());
  clock.advance(minutes(1));
  EXPECT_EQ(read(other), 2);
  EXPECT_EQ(read(third), 2);
}

TEST_F(HostileFolder, WhatIsPromotedWhileItIsBeingErasedIsNotUsedAfterwards) {
  Cache writer(options(), clock, random);
  EXPECT_EQ(read(writer), 1);
  Cache plugin(options(k_memory), clock, random);
  Selection selection = everything_of_ec2();
  selection.test = [&](const Metadata&) {
    EXPECT_EQ(read(plugin), 1);  // the new epoch has begun, and the entry is there still
    return true;
  };
  EXPECT_EQ(writer.invalidate(selection), 1U);
  EXPECT_FALSE(is_in_memory(plugin));
  EXPECT_EQ(read(plugin), 2);
}

TEST_F(HostileFolder, ARemovedFolderIsNoticed) {
  Cache plugin(options(k_memory), clock, random);
  EXPECT_EQ(read(plugin), 1);
  EXPECT_TRUE(is_in_memory(plugin));
  std::filesystem::remove_all(root());
  Cache other(options(), clock, random);
  other.invalidate(everything_of_ec2());
  clock.advance(milliseconds(150));
  EXPECT_FALSE(is_in_memory(plugin));
  EXPECT_EQ(read(plugin), 2);
  other.invalidate(everything_of_ec2());
  EXPECT_FALSE(is_in_memory(plugin)) << "the file that was made anew is looked at";
}

TEST_F(HostileFolder, OnesOwnWritesCountAtOnceWhereTheFolderIsGone) {
  Cache plugin(options(k_memory), clock, random);
  EXPECT_EQ(read(plugin), 1);
  std::filesystem::remove_all(root());
  plugin.invalidate(everything_of_ec2());
  EXPECT_FALSE(is_in_memory(plugin));
}

TEST_F(HostileFolder, OnesOwnWritesCountWhereThereCanBeNoFolder) {
  std::ofstream(root()) << "a file";
  Cache plugin(options(k_memory), clock, random);
  EXPECT_EQ(read(plugin), 1);
  EXPECT_TRUE(is_in_memory(plugin));
  plugin.invalidate(everything_of_ec2());
  EXPECT_FALSE(is_in_memory(plugin));
}

TEST_F(HostileFolder, NothingIsKeptAcrossAWriteWhateverBecomesOfTheCounts) {
  const auto damage = [&](int kind) {
    std::filesystem::create_directories(root());
    std::filesystem::remove_all(epochs());
    if (kind == 1) {
      std::ofstream(epochs()) << "virgaEP1";
    } else if (kind == 2) {
      std::ofstream(epochs()) << "virgaEP1" << std::string(1000, 'x');
    } else if (kind == 3) {
      ASSERT_EQ(mkfifo(epochs().c_str(), 0600), 0);
    } else if (kind == 4) {
      std::ofstream(folder.path() + "/elsewhere") << "precious";
      std::filesystem::create_symlink(folder.path() + "/elsewhere", epochs());
    }
  };
  for (const int before : {0, 1, 2, 3, 4}) {
    for (const int meanwhile : {-1, 0, 1, 2, 3, 4}) {
      damage(before);
      Cache cache(options(), clock, random);
      Cache writer(options(), clock, random);
      const int expected = fetches + 1;
      EXPECT_EQ(read(cache,
                     [&] {
                       if (meanwhile >= 0) {
                         damage(meanwhile);
                       }
                       writer.invalidate(everything_of_ec2());
                     }),
                expected);
      clock.advance(minutes(1));
      EXPECT_EQ(read(cache), expected + 1) << before << ", then " << meanwhile;
      EXPECT_EQ(read(cache), expected + 1) << "and things are kept again";
      writer.invalidate(everything_of_ec2());
      clock.advance(minutes(1));
    }
  }
  std::string text;
  std::ifstream(folder.path() + "/elsewhere") >> text;
  EXPECT_EQ(text, "precious");
}

TEST_F(HostileFolder, EntriesThatAreNoFilesCostAFetch) {
  Cache cache(options(), clock, random);
  EXPECT_EQ(read(cache), 1);
  std::string entry;
  cache.disk()->visit([&](const Found& found) {
    entry = root() + "/" + found.account + "/" + found.region + "/" + found.service + "/" +
            found.operation + "/" + found.key;
    return true;
  });
  ASSERT_TRUE(std::filesystem::remove(entry));
  ASSERT_EQ(mkfifo(entry.c_str(), 0600), 0);
  EXPECT_EQ(read(cache), 2);
  std::filesystem::remove(entry);
  std::filesystem::create_directories(entry + "/folder");
  EXPECT_EQ(read(cache), 3);
  std::filesystem::remove_all(entry);
  std::filesystem::create_symlink("/dev/zero", entry);
  EXPECT_EQ(read(cache), 4);
  EXPECT_EQ(read(cache), 4);
}

TEST_F(HostileFolder, AnothersFilesAreNotBelieved) {
  if (geteuid() != 0) {
    GTEST_SKIP() << "only a superuser can give files away";
  }
  constexpr uid_t k_other = 12345;
  Cache cache(options(), clock, random);
  EXPECT_EQ(read(cache), 1);
  for (const auto& file : std::filesystem::recursive_directory_iterator(root())) {
    if (file.is_regular_file()) {
      ASSERT_EQ(chown(file.path().c_str(), k_other, k_other), 0);
    }
  }
  EXPECT_EQ(read(cache), 2);
  EXPECT_EQ(read(cache), 2);
  ASSERT_EQ(chown(root().c_str(), k_other, k_other), 0);
  Cache in_anothers_folder(options(), clock, random);
  EXPECT_EQ(in_anothers_folder.disk(), nullptr);
  EXPECT_EQ(read(in_anothers_folder), 3);
  EXPECT_EQ(read(in_anothers_folder), 4);
}

TEST_F(HostileFolder, AWrongClockOfThePastDoesNotKeepFilesForever) {
  CacheOptions small = options();
  small.disk_bytes = 4096;
  Cache cache(small, clock, random);
  EXPECT_EQ(read(cache), 1);
  for (const auto& file : std::filesystem::recursive_directory_iterator(root())) {
    if (file.path().filename().string().size() == 64) {
      std::filesystem::last_write_time(
          file.path(), std::filesystem::file_time_type::clock::now() + std::chrono::hours(9999));
    }
  }
  EXPECT_TRUE(cache.sweep());
  EXPECT_EQ(read(cache), 2);
}

TEST_F(HostileFolder, LimitsOfMemoryCountTheQuestionsToo) {
  Cache cache(options(64U << 10U), clock, random);
  for (int i = 0; i < 100; ++i) {
    Question asked = question();
    asked.params.as_map()->append("Ids", std::to_string(i) + std::string(8000, 'x'));
    Terms terms;
    terms.ttl = minutes(5);
    ASSERT_TRUE(cache.read(asked, terms)->next([]() -> Result<Fetched> {
      return Fetched{Value(1), true};
    }));
  }
  EXPECT_LE(cache.memory().usage().entries, 8U);
}

}  // namespace
}  // namespace virga::cache
