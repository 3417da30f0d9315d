// SPDX-License-Identifier: Apache-2.0
#include "value/json_write.hpp"

#include <gtest/gtest.h>

#include "value/json_read.hpp"

namespace virga {
namespace {

TEST(JsonWrite, IndentsAsPython) {
  const auto value = read_json(R"({"a": [1, {"b": []}], "c": {}})");
  JsonStyle style;
  style.indent = 4;
  EXPECT_EQ(to_json(*value, style),
            "{\n    \"a\": [\n        1,\n        {\n            \"b\": []\n        }\n    ],\n    "
            "\"c\": {}\n}");
}

TEST(JsonWrite, LeavesOutBlanksWhenCompact) {
  JsonStyle style;
  style.compact = true;
  EXPECT_EQ(to_json(*read_json(R"({"a": [1, 2], "b": null})"), style), R"({"a":[1,2],"b":null})");
}

TEST(JsonWrite, EscapesAsPython) {
  const Value text("\" \\ \b\f\n\r\t\x01\x7F/\xC3\xA9\xF0\x9F\x8E\x89");
  EXPECT_EQ(to_json(text), "\"\\\" \\\\ \\b\\f\\n\\r\\t\\u0001\x7F/\xC3\xA9\xF0\x9F\x8E\x89\"");
  JsonStyle ascii;
  ascii.ascii = true;
  EXPECT_EQ(to_json(text, ascii), R"("\" \\ \b\f\n\r\t\u0001\u007f/\u00e9\ud83c\udf89")");
}

TEST(JsonWrite, ShowsBlobsAsBase64AndNumericTimesWithoutQuotes) {
  EXPECT_EQ(to_json(Value(Blob{"value"})), "\"dmFsdWU=\"");
  EXPECT_EQ(to_json(Value(Timestamp{"1700000000.0", true})), "1700000000.0");
  EXPECT_EQ(to_json(Value(Timestamp{"2023-01-02T03:04:05Z", false})), "\"2023-01-02T03:04:05Z\"");
}

TEST(JsonWrite, SpellsFloatsAsPythonsRepr) {
  EXPECT_EQ(python_float(1000.0), "1000.0");
  EXPECT_EQ(python_float(1e-7), "1e-07");
  EXPECT_EQ(python_float(1.5e16), "1.5e+16");
  EXPECT_EQ(python_float(-0.0), "-0.0");
  EXPECT_EQ(python_float(123456.789), "123456.789");
}

}  // namespace
}  // namespace virga
