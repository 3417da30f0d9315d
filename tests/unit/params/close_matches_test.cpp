// SPDX-License-Identifier: Apache-2.0
#include "params/close_matches.hpp"

#include <gtest/gtest.h>

namespace virga::params {
namespace {

using Words = std::vector<std::string>;

// The expected numbers are what Python's difflib gives.
TEST(CloseMatches, SimilarityIsPythonsRatio) {
  EXPECT_DOUBLE_EQ(similarity("abcd", "bcde"), 0.75);
  EXPECT_DOUBLE_EQ(similarity("", ""), 1.0);
  EXPECT_DOUBLE_EQ(similarity("abc", ""), 0.0);
  const std::string many(250, 'a');
  EXPECT_DOUBLE_EQ(similarity("x" + many, "y" + many), 0.0) << "too common to start a block";
}

TEST(CloseMatches, BestComesFirst) {
  EXPECT_EQ(close_matches("appel", {"ape", "apple", "peach", "puppy"}), (Words{"apple", "ape"}));
  EXPECT_EQ(close_matches("x", {}), Words());
}

TEST(CloseMatches, SuggestsNearCommandsOnly) {
  EXPECT_EQ(suggest("describe-instance", {"describe-instances", "describe-images", "run"}),
            Words{"describe-instances"});
  EXPECT_EQ(suggest("ec", {"ec2", "ecr", "ecs", "s3"}), (Words{"ecs", "ecr", "ec2"}));
}

}  // namespace
}  // namespace virga::params
