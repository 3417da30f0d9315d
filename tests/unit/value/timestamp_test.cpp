// SPDX-License-Identifier: Apache-2.0
#include "value/timestamp.hpp"

#include <cstdint>
#include <string>
#include <utility>
#include <vector>

#include <gtest/gtest.h>

namespace virga {
namespace {

TEST(Timestamp, ReadsEverySpellingThatBotocoreReads) {
  const std::vector<std::pair<std::string, std::int64_t>> cases = {
      {"2023-01-02T03:04:05Z", 1672628645000000},
      {"2023-01-02", 1672617600000000},
      {"2023-01-02T03:04:05.123456Z", 1672628645123456},
      {"2023-01-02T03:04:05.5+02:00", 1672621445500000},
      {"20230102T030405Z", 1672628645000000},
      {"Mon, 02 Jan 2023 03:04:05 GMT", 1672628645000000},
      {"Mon, 02 Jan 2023 03:04:05 +0200", 1672621445000000},
      {"Mon Jan  2 03:04:05 2023", 1672628645000000},
      {"2023-01-02 03:04:05", 1672628645000000},
      {"1672628645", 1672628645000000},
      {"1672628645.5", 1672628645500000},
      {"1.6E9", 1600000000000000},
      {"0", 0},
      {"-1", -1000000},
  };
  for (const auto& [text, microseconds] : cases) {
    const auto moment = parse_timestamp(text);
    ASSERT_TRUE(moment) << text;
    EXPECT_EQ(moment->microseconds, microseconds) << text;
  }
}

TEST(Timestamp, RefusesWhatIsNoTime) {
  for (const auto* text :
       {"", "abc", "2023-13-01", "2016-12-31T23:59:60Z", "2023-02-30", "NaN", "1e300"}) {
    EXPECT_FALSE(parse_timestamp(text)) << text;
  }
}

TEST(Timestamp, WritesTheFormatsOfTheModels) {
  const auto moment = *parse_timestamp("2023-01-02T03:04:05.5Z");
  EXPECT_EQ(format_iso8601(*parse_timestamp("2023-01-02T03:04:05Z")), "2023-01-02T03:04:05Z");
  EXPECT_EQ(format_iso8601(moment), "2023-01-02T03:04:05.500000Z");
  EXPECT_EQ(format_rfc822(moment), "Mon, 02 Jan 2023 03:04:05 GMT");
  EXPECT_EQ(format_epoch(moment), "1672628645.5");
  EXPECT_EQ(format_epoch(*parse_timestamp("1672628645")), "1672628645");
}

TEST(Timestamp, ShowsIsoformatWithTheOffsetThatWasWritten) {
  const auto shown = [](const char* text) {
    return format_timestamp(Timestamp{text, false}, TimestampStyle::iso8601).text;
  };
  EXPECT_EQ(shown("2023-01-02T03:04:05Z"), "2023-01-02T03:04:05+00:00");
  EXPECT_EQ(shown("2023-01-02T03:04:05.5+02:00"), "2023-01-02T03:04:05.500000+02:00");
  EXPECT_EQ(format_timestamp(Timestamp{"1672628645.0", true}, TimestampStyle::wire).text,
            "1672628645.0");
}

}  // namespace
}  // namespace virga
