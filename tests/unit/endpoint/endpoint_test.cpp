// SPDX-License-Identifier: Apache-2.0
#include "endpoint/endpoint.hpp"

#include <string>

#include <gtest/gtest.h>

#include "model/pack_builder.hpp"
#include "value/json_read.hpp"

namespace virga::endpoint {
namespace {

constexpr std::string_view k_partitions = R"({"partitions": [
  {"id": "aws", "regionRegex": "^(us|eu)\\-\\w+\\-\\d+$", "regions": {"aws-global": {}},
   "outputs": {"name": "aws", "dnsSuffix": "amazonaws.com", "supportsFIPS": true}}]})";

constexpr std::string_view k_endpoints = R"({"partitions": [{"partition": "aws",
  "dnsSuffix": "amazonaws.com", "regionRegex": "^(us|eu)\\-\\w+\\-\\d+$",
  "regions": {"us-east-1": {}},
  "defaults": {"hostname": "{service}.{region}.{dnsSuffix}", "protocols": ["https"],
    "signatureVersions": ["v4"], "variants": [
      {"tags": ["fips"], "hostname": "{service}-fips.{region}.{dnsSuffix}",
       "dnsSuffix": "fips.com"}]},
  "services": {"iam": {"partitionEndpoint": "aws-global", "isRegionalized": false,
    "endpoints": {"aws-global": {"hostname": "iam.amazonaws.com",
      "credentialScope": {"region": "us-east-1", "service": "iam2"}}}}}}]})";

constexpr std::string_view k_rules = R"({"version": "1.0",
  "parameters": {
    "Region": {"type": "string", "builtIn": "AWS::Region", "required": true},
    "Endpoint": {"type": "string", "builtIn": "SDK::Endpoint"},
    "Bucket": {"type": "string"},
    "Kind": {"type": "string", "default": "data"}},
  "rules": [
    {"type": "endpoint", "conditions": [{"fn": "isSet", "argv": [{"ref": "Endpoint"}]},
       {"fn": "parseURL", "argv": [{"ref": "Endpoint"}], "assign": "url"}],
     "endpoint": {"url": "{url#scheme}://{url#authority}{url#normalizedPath}{Bucket}"}},
    {"type": "error", "error": "no {Region}",
     "conditions": [{"fn": "stringEquals", "argv": [{"ref": "Region"}, "eu-bad-1"]}]},
    {"type": "tree", "conditions": [
       {"fn": "aws.partition", "argv": [{"ref": "Region"}], "assign": "p"}], "rules": [
      {"type": "endpoint", "conditions": [
         {"fn": "stringEquals", "argv": [{"ref": "Kind"}, "control"]}],
       "endpoint": {"url": "https://control.{p#dnsSuffix}", "headers": {"x-kind": ["{Kind}"]},
         "properties": {"backend": "{Kind}",
           "authSchemes": [{"name": "sigv4a", "signingRegionSet": ["*"]},
             {"name": "sigv4", "signingName": "other", "signingRegion": "{Region}"}]}}},
      {"type": "endpoint", "conditions": [],
       "endpoint": {"url": "https://{Bucket}.{Region}.{p#dnsSuffix}"}}]}]})";

Value json(std::string_view text) { return *read_json(text); }

class Resolve : public testing::Test {
 protected:
  void SetUp() override {
    model::PackBuilder builder;
    builder.set_partitions(json(k_partitions));
    builder.set_endpoints(json(k_endpoints));
    const auto metadata = [](std::string_view prefix, std::string_view version) {
      Map map;
      map.append("endpointPrefix", prefix);
      map.append("signatureVersion", version);
      map.append("protocol", "rest-xml");
      map.append("serviceId", prefix);
      return Value(map);
    };
    const Value operations = json(R"({
      "Get": {"name": "Get", "http": {"method": "GET", "requestUri": "/{Bucket}/{Key+}"},
        "input": {"shape": "GetInput"}},
      "Open": {"name": "Open", "http": {"method": "GET", "requestUri": "/"}, "authtype": "none"},
      "Big": {"name": "Big", "http": {"method": "GET", "requestUri": "/"},
        "authtype": "v4-unsigned-body"},
      "Control": {"name": "Control", "http": {"method": "GET", "requestUri": "/"},
        "staticContextParams": {"Kind": {"value": "control"}}}})");
    const Value shapes = json(R"({"String": {"type": "string"}, "GetInput": {"type": "structure",
      "members": {"Bucket": {"shape": "String", "contextParam": {"name": "Bucket"}}}}})");
    for (const auto& [name, version] :
         {std::pair("s3", "v4"), std::pair("iam", "v4"), std::pair("old", "v2")}) {
      Map service;
      service.append("metadata", metadata(name, version));
      service.append("operations", operations);
      service.append("shapes", shapes);
      model::ServiceSource source;
      source.name = name;
      source.service = service;
      if (source.name == "s3") {
        source.rules = json(k_rules);
      }
      const auto status = builder.add_service(source);
      ASSERT_TRUE(status) << status.error().message;
    }
    auto catalog = model::Catalog::from_bytes(builder.finish("test", "1"));
    ASSERT_TRUE(catalog) << catalog.error().message;
    catalog_.emplace(std::move(*catalog));
    params_.region = "eu-west-1";
    bucket_ = json(R"({"Bucket": "b"})");
  }

  [[nodiscard]] model::Operation operation(std::string_view service, std::string_view name) const {
    return *catalog_->find_service(service)->find_operation(name);
  }

  [[nodiscard]] Result<Resolution> resolved(std::string_view service, std::string_view name) const {
    return resolve(*catalog_, operation(service, name), bucket_, params_);
  }

  std::optional<model::Catalog> catalog_;
  EndpointParams params_;
  Value bucket_;
};

TEST_F(Resolve, MembersAndBuiltInsReachTheRules) {
  const auto result = resolved("s3", "Get");
  ASSERT_TRUE(result) << result.error().message;
  EXPECT_EQ(result->endpoint.url, "https://b.eu-west-1.amazonaws.com");
  EXPECT_EQ(result->signing.signature_version, "s3v4");
  EXPECT_EQ(result->signing.signing_name, "s3");
  EXPECT_EQ(result->signing.signing_region, "eu-west-1");
}

TEST_F(Resolve, TheRequestPathLosesTheBucketThatTheEndpointHas) {
  params_.endpoint_url = "http://127.0.0.1:5000/base";
  const auto result = resolved("s3", "Get");
  ASSERT_TRUE(result) << result.error().message;
  EXPECT_EQ(result->endpoint.url, "http://127.0.0.1:5000/base/b");
  const auto get = operation("s3", "Get");
  EXPECT_TRUE(drops_bucket(get));
  EXPECT_EQ(request_path(get, result->endpoint, "/b/k/e%20y"), "/base/b/k/e%20y");
  EXPECT_EQ(request_path(get, result->endpoint, "/b"), "/base/b");
  EXPECT_FALSE(drops_bucket(operation("iam", "Get")));
  const auto parts = split_endpoint(result->endpoint.url);
  EXPECT_EQ(parts.scheme, "http");
  EXPECT_EQ(parts.host, "127.0.0.1:5000");
  EXPECT_EQ(parts.path, "/base/b");
}

TEST_F(Resolve, AuthSchemesDecideTheSignature) {
  auto result = resolved("s3", "Control");
  ASSERT_TRUE(result) << result.error().message;
  EXPECT_EQ(result->endpoint.url, "https://control.amazonaws.com");
  EXPECT_EQ(result->endpoint.headers[0].second[0], "control");
  EXPECT_EQ(result->endpoint.properties.find("backend")->as_string()->c_str(),
            std::string("control"));
  EXPECT_EQ(result->signing.signature_version, "s3v4a");
  EXPECT_EQ(result->signing.signing_region, "*");
  params_.sigv4a_supported = false;
  result = resolved("s3", "Control");
  EXPECT_EQ(result->signing.signature_version, "v4");
  EXPECT_EQ(result->signing.signing_name, "other");
  params_.sigv4a_supported = true;
  params_.auth_scheme_preference = "sigv4";
  EXPECT_EQ(resolved("s3", "Control")->signing.signature_version, "v4");
}

TEST_F(Resolve, OperationsMayBeUnsignedOrHaveAnUnsignedBody) {
  EXPECT_EQ(resolved("iam", "Open")->signing.signature_version, "none");
  const auto big = resolved("iam", "Big");
  EXPECT_EQ(big->signing.signature_version, "v4");
  EXPECT_TRUE(big->signing.unsigned_payload);
  params_.sign = false;
  EXPECT_EQ(resolved("iam", "Big")->signing.signature_version, "none");
}

TEST_F(Resolve, ServicesWithoutRulesGoByTheListOfHosts) {
  auto result = resolved("old", "Get");
  ASSERT_TRUE(result) << result.error().message;
  EXPECT_EQ(result->endpoint.url, "https://old.eu-west-1.amazonaws.com");
  EXPECT_EQ(result->signing.signature_version, "v2");
  params_.use_fips = true;
  EXPECT_EQ(resolved("old", "Get")->endpoint.url, "https://old-fips.eu-west-1.fips.com");
  params_.use_fips = false;
  params_.region = "fips-us-east-1";
  EXPECT_EQ(resolved("old", "Get")->endpoint.url, "https://old-fips.us-east-1.fips.com");
  params_.region = "xx-new-1";
  EXPECT_EQ(resolved("old", "Get")->endpoint.url, "https://old.xx-new-1.amazonaws.com");
  params_.use_dual_stack = true;
  EXPECT_EQ(resolved("old", "Get").error().message,
            "Unable to construct a modeled endpoint with the following variant(s) ['dualstack']: ");
}

TEST_F(Resolve, GlobalServicesAreSignedForTheirOwnRegion) {
  params_.region.clear();
  const auto result = resolved("iam", "Get");
  ASSERT_TRUE(result) << result.error().message;
  EXPECT_EQ(result->endpoint.url, "https://iam.amazonaws.com");
  EXPECT_EQ(result->region, "aws-global");
  EXPECT_EQ(result->signing.signing_region, "us-east-1");
  EXPECT_EQ(result->signing.signing_name, "iam2");
}

TEST_F(Resolve, ErrorsHaveTheAwsClisWords) {
  params_.region.clear();
  EXPECT_EQ(resolved("old", "Get").error().message,
            "You must specify a region. You can also configure your region by running \"aws "
            "configure\".");
  EXPECT_EQ(resolved("old", "Get").error().code, ErrorCode::configuration);
  params_.region = "xx yy";
  EXPECT_EQ(resolved("old", "Get").error().message,
            "Provided region_name 'xx yy' doesn't match a supported format.");
  params_.region = "eu-bad-1";
  EXPECT_EQ(resolved("s3", "Get").error().message, "no eu-bad-1");
  params_.endpoint_url = "localhost:1";
  EXPECT_EQ(resolved("s3", "Get").error().message, "Invalid endpoint: localhost:1");
}

TEST_F(Resolve, HostileRuleSetsEndInAnError) {
  std::string deep = R"({"type": "error", "conditions": [], "error": "deep"})";
  for (int i = 0; i < 100; ++i) {
    deep = R"({"type": "tree", "conditions": [], "rules": [)" + deep + "]}";
  }
  for (const std::string& rules :
       {deep,
        std::string(R"({"type": "dance", "conditions": []})"),
        std::string(R"({"type": "endpoint", "conditions": [], "endpoint": {"url": "{Nobody}"}})"),
        std::string(R"({"type": "endpoint", "conditions": [{"fn": "isSet", "argv": []}]})"),
        std::string(R"({"type": "endpoint", "conditions": 7, "endpoint": []})")}) {
    model::PackBuilder builder;
    model::ServiceSource source;
    source.name = "bad";
    source.service = json(R"({"metadata": {"endpointPrefix": "bad", "protocol": "json",
      "signatureVersion": "v4"}, "operations": {"A": {"name": "A", "http": {}}}, "shapes": {}})");
    source.rules = json(R"({"parameters": {}, "rules": [)" + rules + "]}");
    ASSERT_TRUE(builder.add_service(source));
    builder.set_endpoints(json(k_endpoints));
    const auto catalog = model::Catalog::from_bytes(builder.finish("test", "1"));
    ASSERT_TRUE(catalog);
    const auto result =
        resolve(*catalog, *catalog->find_service("bad")->find_operation("A"), Map(), params_);
    ASSERT_FALSE(result) << rules;
    EXPECT_FALSE(result.error().message.empty());
  }
}

}  // namespace
}  // namespace virga::endpoint
