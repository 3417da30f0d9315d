// SPDX-License-Identifier: Apache-2.0
#include "cache/invalidation.hpp"

#include <gtest/gtest.h>

#include "value/json_read.hpp"

namespace virga::cache {
namespace {

Invalidation of(std::string_view service,
                std::string_view operation,
                std::string_view params = "{}") {
  return invalidation_of(service, operation, read_json(params).value());
}

TEST(Invalidation, ReadsDropNothing) {
  EXPECT_TRUE(of("ec2", "DescribeInstances").is_empty());
  EXPECT_TRUE(of("s3", "HeadBucket").is_empty());
  EXPECT_TRUE(of("sts", "AssumeRole").is_empty());
  EXPECT_TRUE(of("lambda", "Invoke").is_empty());
  EXPECT_FALSE(of("ec2", "DescribeInstances").reaches("ec2", "DescribeInstances"));
}

TEST(Invalidation, AWriteDropsItsServiceInItsRegion) {
  const Invalidation run = of("ec2", "RunInstances");
  EXPECT_FALSE(run.every_region());
  for (const auto read : {"DescribeInstances",
                          "DescribeInstanceStatus",
                          "DescribeVolumes",
                          "DescribeNetworkInterfaces",
                          "DescribeAddresses",
                          "DescribeTags"}) {
    EXPECT_TRUE(run.reaches("ec2", read)) << read;
  }
  EXPECT_TRUE(run.reaches("autoscaling", "DescribeAutoScalingGroups"));
  EXPECT_TRUE(run.reaches("resourcegroupstaggingapi", "GetResources"));
  EXPECT_FALSE(run.reaches("s3", "ListBuckets"));
  EXPECT_TRUE(of("came-yesterday", "CreateThing").reaches("came-yesterday", "ListThings"));
}

TEST(Invalidation, PublicAndLongLivedAnswersSurviveAnUnrelatedWrite) {
  for (const auto read :
       {"DescribeImages", "DescribeSnapshots", "DescribeRegions", "DescribeInstanceTypes"}) {
    EXPECT_FALSE(of("ec2", "RunInstances").reaches("ec2", read)) << read;
    EXPECT_FALSE(of("ec2", "AuthorizeSecurityGroupIngress").reaches("ec2", read)) << read;
    EXPECT_FALSE(of("autoscaling", "SetDesiredCapacity").reaches("ec2", read)) << read;
  }
  EXPECT_TRUE(of("ec2", "CreateImage").reaches("ec2", "DescribeImages"));
  EXPECT_TRUE(of("ec2", "CreateRestoreImageTask").reaches("ec2", "DescribeImages"));
  EXPECT_TRUE(of("ec2", "CreateSnapshot").reaches("ec2", "DescribeSnapshots"));
  EXPECT_TRUE(of("ec2", "CreateTags").reaches("ec2", "DescribeImages"));
  EXPECT_FALSE(of("ec2", "CreateImage").reaches("ec2", "DescribeInstanceTypes"));
  EXPECT_TRUE(of("ec2", "ModifyAvailabilityZoneGroup").reaches("ec2", "DescribeAvailabilityZones"));
  EXPECT_TRUE(of("account", "EnableRegion").reaches("ec2", "DescribeRegions"));
}

TEST(Invalidation, ObjectsLeaveTheirBucketsConfiguration) {
  EXPECT_FALSE(of("s3", "PutObject").reaches("s3", "GetBucketPolicy"));
  EXPECT_FALSE(of("s3", "PutObject").reaches("s3", "ListBuckets"));
  EXPECT_TRUE(of("s3", "PutObject").reaches("s3", "ListObjectsV2"))
      << "a user rule may keep listings";
  EXPECT_TRUE(of("s3", "PutBucketPolicy").reaches("s3", "GetBucketPolicy"));
  EXPECT_TRUE(of("s3", "CreateBucket").reaches("s3", "ListBuckets"));
  EXPECT_TRUE(of("s3", "CreateBucket").every_region());
}

TEST(Invalidation, GlobalServicesReachEveryRegion) {
  for (const auto service : {"iam", "route53", "cloudfront", "organizations", "bcm-dashboards"}) {
    EXPECT_TRUE(of(service, "CreateThing").every_region()) << service;
  }
  EXPECT_FALSE(of("sns", "CreateTopic").every_region());
  EXPECT_TRUE(of("dynamodb", "CreateTable").every_region()) << "replicas";
}

TEST(Invalidation, ARegionAmongTheParametersReachesEveryRegion) {
  EXPECT_TRUE(of("ec2", "CopyImage", R"({"SourceRegion": "eu-west-1"})").every_region());
  EXPECT_TRUE(of("x", "CreateX", R"({"A": [{"b": {"replicaRegions": []}}]})").every_region());
  EXPECT_FALSE(of("x", "CreateX", R"({"A": [{"b": "region"}]})").every_region());
  std::string deep = "1";
  for (int i = 0; i < 40; ++i) {
    deep = "[" + deep + "]";
  }
  EXPECT_TRUE(of("x", "CreateX", deep).every_region()) << "when unsure, more";
}

TEST(Invalidation, StacksReachEverything) {
  const Invalidation stack = of("cloudformation", "CreateStack");
  EXPECT_TRUE(stack.every_service());
  EXPECT_TRUE(stack.every_region());
  EXPECT_TRUE(stack.reaches("ec2", "DescribeImages"));
  EXPECT_TRUE(stack.reaches("came-yesterday", "ListThings"));
  EXPECT_FALSE(stack.reaches("pricing", "GetProducts")) << "the catalogue";
  EXPECT_FALSE(of("cloudformation", "CreateChangeSet").every_service());
}

TEST(Invalidation, OutlivesWhatItWasMadeFrom) {
  Invalidation kept;
  {
    const std::string service = "ec2";
    const std::string operation = "RunInstances";
    kept = of(service, operation);
  }
  const Invalidation copy = kept;
  EXPECT_TRUE(copy.reaches("ec2", "DescribeInstances"));
  EXPECT_FALSE(copy.reaches("ec2", "DescribeImages"));
}

}  // namespace
}  // namespace virga::cache
