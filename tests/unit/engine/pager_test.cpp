// SPDX-License-Identifier: Apache-2.0
#include "engine/pager.hpp"

#include <deque>

#include <gtest/gtest.h>

#include "base/encoding.hpp"
#include "base/strings.hpp"
#include "engine/page_merge.hpp"
#include "support/tiny_model.hpp"
#include "value/json_read.hpp"
#include "value/json_write.hpp"

namespace virga::engine {
namespace {

constexpr std::string_view k_service = R"({
  "metadata": {"protocol": "json"},
  "operations": {"List": {"input": {"shape": "In"}, "output": {"shape": "Out"}}},
  "shapes": {
    "In": {"type": "structure", "members": {"Token": {"shape": "S"}, "Limit": {"shape": "I"}}},
    "Out": {"type": "structure", "members": {"Token": {"shape": "S"}}},
    "S": {"type": "string"}, "I": {"type": "integer"}
  }
})";
constexpr std::string_view k_paginators = R"({"List": {
  "input_token": "Token", "output_token": "Token", "limit_key": "Limit",
  "result_key": ["Items", "Count", "Log"], "non_aggregate_keys": ["Owner"]}})";

/// Answers with the given pages, and keeps what it was asked.
class FakeCaller final : public Caller {
 public:
  explicit FakeCaller(std::deque<std::string> pages) : pages_(std::move(pages)) {}

  Result<Page> call(const Call& call) override {
    asked.push_back(to_json(call.params));
    Page page;
    page.output = read_json(pages_.front()).value();
    pages_.pop_front();
    return page;
  }

  std::vector<std::string> asked;

 private:
  std::deque<std::string> pages_;
};

/// Operations with page tokens and without a paginator.
constexpr std::string_view k_unpaged = R"({
  "metadata": {"protocol": "json"},
  "operations": {"ListThings": {"input": {"shape": "In"}, "output": {"shape": "Out"}}},
  "shapes": {
    "In": {"type": "structure", "members": {"NextToken": {"shape": "S"}, "MaxResults": {"shape": "I"}}},
    "Out": {"type": "structure", "members": {
      "Owner": {"shape": "S"}, "Items": {"shape": "L"}, "Failures": {"shape": "L"}, "Note": {"shape": "S"},
      "NextToken": {"shape": "S"}}},
    "L": {"type": "list", "member": {"shape": "S"}}, "S": {"type": "string"}, "I": {"type": "integer"}
  }
})";

class PagerTest : public testing::Test {
 protected:
  Result<std::unique_ptr<Pager>> start(FakeCaller& caller, const PageLimits& limits = {}) {
    return Pager::start(caller, Call{catalog_.service(0).operation(0)}, limits);
  }

  std::string merged(FakeCaller& caller, const PageLimits& limits = {}) {
    auto pager = start(caller, limits);
    auto whole = pager ? merge_pages(**pager, **pager) : Result<Value>(fail(pager.error()));
    return whole ? to_json(*whole) : "error: " + whole.error().message;
  }

  model::Catalog catalog_ = test::tiny_catalog(k_service, k_paginators);
};

TEST_F(PagerTest, JoinsListsAddsNumbersAndConcatenatesText) {
  FakeCaller caller(
      {R"({"Items": [1, 2], "Count": 2, "Log": "ab", "Token": "t", "Owner": "me", "Other": 1})",
       R"({"Items": [3], "Count": 1, "Log": "c", "Owner": "you"})"});
  EXPECT_EQ(merged(caller), R"({"Items": [1, 2, 3], "Count": 3, "Log": "abc", "Owner": "me"})");
  EXPECT_EQ(caller.asked, (std::vector<std::string>{"{}", R"({"Token": "t"})"}));
}

TEST_F(PagerTest, ShowsAbsentNonAggregateKeysAsNull) {
  FakeCaller caller({R"({"Items": []})"});
  EXPECT_EQ(merged(caller), R"({"Items": [], "Owner": null})");
}

TEST_F(PagerTest, StopsAtMaxItemsAndResumesInsideThePage) {
  PageLimits limits;
  limits.max_items = 2;
  FakeCaller first({R"({"Items": [1], "Token": "t"})", R"({"Items": [2, 3], "Token": "u"})"});
  auto pager = start(first, limits).value();
  EXPECT_EQ(to_json(*merge_pages(*pager, *pager)->find("Items")), "[1, 2]");
  // The token names the page that was cut and how much of it was shown, as botocore's does.
  EXPECT_EQ(base64_decode(pager->resume_token()), R"({"Token": "t", "boto_truncate_amount": 1})");

  PageLimits rest;
  rest.starting_token = pager->resume_token();
  FakeCaller second({R"({"Items": [2, 3], "Token": "u"})", R"({"Items": [4]})"});
  EXPECT_EQ(merged(second, rest), R"({"Items": [3, 4], "Owner": null})")
      << "secondary results of the page that was begun before are not counted again";
  EXPECT_EQ(second.asked[0], R"({"Token": "t"})");
}

TEST_F(PagerTest, TakesAServicesOwnTokenAsStartingToken) {
  PageLimits limits;
  limits.starting_token = "plain-token";
  FakeCaller caller({R"({"Items": [1]})"});
  merged(caller, limits);
  EXPECT_EQ(caller.asked[0], R"({"Token": "plain-token"})");
}

TEST_F(PagerTest, SendsThePageSizeAsTheModelsLimit) {
  PageLimits limits;
  limits.page_size = 7;
  FakeCaller caller({R"({"Items": []})"});
  merged(caller, limits);
  EXPECT_EQ(caller.asked[0], R"({"Limit": 7})");
}

TEST_F(PagerTest, RefusesATokenThatComesTwice) {
  FakeCaller caller(
      {R"({"Items": [], "Token": "t"})", R"({"Items": [], "Token": "t"})", R"({"Items": []})"});
  EXPECT_EQ(
      merged(caller),
      "error: Error during pagination: The same next token was received twice: {'Token': 't'}");
}

TEST_F(PagerTest, FetchesNothingBeforeItIsAsked) {
  FakeCaller caller({R"({"Items": [1], "Token": "t"})", R"({"Items": [2]})"});
  auto pager = start(caller).value();
  EXPECT_TRUE(caller.asked.empty());
  EXPECT_TRUE(pager->next().value());
  EXPECT_EQ(caller.asked.size(), 1U);
  EXPECT_TRUE(pager->next().value());
  EXPECT_FALSE(pager->next().value());
  EXPECT_EQ(caller.asked.size(), 2U);
}

TEST(DerivedPager, JoinsListsAndKeepsTheRestOfTheFirstPage) {
  const auto catalog = test::tiny_catalog(k_unpaged);
  const auto operation = catalog.service(0).operation(0).with_derived_paginator();
  const auto merged = [&](std::deque<std::string> pages, const PageLimits& limits) {
    FakeCaller caller(std::move(pages));
    auto pager = Pager::start(caller, Call{operation}, limits);
    auto whole = merge_pages(**pager, **pager);
    std::string asked;
    for (const auto& params : caller.asked) {
      asked += params;
    }
    return std::pair(whole ? to_json(*whole) : whole.error().message, asked);
  };
  const std::deque<std::string> two = {
      R"({"Owner": "me", "Items": ["a", "b"], "Failures": ["x"], "NextToken": "t"})",
      R"({"Owner": "other", "Items": ["c"], "Failures": []})"};
  EXPECT_EQ(
      merged(two, {}),
      std::pair(std::string(R"({"Items": ["a", "b", "c"], "Failures": ["x"], "Owner": "me"})"),
                std::string(R"({}{"NextToken": "t"})")));
  PageLimits limits;
  limits.page_size = Value(7);
  limits.max_items = 1;
  const auto token = base64_encode(R"({"NextToken": null, "boto_truncate_amount": 1})");
  EXPECT_EQ(merged(two, limits),
            std::pair(concat(R"({"Items": ["a"], "Failures": ["x"], "Owner": "me", "NextToken": ")",
                             token,
                             R"("})"),
                      std::string(R"({"MaxResults": 7})")));
  EXPECT_EQ(merged({R"({"Items": ["a"], "NextToken": "t"})",
                    R"({"Items": ["a"], "NextToken": "t"})",
                    R"({"Items": ["a"], "NextToken": "t"})"},
                   {})
                .first,
            "Error during pagination: The same next token was received twice: {'NextToken': 't'}");
}

}  // namespace
}  // namespace virga::engine
