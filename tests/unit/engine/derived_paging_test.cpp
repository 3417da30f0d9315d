// SPDX-License-Identifier: Apache-2.0
// Which operations of the real models --paginate-all pages, and that each of these paginators fits
// its operation.
#include <cstdlib>
#include <filesystem>
#include <iostream>
#include <optional>
#include <set>
#include <string>

#include <gtest/gtest.h>

#include "base/strings.hpp"
#include "engine/cacheable.hpp"
#include "model/catalog.hpp"

namespace virga::engine {
namespace {

class DerivedPaging : public testing::Test {
 protected:
  void SetUp() override {
    const char* const chosen = std::getenv("VIRGA_MODELS");
    const std::string pack =
        chosen != nullptr ? chosen : VIRGA_SOURCE_DIR "/build/release/models.pack";
    if (!std::filesystem::exists(pack)) {
      GTEST_SKIP() << "needs a model pack at " << pack;
    }
    auto catalog = model::Catalog::open(pack);
    ASSERT_TRUE(catalog) << catalog.error().message;
    catalog_.emplace(std::move(*catalog));
  }

  template <typename Visit>
  void each_derived(Visit visit) const {
    for (std::uint32_t i = 0; i < catalog_->service_count(); ++i) {
      const auto service = catalog_->service(i);
      for (std::uint32_t j = 0; j < service.operation_count(); ++j) {
        const auto operation = service.operation(j);
        if (operation.paginator().is_null() && !operation.derived_paginator().is_null()) {
          visit(operation, concat(service.name(), ":", operation.name()));
        }
      }
    }
  }

  [[nodiscard]] std::string derived(std::string_view service, std::string_view name) const {
    const auto operation = catalog_->find_service(service)->find_operation(name);
    const auto paginator = operation->with_derived_paginator().paginator();
    if (!is_read(*operation) || paginator.is_null()) {
      return "none";
    }
    const auto token = paginator.find("output_token");
    return concat(token.is_list() ? token.at(0).text() : token.text(),
                  " ",
                  paginator.text("limit_key"),
                  " ",
                  paginator.find("result_key").at(0).text());
  }

  std::optional<model::Catalog> catalog_;
};

std::optional<model::Shape> shape_at(std::optional<model::Shape> shape, std::string_view path) {
  for (const auto name : split(path, '.')) {
    const auto member = shape && shape->is_structure() ? shape->find_member(name) : std::nullopt;
    shape = member ? std::optional(member->shape()) : std::nullopt;
  }
  return shape;
}

TEST_F(DerivedPaging, CoversTheReadsThatHaveATokenOnly) {
  std::size_t reads = 0;
  std::size_t others = 0;
  std::set<std::string> services;
  each_derived([&](const model::Operation& operation, const std::string&) {
    if (is_read(operation)) {
      ++reads;
      services.emplace(operation.service().name());
    } else {
      ++others;
    }
  });
  RecordProperty("reads", static_cast<int>(reads));
  std::cout << reads << " reads of " << services.size() << " services, and " << others
            << " other operations\n";
  // Models grow; those of botocore 1.43 make 909.
  EXPECT_GE(reads, 850U);
  EXPECT_LE(reads, 1200U);
  EXPECT_LE(others, reads / 10);
}

TEST_F(DerivedPaging, FitsItsOperation) {
  each_derived([](const model::Operation& operation, const std::string& name) {
    const auto paginator = operation.derived_paginator();
    const auto inputs = paginator.find("input_token");
    const auto outputs = paginator.find("output_token");
    const std::uint32_t count = inputs.is_list() ? inputs.size() : 1;
    ASSERT_EQ(outputs.is_list() ? outputs.size() : 1, count) << name;
    for (std::uint32_t i = 0; i < count; ++i) {
      const auto sent =
          shape_at(operation.input(), inputs.is_list() ? inputs.at(i).text() : inputs.text());
      const auto got =
          shape_at(operation.output(), outputs.is_list() ? outputs.at(i).text() : outputs.text());
      ASSERT_TRUE(sent && got) << name;
      EXPECT_EQ(sent->kind(), got->kind()) << name;
    }
    const auto results = paginator.find("result_key");
    ASSERT_GT(results.size(), 0U) << name;
    for (std::uint32_t i = 0; i < results.size(); ++i) {
      const auto list = shape_at(operation.output(), results.at(i).text());
      EXPECT_TRUE(list && list->kind() == model::ShapeKind::list) << name;
    }
    if (const auto limit = paginator.text("limit_key"); !limit.empty()) {
      EXPECT_TRUE(shape_at(operation.input(), limit)) << name;
    }
  });
}

TEST_F(DerivedPaging, ChoosesWhatThePagesAreMadeOf) {
  EXPECT_EQ(derived("athena", "ListWorkGroups"), "NextToken MaxResults WorkGroups");
  EXPECT_EQ(derived("cloudfront", "ListFunctions"),
            "FunctionList.NextMarker MaxItems FunctionList.Items");
  EXPECT_EQ(derived("lightsail", "GetBuckets"), "nextPageToken  buckets");
  EXPECT_EQ(derived("pinpoint", "GetApps"),
            "ApplicationsResponse.NextToken PageSize ApplicationsResponse.Item");
  EXPECT_EQ(derived("route53", "ListHostedZonesByName"), "NextDNSName MaxItems HostedZones");
  EXPECT_EQ(derived("route53", "ListReusableDelegationSets"), "NextMarker MaxItems DelegationSets");
  EXPECT_EQ(derived("s3", "ListBucketMetricsConfigurations"),
            "NextContinuationToken  MetricsConfigurationList");
  EXPECT_EQ(derived("ce", "GetCostAndUsage"), "NextPageToken  ResultsByTime");
  EXPECT_EQ(derived("iotsitewise", "BatchGetAssetPropertyValue"), "nextToken  successEntries");
}

TEST_F(DerivedPaging, LeavesOutWhatIsNoReadOrNoListing) {
  EXPECT_EQ(derived("logs", "GetLogEvents"), "none");   // its last page repeats the token
  EXPECT_EQ(derived("kinesis", "GetRecords"), "none");  // never ends
  EXPECT_EQ(derived("backup", "ListTags"), "none");     // a map
  EXPECT_EQ(derived("appflow", "DescribeConnectors"), "none");
  EXPECT_EQ(derived("waf", "CreateIPSet"), "none");
  EXPECT_EQ(derived("dynamodb", "ExecuteStatement"), "none");  // may write
}

}  // namespace
}  // namespace virga::engine
