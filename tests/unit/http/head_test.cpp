// SPDX-License-Identifier: Apache-2.0
#include "http/curl/head.hpp"

#include <gtest/gtest.h>

namespace virga::http::curl {
namespace {

TEST(HeadReader, TakesStatusLinesWithoutReason) {
  Response response;
  HeadReader head(response);
  EXPECT_TRUE(head.add_line("HTTP/2 200 \r\n"));
  EXPECT_FALSE(head.complete());
  EXPECT_TRUE(head.add_line("\r\n"));
  EXPECT_TRUE(head.complete());
  EXPECT_EQ(response.status, 200);
  EXPECT_EQ(response.reason, "");
}

TEST(HeadReader, DropsFieldsWithoutNameOrColon) {
  Response response;
  HeadReader head(response);
  for (const char* line :
       {"HTTP/1.1 200 OK\r\n", " folded\r\n", ": x\r\n", "none\r\n", "A:\r\n", "\tb\r\n", "\r\n"}) {
    EXPECT_TRUE(head.add_line(line));
  }
  ASSERT_EQ(response.headers.fields().size(), 1U);
  EXPECT_EQ(response.headers.get("a"), "b");
}

TEST(HeadReader, SurvivesGarbageStatusLines) {
  for (const char* line : {"HTTP/1.1\r\n",
                           "HTTP/1.1 \r\n",
                           "HTTP/1.1 -1 x\r\n",
                           "HTTP/1.1 99999999999999999999\r\n",
                           "HTTP/"}) {
    Response response;
    HeadReader head(response);
    EXPECT_TRUE(head.add_line(line));
    EXPECT_TRUE(head.add_line("\r\n"));
    EXPECT_FALSE(head.complete()) << line;
    EXPECT_EQ(response.status, 0) << line;
  }
}

TEST(HeadReader, LimitsTheSumOfAllLines) {
  Response response;
  HeadReader head(response);
  EXPECT_TRUE(head.add_line("HTTP/1.1 200 OK\r\n"));
  EXPECT_FALSE(head.add_line(std::string(HeadReader::k_max_bytes, 'x')));
}

}  // namespace
}  // namespace virga::http::curl
