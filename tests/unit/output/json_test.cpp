// SPDX-License-Identifier: Apache-2.0
#include <gtest/gtest.h>

#include "output/formatter.hpp"
#include "support/format_case.hpp"
#include "value/json_read.hpp"

namespace virga::output {
namespace {

using test::StringWriter;

std::string printed(const Value& value, TimestampStyle timestamps = TimestampStyle::iso8601) {
  StringWriter out;
  EXPECT_TRUE(make_formatter("json", {timestamps}).value()->print(value, out));
  return out.text;
}

TEST(JsonFormatter, PrintsAsTheAwsCliDoes) {
  EXPECT_EQ(
      printed(read_json(R"({"A": [], "B": {}, "C": [1, "ü\n"], "D": 1000.0, "E": null})").value()),
      "{\n    \"A\": [],\n    \"B\": {},\n    \"C\": [\n        1,\n        \"ü\\n\"\n    ],\n"
      "    \"D\": 1000.0,\n    \"E\": null\n}\n");
}

TEST(JsonFormatter, PrintsNothingForAnEmptyResult) { EXPECT_EQ(printed(Map()), ""); }

TEST(JsonFormatter, ShowsTimestampsAsAsked) {
  Map map;
  map.append("At", Timestamp{"2024-01-02T03:04:05.250Z"});
  EXPECT_EQ(printed(map), "{\n    \"At\": \"2024-01-02T03:04:05.250000+00:00\"\n}\n");
  EXPECT_EQ(printed(map, TimestampStyle::wire), "{\n    \"At\": \"2024-01-02T03:04:05.250Z\"\n}\n");
}

TEST(MakeFormatter, NamesAFormatThatThereIsNot) {
  const auto formatter = make_formatter("xml", {});
  ASSERT_FALSE(formatter);
  EXPECT_NE(formatter.error().message.find("xml"), std::string::npos);
}

}  // namespace
}  // namespace virga::output
