// SPDX-License-Identifier: Apache-2.0
#include "cache/ttl_rule.hpp"

#include <set>

#include <gtest/gtest.h>

namespace virga::cache {
namespace {

using namespace std::chrono_literals;

struct Expected {
  std::string_view service;
  std::string_view operation;
  std::chrono::seconds ttl;
  TtlScope scope;
};

TEST(TtlRules, HaveTheRowsThatWereAgreedOn) {
  const TtlRules rules;
  for (const Expected& row : {
           Expected{"ec2", "DescribeImages", 24h, TtlScope::account},
           Expected{"ec2", "DescribeSnapshots", 24h, TtlScope::account},
           Expected{"iam", "ListPolicies", 1h, TtlScope::account},
           Expected{"iam", "GetRole", 1h, TtlScope::account},
           Expected{"iam", "ListRoles", 1h, TtlScope::account},
           Expected{"iam", "ListUsers", 15min, TtlScope::account},
           Expected{"s3", "ListBuckets", 1h, TtlScope::account},
           Expected{"s3", "GetBucketPolicy", 1h, TtlScope::account},
           Expected{"s3", "GetBucketLifecycleConfiguration", 1h, TtlScope::account},
           Expected{"s3", "ListObjectsV2", 0s, TtlScope::live},
           Expected{"s3", "HeadObject", 0s, TtlScope::live},
           Expected{"ec2", "DescribeInstances", 5min, TtlScope::account},
           Expected{"ec2", "DescribeInstanceTypes", 24h, TtlScope::catalogue},
           Expected{"ec2", "DescribeVpcPeeringConnections", 5min, TtlScope::account},
           Expected{"cloudwatch", "GetMetricData", 0s, TtlScope::live},
           Expected{"cloudwatch", "ListMetrics", 0s, TtlScope::live},
           Expected{"logs", "FilterLogEvents", 0s, TtlScope::live},
           Expected{"logs", "GetLogEvents", 0s, TtlScope::live},
           Expected{"sqs", "GetQueueAttributes", 0s, TtlScope::live},
           Expected{"sqs", "ReceiveMessage", 0s, TtlScope::effect},
           Expected{"dynamodb", "Query", 0s, TtlScope::live},
           Expected{"dynamodb", "DescribeTable", 1min, TtlScope::account},
           Expected{"kinesis", "GetRecords", 0s, TtlScope::effect},
           Expected{"secretsmanager", "GetSecretValue", 0s, TtlScope::secret},
           Expected{"ssm", "GetParametersByPath", 0s, TtlScope::secret},
           Expected{"kms", "ListKeys", 0s, TtlScope::secret},
           Expected{"sts", "AssumeRole", 0s, TtlScope::effect},
           Expected{"sts", "GetSessionToken", 0s, TtlScope::secret},
           Expected{"sts", "GetCallerIdentity", 0s, TtlScope::live},
           Expected{"ecr", "GetAuthorizationToken", 0s, TtlScope::secret},
           Expected{"ec2", "GetPasswordData", 0s, TtlScope::secret},
           Expected{"lambda", "GetFunction", 0s, TtlScope::secret},
           Expected{"ec2", "RunInstances", 0s, TtlScope::effect},
           Expected{"iam", "GetAccountPasswordPolicy", 1h, TtlScope::account},
           Expected{"athena", "GetQueryResults", 0s, TtlScope::live},
           Expected{"codebuild", "ListBuilds", 0s, TtlScope::live},
           Expected{"glue", "GetTables", 1min, TtlScope::account},
           Expected{"ecs", "ListTagsForResource", 5min, TtlScope::account},
           Expected{"came-yesterday", "ListThings", 30s, TtlScope::account},
       }) {
    const TtlRule rule = rules.find(row.service, row.operation);
    EXPECT_EQ(rule.ttl, row.ttl) << row.service << ":" << row.operation << " by " << rule.row;
    EXPECT_EQ(to_text(rule.scope), to_text(row.scope)) << row.service << ":" << row.operation;
    EXPECT_FALSE(rule.reason.empty());
  }
}

TEST(TtlRules, SecretsAndEffectsHaveNoTime) {
  for (const TtlRule& rule : ttl_table()) {
    if (rule.scope != TtlScope::account && rule.scope != TtlScope::catalogue) {
      EXPECT_FALSE(rule.is_kept()) << rule.row;
    } else {
      EXPECT_TRUE(rule.is_kept()) << rule.row;
    }
    EXPECT_LE(rule.ttl, 24h) << rule.row;
    EXPECT_FALSE(rule.reason.empty()) << rule.row;
    EXPECT_EQ(rule.row.find("  "), std::string_view::npos) << rule.row;
  }
}

TEST(TtlRules, NoTwoRowsAreTheSame) {
  std::set<std::string_view> seen;
  for (const TtlRule& rule : ttl_table()) {
    EXPECT_TRUE(seen.insert(rule.row).second) << rule.row;
  }
}

TEST(TtlRules, UserRulesShortenAndLengthen) {
  const TtlRules rules({{"ec2", "describe-instances", 30s, "a"},
                        {"ec2", "Describe*", 2h, "b"},
                        {"*", "*", 7s, "c"},
                        {"logs", "*", 5s, "d"}});
  EXPECT_EQ(rules.find("ec2", "DescribeInstances").ttl, 30s);
  EXPECT_EQ(rules.find("ec2", "DescribeInstances").row, "a");
  EXPECT_TRUE(rules.find("ec2", "DescribeInstances").is_user_rule);
  EXPECT_EQ(rules.find("ec2", "DescribeVpcs").ttl, 2h);
  EXPECT_EQ(rules.find("logs", "FilterLogEvents").ttl, 5s) << "live data is the user's to keep";
  EXPECT_EQ(rules.find("sns", "ListTopics").ttl, 7s);
}

TEST(TtlRules, UserRulesCannotKeepSecretsOrWrites) {
  const TtlRules rules({{"*", "*", 1h, "all"},
                        {"secretsmanager", "GetSecretValue", 1h, "s"},
                        {"ec2", "RunInstances", 1h, "w"}});
  for (const auto& [service, operation] : {std::pair("secretsmanager", "GetSecretValue"),
                                           std::pair("ec2", "RunInstances"),
                                           std::pair("ssm", "GetParameter"),
                                           std::pair("ecr", "GetAuthorizationToken"),
                                           std::pair("sts", "GetSessionToken"),
                                           std::pair("kinesis", "GetShardIterator")}) {
    EXPECT_FALSE(rules.find(service, operation).is_kept()) << service << operation;
    EXPECT_FALSE(rules.find(service, operation).is_user_rule) << service << operation;
  }
}

TEST(TtlRules, TheLastOfEquallySpecificUserRulesCounts) {
  const TtlRules rules({{"ec2", "DescribeVpcs", 1s, "a"}, {"ec2", "describe-vpcs", 2s, "b"}});
  EXPECT_EQ(rules.find("ec2", "DescribeVpcs").ttl, 2s);
}

TEST(ReadNames, AreWholeWords) {
  for (const auto name : {"DescribeX",
                          "ListX",
                          "GetX",
                          "HeadBucket",
                          "BatchGetItem",
                          "Query",
                          "Scan",
                          "LookupEvents",
                          "SearchJobs",
                          "BatchDescribeTypeConfigurations"}) {
    EXPECT_TRUE(is_read_name(name)) << name;
  }
  for (const auto name : {"Getaway",
                          "Listen",
                          "BatchWriteItem",
                          "CreateX",
                          "Headline",
                          "Queryable",
                          "",
                          "describeX",
                          "PutObject",
                          "GenerateDataKey",
                          "ReceiveMessage"}) {
    EXPECT_FALSE(is_read_name(name)) << name;
  }
}

TEST(Durations, AreReadAndWritten) {
  EXPECT_EQ(parse_duration("30s"), 30s);
  EXPECT_EQ(parse_duration("45"), 45s);
  EXPECT_EQ(parse_duration("5m"), 5min);
  EXPECT_EQ(parse_duration("1h30m"), 90min);
  EXPECT_EQ(parse_duration("24h"), 24h);
  EXPECT_EQ(parse_duration("7d"), 168h);
  EXPECT_EQ(parse_duration("0"), 0s);
  EXPECT_EQ(parse_duration("never"), 0s);
  for (const auto wrong :
       {"", "s", "5 m", "5x", "-1s", "1.5h", "5m3", "9999999999s", "366d", "always", "5ms"}) {
    EXPECT_FALSE(parse_duration(wrong)) << wrong;
  }
  EXPECT_EQ(ttl_text(0s), "never");
  EXPECT_EQ(ttl_text(90s), "1m30s");
  EXPECT_EQ(ttl_text(24h), "24h");
  EXPECT_EQ(ttl_text(168h), "7d");
  EXPECT_EQ(ttl_text(25h), "1d1h");
}

TEST(Globs, MatchWholeTexts) {
  EXPECT_TRUE(glob_matches("*", ""));
  EXPECT_TRUE(glob_matches("Describe*", "Describe"));
  EXPECT_TRUE(glob_matches("*Image*", "DescribeImages"));
  EXPECT_TRUE(glob_matches("D*e*s", "DescribeVpcs"));
  EXPECT_FALSE(glob_matches("D*e", "DescribeVpcs"));
  EXPECT_FALSE(glob_matches("", "x"));
  EXPECT_TRUE(any_glob_matches("a b* c", "bcd"));
  EXPECT_FALSE(any_glob_matches("", "b"));
  EXPECT_FALSE(any_glob_matches("a b", "ab"));
}

}  // namespace
}  // namespace virga::cache
