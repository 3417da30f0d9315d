// SPDX-License-Identifier: Apache-2.0
#include "engine/result_path.hpp"

#include <gtest/gtest.h>

#include "value/json_read.hpp"
#include "value/json_write.hpp"

namespace virga::engine {
namespace {

std::string at(std::string_view json, std::string_view path) {
  const Value value = read_json(json).value();
  const auto* found = find_path(value, path);
  return found == nullptr ? "absent" : to_json(*found);
}

TEST(ResultPath, FollowsNamesAndIndexes) {
  constexpr std::string_view k_json = R"({"A": {"B": [{"C": 1}, {"C": 2}]}})";
  EXPECT_EQ(at(k_json, "A.B[-1].C"), "2");
  EXPECT_EQ(at(k_json, "A.B[0].C"), "1");
  EXPECT_EQ(at(k_json, "A.B[2].C"), "absent");
  EXPECT_EQ(at(k_json, "A.X.C"), "absent");
  EXPECT_EQ(at(k_json, "A.B[x]"), "absent");
}

TEST(ResultPath, TakesTheFirstTrueAlternative) {
  EXPECT_EQ(at(R"({"Contents": [{"Key": "k"}]})", "NextMarker || Contents[-1].Key"), "\"k\"");
  EXPECT_EQ(
      at(R"({"NextMarker": "m", "Contents": [{"Key": "k"}]})", "NextMarker || Contents[-1].Key"),
      "\"m\"");
  EXPECT_EQ(at(R"({"NextMarker": "", "Contents": []})", "NextMarker || Contents[-1].Key"),
            "absent");
}

TEST(ResultPath, MakesMapsOnTheWayWhenSetting) {
  Value value = Map();
  set_path(value, "A.B", 1);
  set_path(value, "A.C", 2);
  EXPECT_EQ(to_json(value), R"({"A": {"B": 1, "C": 2}})");
}

}  // namespace
}  // namespace virga::engine
