// SPDX-License-Identifier: Apache-2.0
// Expected values are those of botocore 1.43.11 and awscli 1.45.11 for the same inputs and answers.
#include <chrono>

#include "engine/quirks/xml_outline.hpp"
#include "engine/quirks_checksum.hpp"
#include "quirks_support.hpp"

namespace virga::engine::test {
namespace {

constexpr std::string_view k_no_shapes = "{}";

std::string operation_json(std::string_view name, std::string_view rest = "") {
  std::string out = "\"";
  out.append(name).append(R"(": {"name": ")").append(name);
  out.append(R"(", "http": {"method": "GET", "requestUri": "/"})").append(rest).append("}");
  return out;
}

/// A service whose one operation has no shapes.
OneService bare(std::string_view service, std::string_view operation) {
  return OneService(service, "{" + operation_json(operation) + "}", k_no_shapes);
}

class FixedClock final : public Clock {
 public:
  [[nodiscard]] TimePoint now() const override {
    return TimePoint(std::chrono::microseconds(1'700'000'000'000'042));
  }

  [[nodiscard]] SteadyPoint steady_now() const override { return {}; }

  bool sleep(std::chrono::milliseconds) override { return true; }
};

TEST(QuirksEc2, RunInstancesGetsItsCountAndEncodesUserData) {
  const auto ec2 = bare("ec2", "RunInstances");
  EXPECT_EQ(input_after(ec2.operation("RunInstances"), R"({"UserData": "héllo", "MinCount": 2})"),
            R"({"UserData": "aMOpbGxv", "MinCount": 2, "MaxCount": 1})");
}

TEST(QuirksEc2, AddressesMoveIntoTheNetworkInterface) {
  const auto ec2 = bare("ec2", "RunInstances");
  EXPECT_EQ(
      input_after(ec2.operation("RunInstances"),
                  R"({"NetworkInterfaces": [{"DeviceIndex": 0, "AssociatePublicIpAddress": true}],
                      "SubnetId": "s", "SecurityGroupIds": ["g"], "PrivateIpAddress": "10.0.0.1",
                      "MinCount": 1, "MaxCount": 1})"),
      R"({"NetworkInterfaces": [{"DeviceIndex": 0, "AssociatePublicIpAddress": true, )"
      R"("SubnetId": "s", "Groups": ["g"], )"
      R"("PrivateIpAddresses": [{"PrivateIpAddress": "10.0.0.1", "Primary": true}]}], )"
      R"("MinCount": 1, "MaxCount": 1})");
  const char* untouched =
      R"({"NetworkInterfaces": [{"DeviceIndex": 0}], "SubnetId": "s", "MaxCount": 1, "MinCount": 1})";
  EXPECT_EQ(input_after(ec2.operation("RunInstances"), untouched), untouched);
}

TEST(QuirksEc2, ValuesOfTheWrongKindAreLeftAlone) {
  const auto ec2 = bare("ec2", "RunInstances");
  const char* odd = R"({"NetworkInterfaces": [1], "UserData": 3, "MaxCount": 1, "MinCount": 1})";
  EXPECT_EQ(input_after(ec2.operation("RunInstances"), odd), odd);
}

TEST(QuirksEc2, ProtocolsGetTheirNumbers) {
  const auto ec2 = bare("ec2", "CreateNetworkAclEntry");
  EXPECT_EQ(input_after(ec2.operation("CreateNetworkAclEntry"), R"({"Protocol": "udp"})"),
            R"({"Protocol": "17"})");
  EXPECT_EQ(input_after(ec2.operation("CreateNetworkAclEntry"), R"({"Protocol": "6"})"),
            R"({"Protocol": "6"})");
}

TEST(QuirksEc2, ABundleGetsAPolicyAndItsSignature) {
  const auto ec2 = bare("ec2", "BundleInstance");
  const FixedClock clock;
  QuirkContext context;
  context.clock = &clock;
  Value params = json(R"({"Storage": {"S3": {"Bucket": "b", "Prefix": "p", "_SAK": "secret"}}})");
  ASSERT_TRUE(before_serialize(ec2.operation("BundleInstance"), params, context));
  const Value* s3 = params.find("Storage")->find("S3");
  EXPECT_EQ(s3->find("UploadPolicy")->as_blob()->bytes,
            R"({"expiration": "2023-11-15T22:13:20.000042Z","conditions": [{"bucket": "b"},)"
            R"({"acl": "ec2-bundle-read"},["starts-with", "$key", "p"]]})");
  EXPECT_EQ(s3->text("UploadPolicySignature"), "J2bJLgRb3+4OGxbY7r2OFm9JE9k=");
  EXPECT_EQ(s3->find("_SAK"), nullptr);
}

TEST(QuirksEc2, ConsoleOutputIsDecoded) {
  const auto ec2 = bare("ec2", "GetConsoleOutput");
  EXPECT_EQ(output_after(ec2.operation("GetConsoleOutput"), R"({"Output": "aGn/4oI="})"),
            R"({"Output": "hi��"})");
  EXPECT_EQ(output_after(ec2.operation("GetConsoleOutput"), R"({"Output": "a"})"),
            R"({"Output": "a"})");
}

TEST(QuirksEc2, FiltersIsAnotherNameForFilter) {
  const OneService ec2(
      "ec2",
      "{" + operation_json("DescribeX", R"(, "input": {"shape": "In"})") + "}",
      R"({"In": {"type": "structure", "members": {"Filter": {"shape": "String"}}}})");
  EXPECT_EQ(input_after(ec2.operation("DescribeX"), R"({"Filters": "a"})"), R"({"Filter": "a"})");
  EXPECT_EQ(
      input_after(ec2.operation("DescribeX"), R"({"Filters": "a", "Filter": "b"})"),
      "Parameter 'Filter' and its alias 'Filters' were provided for operation DescribeX.  Only "
      "one of them may be used.");
}

struct PresignedCopy {
  std::string query;
  std::string region;
  std::string body;
};

PresignedCopy presign(std::string_view service, std::string_view operation, std::string body) {
  const auto model = bare(service, operation);
  PresignedCopy seen;
  QuirkContext context;
  context.region = "us-east-1";
  context.presign = [&](http::Request request, std::string_view region) -> Result<std::string> {
    seen.query = request.method + " " + request.path + "?" + request.query;
    seen.region = region;
    return std::string("https://signed/?a=b&c");
  };
  http::Request request;
  request.method = "POST";
  request.body = std::move(body);
  EXPECT_TRUE(after_serialize(model.operation(operation), Map(), request, context));
  seen.body = request.body;
  return seen;
}

TEST(QuirksPresigned, Ec2CopiesGetAUrlAndTheirDestination) {
  const auto seen =
      presign("ec2", "CopySnapshot", "Action=CopySnapshot&SourceRegion=us-west-2&Name=s+p");
  EXPECT_EQ(
      seen.query,
      "GET /?Action=CopySnapshot&SourceRegion=us-west-2&Name=s%20p&DestinationRegion=us-east-1");
  EXPECT_EQ(seen.region, "us-west-2");
  EXPECT_EQ(seen.body,
            "Action=CopySnapshot&SourceRegion=us-west-2&Name=s+p&"
            "PresignedUrl=https%3A%2F%2Fsigned%2F%3Fa%3Db%26c&DestinationRegion=us-east-1");
  const char* given = "Action=CopySnapshot&SourceRegion=us-west-2&PresignedUrl=u";
  EXPECT_EQ(presign("ec2", "CopySnapshot", given).body, given);
}

TEST(QuirksPresigned, RdsCopiesLoseTheirSourceRegion) {
  for (const char* service : {"rds", "neptune", "docdb"}) {
    const auto seen =
        presign(service, "CreateDBCluster", "Action=CreateDBCluster&SourceRegion=us-west-2&A=b");
    EXPECT_EQ(seen.query, "GET /?Action=CreateDBCluster&A=b&DestinationRegion=us-east-1");
    EXPECT_EQ(seen.region, "us-west-2");
    EXPECT_EQ(seen.body,
              "Action=CreateDBCluster&A=b&PreSignedUrl=https%3A%2F%2Fsigned%2F%3Fa%3Db%26c");
  }
  EXPECT_EQ(presign("rds", "CreateDBCluster", "A=b&PreSignedUrl=u&SourceRegion=r").body,
            "A=b&PreSignedUrl=u");
  EXPECT_EQ(presign("rds", "CreateDBCluster", "A=b").body, "A=b");
}

TEST(QuirksGlacier, TheAccountHasADefaultAndRequestsAVersion) {
  const auto glacier = bare("glacier", "ListVaults");
  EXPECT_EQ(input_after(glacier.operation("ListVaults"), "{}"), R"({"accountId": "-"})");
  EXPECT_EQ(input_after(glacier.operation("ListVaults"), R"({"accountId": "1"})"),
            R"({"accountId": "1"})");
  http::Request request;
  QuirkContext context;
  EXPECT_TRUE(after_serialize(glacier.operation("ListVaults"), Map(), request, context));
  EXPECT_EQ(request.headers.get("x-amz-glacier-version"), "2012-06-01");
}

TEST(QuirksGlacier, UploadsCarryTwoHashes) {
  const auto glacier = bare("glacier", "UploadArchive");
  const std::string body(3 * 1024 * 1024 + 7, 'a');
  for (const bool stream : {false, true}) {
    http::Request request;
    if (stream) {
      request.stream = std::make_shared<StringSource>(body);
    } else {
      request.body = body;
    }
    QuirkContext context;
    EXPECT_TRUE(after_serialize(glacier.operation("UploadArchive"), Map(), request, context));
    EXPECT_EQ(request.headers.get("x-amz-content-sha256"),
              "7d8aedf62548b6943c912ca5192d7a2c13322cd689d7a47d4b3944b4bb2e30c6");
    EXPECT_EQ(request.headers.get("x-amz-sha256-tree-hash"),
              "293579e773b9a40f2cfd9afc5f2ff30b724fd73775c437b063d6276b092e53b9");
  }
  http::Request empty;
  empty.headers.add("x-amz-sha256-tree-hash", "given");
  QuirkContext context;
  EXPECT_TRUE(after_serialize(glacier.operation("UploadArchive"), Map(), empty, context));
  EXPECT_EQ(empty.headers.get("x-amz-content-sha256"),
            "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855");
  EXPECT_EQ(empty.headers.get("x-amz-sha256-tree-hash"), "given");
}

TEST(QuirksDocuments, IamPoliciesBecomeObjects) {
  const OneService iam("iam",
                       "{" + operation_json("Get", R"(, "output": {"shape": "Out"})") + "}",
                       R"({"Out": {"type": "structure", "members": {"Version": {"shape": "Version"},
                  "Versions": {"shape": "Versions"}, "Top": {"shape": "policyDocumentType"},
                  "Name": {"shape": "String"}}},
          "Versions": {"type": "list", "member": {"shape": "Version"}},
          "Version": {"type": "structure", "members": {"Document": {"shape": "policyDocumentType"}}},
          "policyDocumentType": {"type": "string"}})");
  EXPECT_EQ(output_after(iam.operation("Get"),
                         R"({"Version": {"Document": "%7B%22a%22%3A1%7D"},
                             "Versions": [{"Document": "%7B%22b%22%3A%22c+d%22%7D"},
                                          {"Document": "no%20json"}],
                             "Top": "[1]", "Name": "%7B%7D"})"),
            R"({"Version": {"Document": {"a": 1}}, )"
            R"("Versions": [{"Document": {"b": "c+d"}}, {"Document": "no%20json"}], )"
            R"("Top": [1], "Name": "%7B%7D"})");
}

TEST(QuirksDocuments, JsonTemplatesBecomeObjects) {
  const auto cloudformation = bare("cloudformation", "GetTemplate");
  EXPECT_EQ(output_after(cloudformation.operation("GetTemplate"),
                         R"({"TemplateBody": "{\"b\": 1, \"a\": 2}"})"),
            R"({"TemplateBody": {"b": 1, "a": 2}})");
  EXPECT_EQ(output_after(cloudformation.operation("GetTemplate"), R"({"TemplateBody": "a: 1"})"),
            R"({"TemplateBody": "a: 1"})");
}

TEST(QuirksDataPipeline, DefinitionsAreShownAsTheirFilesAre) {
  const auto datapipeline = bare("datapipeline", "GetPipelineDefinition");
  EXPECT_EQ(output_after(datapipeline.operation("GetPipelineDefinition"),
                         R"({"pipelineObjects": [{"id": "i", "name": "n", "fields": [
                          {"key": "k", "stringValue": "1"}, {"key": "k", "stringValue": "2"},
                          {"key": "k", "stringValue": "3"}, {"key": "r", "refValue": "o"}]}],
                       "parameterObjects": [{"id": "p", "attributes": [
                          {"key": "type", "stringValue": "String"}]}],
                       "parameterValues": [{"id": "v", "stringValue": "a"},
                                           {"id": "v", "stringValue": "b"}]})"),
            R"({"objects": [{"id": "i", "name": "n", "k": ["1", "2", "3"], "r": {"ref": "o"}}], )"
            R"("parameters": [{"id": "p", "type": "String"}], "values": {"v": ["a", "b"]}})");
}

TEST(QuirksRoute53, IdsLoseTheirKind) {
  const OneService route53(
      "route53",
      "{" + operation_json("Get", R"(, "input": {"shape": "In"})") + "}",
      R"({"In": {"type": "structure", "members": {"Id": {"shape": "ResourceId"},
                 "DelegationSetId": {"shape": "DelegationSetId"}, "Name": {"shape": "String"}}},
          "ResourceId": {"type": "string"}, "DelegationSetId": {"type": "string"}})");
  EXPECT_EQ(input_after(route53.operation("Get"),
                        R"({"Id": "/hostedzone/Z1", "DelegationSetId": "N1", "Name": "a/b"})"),
            R"({"Id": "Z1", "DelegationSetId": "N1", "Name": "a/b"})");
}

TEST(QuirksS3Control, AnArnOfAnOutpostGivesTheAccount) {
  const auto s3control = bare("s3control", "GetBucket");
  const auto operation = s3control.operation("GetBucket");
  const std::string arn = "arn:aws:s3-outposts:us-east-1:123456789012:outpost/op-1/bucket/b";
  const std::string params = R"({"Bucket": ")" + arn + "\"";
  EXPECT_EQ(input_after(operation, params + "}"), params + R"(, "AccountId": "123456789012"})");
  EXPECT_EQ(input_after(operation, params + R"(, "AccountId": "1"})"),
            "S3 ARN \"" + arn +
                "\" provided is invalid for this operation. Account ID in arn does not match the "
                "AccountId parameter provided: \"1\"");
  EXPECT_EQ(input_after(operation, R"({"Name": "a:b:s3:us-east-1:1:accesspoint/ap"})"),
            "S3 ARN \"a:b:s3:us-east-1:1:accesspoint/ap\" provided is invalid for this operation. "
            "The Name parameter does not support the provided ARN");
  EXPECT_EQ(input_after(operation, R"({"Bucket": "b"})"), R"({"Bucket": "b"})");
}

TEST(QuirksOthers, ASearchIsPosted) {
  const auto search = bare("cloudsearchdomain", "Search");
  http::Request request;
  request.query = "format=sdk&q=a%20b";
  QuirkContext context;
  EXPECT_TRUE(after_serialize(search.operation("Search"), Map(), request, context));
  EXPECT_EQ(request.method, "POST");
  EXPECT_EQ(request.query, "");
  EXPECT_EQ(request.body, "format=sdk&q=a%20b");
  EXPECT_EQ(request.headers.get("Content-Type"), "application/x-www-form-urlencoded");
}

TEST(QuirksOthers, PredictionsGoToTheModelsEndpoint) {
  const auto machinelearning = bare("machinelearning", "Predict");
  http::Request request;
  QuirkContext context;
  EXPECT_TRUE(after_serialize(machinelearning.operation("Predict"),
                              json(R"({"PredictEndpoint": "https://r.test/x/y?z"})"),
                              request,
                              context));
  EXPECT_EQ(context.endpoint_override, "https://r.test");
}

TEST(QuirksOthers, ApiGatewayIsAskedForPlainJson) {
  const auto apigateway = bare("apigateway", "GetRestApis");
  http::Request request;
  QuirkContext context;
  EXPECT_TRUE(after_serialize(apigateway.operation("GetRestApis"), Map(), request, context));
  EXPECT_EQ(request.headers.get("Accept"), "application/json");
}

TEST(QuirksOthers, OAuthErrorsGetAMessage) {
  const auto oidc = bare("sso-oidc", "CreateToken");
  http::Response response;
  response.status = 400;
  response.body = R"({"error":"x","error_description":"desc"})";
  EXPECT_TRUE(before_parse(oidc.operation("CreateToken"), response, QuirkContext()));
  EXPECT_EQ(response.body, R"({"error": "x", "error_description": "desc", "Message": "desc"})");
  response.body = "<html>";
  EXPECT_TRUE(before_parse(oidc.operation("CreateToken"), response, QuirkContext()));
  EXPECT_EQ(response.body, "<html>");
}

TEST(QuirksXml, OutlineFindsTheRootAndItsText) {
  const auto outline = quirks::outline_xml(
      "<?xml version='1.0'?><!DOCTYPE a [<!ELEMENT a ANY>]><!-- c --><a b='1'>x&amp;y&#x41;"
      "<![CDATA[<z>]]>\r\n<b>no</b>tail</a>\n");
  EXPECT_TRUE(outline.well_formed);
  EXPECT_EQ(outline.root, "a");
  EXPECT_EQ(outline.root_text, "x&yA<z>\n");
  EXPECT_FALSE(outline.has_namespace);
}

TEST(QuirksXml, WhatPythonRefusesIsNotWellFormed) {
  for (const char* body : {"",
                           "x",
                           "<",
                           "<a",
                           "<a>",
                           "<a></b>",
                           "<a/><b/>",
                           "<a>&nope;</a>",
                           "<a>&#0;</a>",
                           "<a>&amp</a>",
                           "<a b=1/>",
                           "<a b='1'c='2'/>",
                           "<a b='<'/>",
                           "<a>\x01</a>",
                           "<a>\xff</a>",
                           "<a/>x",
                           "<!-- <a/>",
                           "<a><![CDATA[</a>",
                           "<1/>"}) {
    EXPECT_FALSE(quirks::outline_xml(body).well_formed) << body;
  }
}

}  // namespace
}  // namespace virga::engine::test
