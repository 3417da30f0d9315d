// SPDX-License-Identifier: Apache-2.0
#include "limit/memory.hpp"

#include <cmath>
#include <filesystem>
#include <fstream>
#include <string>

#include <gtest/gtest.h>
#include <sys/stat.h>

#include "base/files.hpp"

namespace virga::limit {
namespace {

const TimePoint k_now{std::chrono::seconds(1'700'000'000)};

const Learned k_learned{{120, true}, {19.75, 87.5, 0.25}};

class LimitMemory : public testing::Test {
 protected:
  void SetUp() override {
    folder_ = testing::TempDir() + "virga-limits-" + std::to_string(getpid()) + "-" +
              testing::UnitTest::GetInstance()->current_test_info()->name();
    std::filesystem::remove_all(folder_);
  }

  void TearDown() override { std::filesystem::remove_all(folder_); }

  void write(const std::string& bytes) {
    std::filesystem::create_directories(folder_);
    std::ofstream(memory().path_of("lane"), std::ios::binary) << bytes;
  }

  [[nodiscard]] Memory memory() const { return Memory(folder_); }

  std::string folder_;
};

TEST_F(LimitMemory, GivesBackWhatItWasGiven) {
  ASSERT_TRUE(memory().save("lane", k_learned, k_now));
  const auto learned = memory().load("lane", 50, k_now);
  ASSERT_TRUE(learned);
  EXPECT_EQ(learned->limit.limit, 120);
  EXPECT_TRUE(learned->limit.bounded);
  EXPECT_EQ(learned->rate.per_second, 19.75);
  EXPECT_EQ(learned->rate.burst, 87.5);
  EXPECT_FALSE(memory().load("other", 50, k_now));
}

TEST_F(LimitMemory, KeepsFilesToTheUser) {
  ASSERT_TRUE(memory().save("lane", k_learned, k_now));

  struct stat info {};

  ASSERT_EQ(stat(memory().path_of("lane").c_str(), &info), 0);
  EXPECT_EQ(info.st_mode & 0777U, 0600U);
  ASSERT_EQ(stat(folder_.c_str(), &info), 0);
  EXPECT_EQ(info.st_mode & 0777U, 0700U);
}

TEST_F(LimitMemory, ReadsDamagedFilesAsNoneAndReplacesThem) {
  const std::string good = to_bytes({k_learned, k_now});
  std::vector<std::string> bad = {"", "x", std::string(5000, '9'), good + "x", good + good};
  for (std::size_t i = 0; i < good.size(); ++i) {
    bad.push_back(good.substr(0, i));
    std::string flipped = good;
    flipped[i] = static_cast<char>(flipped[i] ^ 1);
    bad.push_back(flipped);
  }
  for (const auto& bytes : bad) {
    write(bytes);
    EXPECT_FALSE(memory().load("lane", 50, k_now)) << bytes;
  }
  ASSERT_TRUE(memory().save("lane", k_learned, k_now));
  EXPECT_TRUE(memory().load("lane", 50, k_now));
}

TEST_F(LimitMemory, RefusesNumbersThatCannotBe) {
  Learned learned = k_learned;
  learned.limit.limit = -1;
  EXPECT_FALSE(parse_stored(to_bytes({learned, k_now})));
  learned.limit.limit = std::numeric_limits<double>::quiet_NaN();
  EXPECT_FALSE(parse_stored(to_bytes({learned, k_now})));
  learned = k_learned;
  learned.rate.per_second = std::numeric_limits<double>::infinity();
  EXPECT_FALSE(parse_stored(to_bytes({learned, k_now})));
}

TEST_F(LimitMemory, IsNotHeldUpByAPipeNorLedAwayByALink) {
  std::filesystem::create_directories(folder_);
  ASSERT_EQ(mkfifo(memory().path_of("lane").c_str(), 0600), 0);
  EXPECT_FALSE(memory().load("lane", 50, k_now));
  std::filesystem::create_directories(memory().path_of("folder"));
  EXPECT_FALSE(memory().load("folder", 50, k_now));
  ASSERT_TRUE(write_file_atomically(folder_ + "/good", to_bytes({k_learned, k_now}), 0600));
  std::filesystem::create_symlink(folder_ + "/good", memory().path_of("link"));
  EXPECT_FALSE(memory().load("link", 50, k_now));
}

TEST_F(LimitMemory, ForgetsWithAge) {
  const Stored stored{k_learned, k_now};
  const auto later = aged(stored, 50, k_now + std::chrono::minutes(30));
  ASSERT_TRUE(later);
  EXPECT_NEAR(later->limit.limit, std::sqrt(50 * 120.0), 0.1);
  EXPECT_NEAR(later->rate.idle_seconds, 1800.25, 1e-6);
  const auto much_later = aged(stored, 50, k_now + std::chrono::hours(6));
  ASSERT_TRUE(much_later);
  EXPECT_NEAR(much_later->limit.limit, 50, 1);
  EXPECT_FALSE(much_later->limit.bounded);
  EXPECT_NEAR(much_later->rate.per_second, 2 * 19.75, 1e-6);
  EXPECT_FALSE(aged(stored, 50, k_now + std::chrono::hours(25)));
  EXPECT_FALSE(aged(stored, 50, k_now - std::chrono::hours(1)));
}

TEST_F(LimitMemory, KeepsNothingWithoutAFolder) {
  const Memory nowhere{""};
  EXPECT_TRUE(nowhere.save("lane", k_learned, k_now));
  EXPECT_FALSE(nowhere.load("lane", 50, k_now));
}

}  // namespace
}  // namespace virga::limit
