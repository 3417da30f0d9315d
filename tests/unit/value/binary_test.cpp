// SPDX-License-Identifier: Apache-2.0
#include "value/binary.hpp"

#include <cmath>
#include <cstdint>
#include <limits>
#include <random>

#include <gtest/gtest.h>

#include "value/json_read.hpp"
#include "value/json_write.hpp"

namespace virga {
namespace {

std::string encoded(const Value& value) {
  std::string out;
  EXPECT_TRUE(append_binary(out, value));
  return out;
}

void expect_same(const Value& value) {
  const std::string bytes = encoded(value);
  const auto back = read_binary(bytes);
  ASSERT_TRUE(back) << to_json(value);
  EXPECT_EQ(*back, value) << to_json(value);
  EXPECT_EQ(encoded(*back), bytes);
}

TEST(Binary, KeepsEveryKind) {
  for (const std::int64_t number : {std::int64_t{0},
                                    std::int64_t{-1},
                                    std::int64_t{7},
                                    std::int64_t{-8},
                                    std::int64_t{300},
                                    std::numeric_limits<std::int64_t>::max(),
                                    std::numeric_limits<std::int64_t>::min()}) {
    expect_same(number);
  }
  expect_same(nullptr);
  expect_same(true);
  expect_same(false);
  expect_same(0.1);
  expect_same(-std::numeric_limits<double>::infinity());
  expect_same(BigInteger{"-123456789012345678901234567890"});
  expect_same("");
  expect_same(std::string(14, 'a'));
  expect_same(std::string(15, 'b'));
  expect_same(std::string(70000, 'c'));
  expect_same(Blob{std::string("\0\xff", 2)});
  expect_same(Timestamp{"2023-01-02T03:04:05Z", false});
  expect_same(Timestamp{"1672628645.5", true});
  expect_same(List());
  expect_same(Map());
}

TEST(Binary, KeepsNotANumber) {
  const auto back = read_binary(encoded(std::nan("")));
  ASSERT_TRUE(back);
  EXPECT_TRUE(std::isnan(*back->as_number()));
}

TEST(Binary, KeepsTheOrderOfKeysAndWritesEachKeyOnce) {
  const auto value = read_json(
      R"({"Reservations": [{"InstanceId": "i-1", "State": {"Name": "a"}},
                           {"State": {"Name": "b"}, "InstanceId": "i-2"}]})");
  ASSERT_TRUE(value);
  const std::string bytes = encoded(*value);
  EXPECT_EQ(bytes.find("InstanceId"), bytes.rfind("InstanceId"));
  const auto back = read_binary(bytes);
  ASSERT_TRUE(back);
  EXPECT_EQ(to_json(*back), to_json(*value));
}

TEST(Binary, RefusesEveryTruncation) {
  const auto value = read_json(R"({"a": [1, 2.5, "text", {"b": null}], "c": 123456789})");
  ASSERT_TRUE(value);
  const std::string bytes = encoded(*value);
  for (std::size_t size = 0; size < bytes.size(); ++size) {
    EXPECT_FALSE(read_binary(bytes.substr(0, size))) << size;
  }
  EXPECT_FALSE(read_binary(bytes + '\0'));
}

TEST(Binary, RefusesCountsBeyondTheBytes) {
  // A list and a map of 2^62 elements, a string of 2^62 bytes.
  for (const char head : {'\xfa', '\xfb', '\xf6'}) {
    std::string bytes(1, head);
    bytes += "\x80\x80\x80\x80\x80\x80\x80\x80\x40";
    EXPECT_FALSE(read_binary(bytes));
  }
  EXPECT_FALSE(read_binary("\xfa\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff"));
}

TEST(Binary, BoundsDepthBothWays) {
  Value deep = 1;
  for (int i = 0; i < 600; ++i) {
    List list;
    list.push_back(std::move(deep));
    deep = std::move(list);
  }
  expect_same(deep);
  List one_more;
  one_more.push_back(std::move(deep));
  std::string out = "kept";
  EXPECT_FALSE(append_binary(out, Value(std::move(one_more))));
  EXPECT_EQ(out, "kept");
  EXPECT_FALSE(read_binary(std::string(100000, '\x1a')));
}

/// Any bytes are read without harm; what is read can be written and read again.
TEST(Binary, SurvivesRandomBytes) {
  std::mt19937 random(20240229);
  std::uniform_int_distribution<int> byte(0, 255);
  int read = 0;
  for (int round = 0; round < 20000; ++round) {
    std::string bytes(static_cast<std::size_t>(1 + round % 40), '\0');
    for (auto& c : bytes) {
      c = static_cast<char>(byte(random));
    }
    if (const auto value = read_binary(bytes)) {
      ++read;
      std::string again;
      ASSERT_TRUE(append_binary(again, *value));
      ASSERT_TRUE(read_binary(again));
    }
  }
  EXPECT_GT(read, 0);
}

}  // namespace
}  // namespace virga
