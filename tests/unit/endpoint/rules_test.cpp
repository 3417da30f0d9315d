// SPDX-License-Identifier: Apache-2.0
#include <array>
#include <string>

#include <gtest/gtest.h>

#include "endpoint/context_path.hpp"
#include "endpoint/rules/evaluate.hpp"
#include "endpoint/rules/functions.hpp"
#include "endpoint/rules/region_pattern.hpp"
#include "endpoint/rules/url.hpp"
#include "value/json_read.hpp"

namespace virga::endpoint {
namespace {

TEST(RegionPattern, MatchesAsPartitionsMeanIt) {
  const std::string_view aws = R"(^(us|eu|ap)\-\w+\-\d+$)";
  EXPECT_TRUE(region_matches(aws, "us-east-1"));
  EXPECT_TRUE(region_matches(aws, "ap-southeast-12"));
  EXPECT_FALSE(region_matches(aws, "us-gov-west-1"));
  EXPECT_FALSE(region_matches(aws, "us-east-"));
  EXPECT_FALSE(region_matches(aws, "xus-east-1"));
  EXPECT_FALSE(region_matches(aws, "us-east-1x"));
  EXPECT_TRUE(region_matches(R"(^eusc\-(de)\-\w+\-\d+$)", "eusc-de-east-1"));
  EXPECT_TRUE(region_matches("a?b*c+.", "ccx"));
}

TEST(RegionPattern, RefusesWhatItDoesNotKnowAndEndsOnHostilePatterns) {
  EXPECT_FALSE(region_matches("a{2}", "aa"));
  EXPECT_FALSE(region_matches("[a-z]+", "us"));
  EXPECT_FALSE(region_matches("(a", "a"));
  EXPECT_FALSE(region_matches("a)", "a"));
  EXPECT_FALSE(region_matches("\\", "a"));
  EXPECT_FALSE(region_matches(std::string(1000, '(') + "a", "a"));
  EXPECT_FALSE(region_matches("((((((a*)*)*)*)*)*)*b", std::string(60, 'a')));
  EXPECT_FALSE(region_matches(".*", std::string(64, 'a')));
}

TEST(Url, IsCutAsUrllibDoes) {
  const auto url = parse_url("HTTPS://User@Example.com:8443/a/../b//c");
  ASSERT_TRUE(url);
  EXPECT_EQ(url->scheme, "https");
  EXPECT_EQ(url->authority, "User@Example.com:8443");
  EXPECT_EQ(url->path, "/a/../b//c");
  EXPECT_EQ(url->normalized_path, "/b/c/");
  EXPECT_FALSE(url->is_ip);
  EXPECT_TRUE(parse_url("http://127.0.0.1:5000")->is_ip);
  EXPECT_TRUE(parse_url("http://[fe80::1]:5000")->is_ip);
  EXPECT_FALSE(parse_url("https://example.com?x=1"));
  EXPECT_FALSE(parse_url("https://example.com:port"));
  EXPECT_FALSE(parse_url("ftp://example.com"));
  EXPECT_FALSE(parse_url("https://"));
  EXPECT_FALSE(parse_url("https://[::1"));
}

TEST(Url, ValidEndpointsHaveAHost) {
  EXPECT_TRUE(is_valid_endpoint_url("http://localhost:4566"));
  EXPECT_TRUE(is_valid_endpoint_url("https://a.b.example."));
  EXPECT_TRUE(is_valid_endpoint_url("http://[::1]:80"));
  EXPECT_FALSE(is_valid_endpoint_url("localhost:4566"));
  EXPECT_FALSE(is_valid_endpoint_url("https://bad_host"));
  EXPECT_FALSE(is_valid_endpoint_url("https://-a.com"));
  EXPECT_FALSE(is_valid_endpoint_url("https://a\n.com"));
  EXPECT_FALSE(is_valid_endpoint_url(""));
}

class Functions : public testing::Test {
 protected:
  RuleValue call(std::string_view name, std::initializer_list<RuleValue> arguments) {
    const std::vector<RuleValue> list(arguments);
    return call_function(name, list, context_);
  }

  std::string text(const RuleValue& value) {
    const auto* words = std::get_if<std::string_view>(&value);
    return words == nullptr ? "(unset)" : std::string(*words);
  }

  Arena arena_;
  FunctionContext context_{{}, &arena_, {}};
};

TEST_F(Functions, SubstringCountsFromEitherEnd) {
  EXPECT_EQ(text(call("substring", {"abcdef", std::int64_t{1}, std::int64_t{3}, false})), "bc");
  EXPECT_EQ(text(call("substring", {"abcdef", std::int64_t{0}, std::int64_t{2}, true})), "ef");
  EXPECT_FALSE(is_set(call("substring", {"ab", std::int64_t{0}, std::int64_t{3}, false})));
  EXPECT_FALSE(is_set(call("substring",
                           {"a\xc3\xa4"
                            "b",
                            std::int64_t{0},
                            std::int64_t{2},
                            false})));
}

TEST_F(Functions, ArnsComeApart) {
  const auto arn = call("aws.parseArn", {"arn:aws:s3:eu-west-1:123:accesspoint:a/b"});
  EXPECT_EQ(text(get_attribute(arn, "resourceId[0]")), "accesspoint");
  EXPECT_EQ(text(get_attribute(arn, "resourceId[2]")), "b");
  EXPECT_EQ(text(get_attribute(arn, "accountId")), "123");
  EXPECT_FALSE(is_set(get_attribute(arn, "resourceId[3]")));
  EXPECT_FALSE(is_set(get_attribute(arn, "nothing.at[0]")));
  EXPECT_FALSE(is_set(call("aws.parseArn", {"arn:aws:s3:eu-west-1:123"})));
  EXPECT_FALSE(is_set(call("aws.parseArn", {"arn::s3:eu-west-1:123:x"})));
}

TEST_F(Functions, NewerRuleSetsHaveIteCoalesceAndSplit) {
  EXPECT_EQ(text(call("ite", {true, "a", "b"})), "a");
  EXPECT_EQ(text(call("coalesce", {RuleValue(), "b"})), "b");
  EXPECT_EQ(text(get_attribute(call("split", {"a--b--c", "--", std::int64_t{2}}), "[1]")), "b--c");
  EXPECT_EQ(text(get_attribute(call("split", {"a--b--c", "--", std::int64_t{0}}), "[-1]")), "c");
}

TEST_F(Functions, MisuseIsAnErrorInBotocoresWords) {
  EXPECT_FALSE(is_set(call("stringEquals", {"a", RuleValue()})));
  EXPECT_EQ(context_.error,
            "Both values must be strings, not <class 'str'> and <class 'NoneType'>.");
  context_.error.clear();
  EXPECT_FALSE(is_set(call("isSet", {})));
  EXPECT_EQ(context_.error, "The function isSet takes 1 arguments.");
  context_.error.clear();
  EXPECT_FALSE(is_set(call("launch", {})));
  EXPECT_EQ(context_.error, "Unknown function of an endpoint rule set: launch");
}

TEST_F(Functions, OnlyDnsNamesAreVirtualHosts) {
  const auto hostable = [this](std::string_view bucket, bool subdomains) {
    return std::get<bool>(call("aws.isVirtualHostableS3Bucket", {bucket, subdomains}));
  };
  EXPECT_TRUE(hostable("bucket", false));
  EXPECT_FALSE(hostable("Bucket", false));
  EXPECT_FALSE(hostable("my.bucket", false));
  EXPECT_TRUE(hostable("my.bucket", true));
  EXPECT_FALSE(hostable("192.168.1.1", true));
  EXPECT_FALSE(hostable("ab", false));
}

TEST(ContextPath, FindsWhatModelsAskFor) {
  const auto input = read_json(R"({"Items": {"a": 1, "b": 2}, "One": {"Name": "n"}, "List":
    [{"Get": {"T": "x"}}, {"Put": {"T": "y"}}, {"Get": {"T": "z"}}]})");
  using Texts = std::vector<std::string_view>;
  EXPECT_EQ(search_path("keys(Items)", *input)->texts, (Texts{"a", "b"}));
  EXPECT_EQ(search_path("One.Name", *input)->texts, (Texts{"n"}));
  EXPECT_EQ(search_path("List[*].Get.T", *input)->texts, (Texts{"x", "z"}));
  EXPECT_EQ(search_path("List[*].[Get.T, Put.T][]", *input)->texts, (Texts{"x", "y", "z"}));
  EXPECT_FALSE(search_path("One.Nothing", *input));
  EXPECT_FALSE(search_path("One | Name", *input));
  EXPECT_FALSE(search_path("List[*].[Get.T", *input));
  EXPECT_FALSE(search_path(std::string(10000, '['), *input));
}

}  // namespace
}  // namespace virga::endpoint
