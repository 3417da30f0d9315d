// SPDX-License-Identifier: Apache-2.0
#include "params/yaml.hpp"

#include <string>

#include <gtest/gtest.h>

#include "value/json_write.hpp"

namespace virga::params {
namespace {

std::string read(std::string_view text) {
  const auto value = read_yaml(text);
  return value ? to_json(*value) : "error: " + value.error().message;
}

TEST(Yaml, ReadsTheCoreSchema) {
  EXPECT_EQ(
      read("[~, null, true, False, yes, 1, -2, 010, 0x1F, 0o17, 1_000, 1.5, .5, 1e3, -.inf]"),
      R"([null, null, true, false, "yes", 1, -2, 10, 31, 15, 1000, 1.5, 0.5, 1000.0, -Infinity])");
  EXPECT_EQ(
      read("[123456789012345678901234567890, 1.2.3, 2024-01-02, 12:30, '1', \"true\", -, +]"),
      "[123456789012345678901234567890, \"1.2.3\", \"2024-01-02\", \"12:30\", \"1\", \"true\", "
      "\"-\", \"+\"]");
  EXPECT_EQ(read(""), "null");
}

TEST(Yaml, ReadsMapsInOrderWithTextsForKeys) {
  EXPECT_EQ(read("b: 1\na: {x: [1, 2]}\n1: one\nlist:\n- k: v\n  l: w\n"),
            R"({"b": 1, "a": {"x": [1, 2]}, "1": "one", "list": [{"k": "v", "l": "w"}]})");
}

TEST(Yaml, FollowsTags) {
  EXPECT_EQ(read("!!str 12"), "\"12\"");
  EXPECT_EQ(read("!!int '12'"), "12");
  EXPECT_EQ(read_yaml("!!binary aGVsbG8=").value(), Value(Blob{"hello"}));
  EXPECT_EQ(read("!mine 12"), "error: line 1, column 1: unknown tag !mine");
}

TEST(Yaml, UnfoldsAliasesAndMergeKeys) {
  EXPECT_EQ(read("a: &x {k: 1, l: 2}\nb: *x\nc: {<<: *x, l: 3}\n"),
            R"({"a": {"k": 1, "l": 2}, "b": {"k": 1, "l": 2}, "c": {"l": 3, "k": 1}})");
  std::string bomb = "a0: &a0 [1,1,1,1,1,1,1,1,1,1]\n";
  for (int i = 1; i < 9; ++i) {
    const auto before = "*a" + std::to_string(i - 1);
    bomb += "a" + std::to_string(i) + ": &a" + std::to_string(i) + " [" + before;
    for (int k = 1; k < 10; ++k) {
      bomb += ", " + before;
    }
    bomb += "]\n";
  }
  EXPECT_NE(read(bomb).find("too many values"), std::string::npos);
}

TEST(Yaml, SaysWhatIsWrongAndWhere) {
  EXPECT_EQ(read("a: b: c"), "error: line 1, column 5: illegal map value");
  EXPECT_EQ(read("a: 1\na: 2\n"), "error: line 2, column 1: the key \"a\" is there twice");
  EXPECT_EQ(read("? [1]\n: 2\n"), "error: line 1, column 3: a key must be a text");
  EXPECT_EQ(read("a\n---\nb\n"), "error: line 2, column 1: expected a single document");
  EXPECT_EQ(read("&a [*a]").substr(0, 6), "error:");
  EXPECT_EQ(read(std::string(100'000, '[')).substr(0, 6), "error:");
}

}  // namespace
}  // namespace virga::params
