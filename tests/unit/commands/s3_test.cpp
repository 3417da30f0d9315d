// SPDX-License-Identifier: Apache-2.0
#include <gtest/gtest.h>

#include "base/strings.hpp"
#include "commands/s3/size.hpp"
#include "commands/s3/uri.hpp"

namespace virga::commands {
namespace {

std::string place(std::string_view text) {
  const auto found = parse_s3_place(text);
  return found ? concat(found->bucket, " | ", found->key) : found.error().message;
}

TEST(S3Place, IsABucketAndAKey) {
  EXPECT_EQ(place("s3://b/k/l"), "b | k/l");
  EXPECT_EQ(place("b"), "b | ");
  EXPECT_EQ(place("s3://"), " | ");
  EXPECT_EQ(place("s3:///k"), " | k");
}

TEST(S3Place, MayNameAnAccessPoint) {
  EXPECT_EQ(place("s3://arn:aws:s3:us-west-2:123456789012:accesspoint/ap/k/l"),
            "arn:aws:s3:us-west-2:123456789012:accesspoint/ap | k/l");
  EXPECT_EQ(place("arn:aws:s3:us-west-2:123456789012:accesspoint:ap"),
            "arn:aws:s3:us-west-2:123456789012:accesspoint:ap | ");
  EXPECT_EQ(place("arn:aws:s3-outposts:us-west-2:123456789012:outpost/op-1/accesspoint/ap/k"),
            "arn:aws:s3-outposts:us-west-2:123456789012:outpost/op-1/accesspoint/ap | k");
  EXPECT_EQ(place("arn:aws:s3-outposts:us-west-2:123456789012:outpost/op-1/bucket/b"),
            "s3 commands do not support Outpost Bucket ARNs. Use s3control commands instead.");
}

TEST(HumanSize, CountsInPowersOf1024) {
  EXPECT_EQ(human_size(0), "0 Bytes");
  EXPECT_EQ(human_size(1), "1 Byte");
  EXPECT_EQ(human_size(1023), "1023 Bytes");
  EXPECT_EQ(human_size(1024), "1.0 KiB");
  EXPECT_EQ(human_size(1'500'000), "1.4 MiB");
  EXPECT_EQ(human_size(1'048'575), "1.0 MiB");
  EXPECT_EQ(human_size(5'000'000'000'000), "4.5 TiB");
}

}  // namespace
}  // namespace virga::commands
