// SPDX-License-Identifier: Apache-2.0
#include "model/names.hpp"

#include <gtest/gtest.h>

namespace virga::model {
namespace {

// Expectations: botocore.xform_name(name, "-").
TEST(MemberCliName, SplitsWordsAsBotocoreDoes) {
  EXPECT_EQ(member_cli_name("InstanceIds"), "instance-ids");
  EXPECT_EQ(member_cli_name("KMSKeyId"), "kms-key-id");
  EXPECT_EQ(member_cli_name("DBInstanceIdentifier"), "db-instance-identifier");
  EXPECT_EQ(member_cli_name("nextToken"), "next-token");
  EXPECT_EQ(member_cli_name("IPv6Address"), "i-pv6-address");
  EXPECT_EQ(member_cli_name("EC2SecurityGroupName"), "ec2-security-group-name");
  EXPECT_EQ(member_cli_name("SSEKMSKeyId"), "ssekms-key-id");
}

TEST(MemberCliName, KeepsPluralAcronymsTogether) {
  EXPECT_EQ(member_cli_name("GatewayARNs"), "gateway-arns");
  EXPECT_EQ(member_cli_name("ListWebACLs"), "list-web-acls");
  EXPECT_EQ(member_cli_name("SomeCNAMEs"), "some-cnames");
}

TEST(MemberCliName, LeavesNamesWithDashesAlone) {
  EXPECT_EQ(member_cli_name("x-Amz-Y"), "x-Amz-Y");
}

TEST(OperationCliName, TakesBrandNamesAsOneWord) {
  EXPECT_EQ(operation_cli_name("ExecutePartiQLStatement"), "execute-partiql-statement");
  EXPECT_EQ(operation_cli_name("CreateCachediSCSIVolume"), "create-cached-iscsi-volume");
  EXPECT_EQ(operation_cli_name("ListHITsForQualificationType"), "list-hits-for-qualification-type");
  EXPECT_EQ(operation_cli_name("StartOTelEnrichment"), "start-otel-enrichment");
  EXPECT_EQ(operation_cli_name("DescribeInstances"), "describe-instances");
}

}  // namespace
}  // namespace virga::model
