// SPDX-License-Identifier: Apache-2.0
#include "value/json_read.hpp"

#include <string>
#include <utility>
#include <vector>

#include <gtest/gtest.h>

#include "value/json_write.hpp"

namespace virga {
namespace {

std::string error_of(std::string_view text) {
  const auto value = read_json(text);
  return value ? "no error" : value.error().message;
}

// The expectations are what Python 3.11's json module says.
TEST(JsonRead, WordsErrorsAsPython) {
  const std::vector<std::pair<std::string, std::string>> cases = {
      {"", "Expecting value: line 1 column 1 (char 0)"},
      {"  ", "Expecting value: line 1 column 3 (char 2)"},
      {"{", "Expecting property name enclosed in double quotes: line 1 column 2 (char 1)"},
      {"{\"a\"", "Expecting ':' delimiter: line 1 column 5 (char 4)"},
      {"{\"a\":", "Expecting value: line 1 column 6 (char 5)"},
      {"{\"a\":1", "Expecting ',' delimiter: line 1 column 7 (char 6)"},
      {"{\"a\":1,}", "Expecting property name enclosed in double quotes: line 1 column 8 (char 7)"},
      {"[1,]", "Expecting value: line 1 column 4 (char 3)"},
      {"[1 2]", "Expecting ',' delimiter: line 1 column 4 (char 3)"},
      {"\"abc", "Unterminated string starting at: line 1 column 1 (char 0)"},
      {"\"a\nb\"", "Invalid control character at: line 1 column 3 (char 2)"},
      {"\"\\x\"", "Invalid \\escape: line 1 column 2 (char 1)"},
      {"\"\\u12g4\"", "Invalid \\uXXXX escape: line 1 column 3 (char 2)"},
      {"tru", "Expecting value: line 1 column 1 (char 0)"},
      {"-", "Expecting value: line 1 column 1 (char 0)"},
      {"01", "Extra data: line 1 column 2 (char 1)"},
      {"1.", "Extra data: line 1 column 2 (char 1)"},
      {"1e", "Extra data: line 1 column 2 (char 1)"},
      {"[1]x", "Extra data: line 1 column 4 (char 3)"},
      {"{\"\xC3\xA9\n\":1}", "Invalid control character at: line 1 column 4 (char 3)"},
      {"{\n\"a\" 1}", "Expecting ':' delimiter: line 2 column 5 (char 6)"},
      {"\"\\", "Unterminated string starting at: line 1 column 1 (char 0)"},
      {"\xEF\xBB\xBF{}", "Unexpected UTF-8 BOM (decode using utf-8-sig): line 1 column 1 (char 0)"},
  };
  for (const auto& [text, expected] : cases) {
    EXPECT_EQ(error_of(text), expected) << text;
  }
}

TEST(JsonRead, ReadsNumbersAsPython) {
  const std::vector<std::pair<std::string, std::string>> cases = {
      {"-0", "0"},
      {"-0.0", "-0.0"},
      {"1E5", "100000.0"},
      {"1e400", "Infinity"},
      {"-1e400", "-Infinity"},
      {"1e-400", "0.0"},
      {"123456789012345678901234567890", "123456789012345678901234567890"},
      {"-9223372036854775809", "-9223372036854775809"},
      {"9223372036854775807", "9223372036854775807"},
      {"NaN", "NaN"},
      {"-Infinity", "-Infinity"},
      {"1e22", "1e+22"},
      {"1e16", "1e+16"},
      {"1e15", "1000000000000000.0"},
      {"123456789012345680.0", "1.2345678901234568e+17"},
      {"1e-5", "1e-05"},
      {"0.0001", "0.0001"},
      {"5e-324", "5e-324"},
      {"1.7976931348623157e308", "1.7976931348623157e+308"},
      {"100000000000000000000.5", "1e+20"},
      {"0.30000000000000004", "0.30000000000000004"},
  };
  for (const auto& [text, expected] : cases) {
    const auto value = read_json(text);
    ASSERT_TRUE(value) << text;
    EXPECT_EQ(to_json(*value), expected) << text;
  }
}

TEST(JsonRead, JoinsSurrogatesAndKeepsLoneOnes) {
  EXPECT_EQ(*read_json(R"("\ud83c\udf89")")->as_string(), "\xF0\x9F\x8E\x89");
  EXPECT_EQ(*read_json(R"("\ud83c!")")->as_string(), "\xED\xA0\xBC!");
  EXPECT_EQ(*read_json(R"("\u0000")")->as_string(), std::string(1, '\0'));
}

TEST(JsonRead, KeepsTheLastOfEqualKeysAtTheFirstPlace) {
  EXPECT_EQ(to_json(*read_json(R"({"a": 1, "b": 2, "a": 3})")), R"({"a": 3, "b": 2})");
  std::string many = "{";
  for (int i = 0; i < 40; ++i) {
    many += "\"k" + std::to_string(i % 20) + "\": " + std::to_string(i) + (i < 39 ? "," : "}");
  }
  const auto value = read_json(many);
  ASSERT_TRUE(value);
  EXPECT_EQ(value->as_map()->size(), 20U);
  EXPECT_EQ(*value->find("k0")->as_integer(), 20);
}

TEST(JsonRead, RefusesWhatIsNestedTooDeeply) {
  EXPECT_TRUE(read_json(std::string(500, '[') + std::string(500, ']')));
  EXPECT_FALSE(read_json(std::string(100000, '[')));
}

}  // namespace
}  // namespace virga
