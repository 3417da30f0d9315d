// SPDX-License-Identifier: Apache-2.0
#include "model/derived_paginators.hpp"

#include <string>

#include <gtest/gtest.h>

#include "base/strings.hpp"
#include "support/tiny_model.hpp"
#include "value/json_read.hpp"
#include "value/json_write.hpp"

namespace virga::model {
namespace {

constexpr std::string_view k_shapes = R"("S": {"type": "string"}, "I": {"type": "integer"},
  "B": {"type": "boolean"}, "L": {"type": "list", "member": {"shape": "S"}},
  "M": {"type": "map", "key": {"shape": "S"}, "value": {"shape": "S"}},
  "Page": {"type": "structure", "members": {"Marker": {"shape": "S"}, "NextMarker": {"shape": "S"},
    "IsTruncated": {"shape": "B"}, "Quantity": {"shape": "I"}, "MaxItems": {"shape": "I"},
    "Items": {"shape": "L"}}})";

/// What is derived for an operation List with these members, each "Name Shape".
std::string derived(std::string_view input,
                    std::string_view output,
                    std::string_view paginators = "{}",
                    std::string_view service = "tiny") {
  const auto members = [](std::string_view list) {
    std::string out;
    for (const auto entry : split(list, ',')) {
      const auto words = split(trim(entry), ' ');
      append(out, out.empty() ? "" : ", ", "\"", words[0], "\": {\"shape\": \"", words[1], "\"}");
    }
    return out;
  };
  const auto model = read_json(concat(
      R"({"operations": {"List": {"input": {"shape": "In"}, "output": {"shape": "Out"}},
          "Ping": {}}, "shapes": {)",
      k_shapes,
      R"(, "In": {"type": "structure", "members": {)",
      members(input),
      R"(}}, "Out": {"type": "structure", "members": {)",
      members(output),
      "}}}}"));
  const auto found = derive_paginators(service, model.value(), read_json(paginators).value());
  const auto* list = found.find("List");
  return list == nullptr ? "none" : to_json(*list);
}

TEST(DerivedPaginators, TakeTokensLimitAndLists) {
  EXPECT_EQ(
      derived("NextToken S, MaxResults I, Name S", "Things L, Owner S, NextToken S"),
      R"({"input_token": "NextToken", "output_token": "NextToken", "limit_key": "MaxResults", )"
      R"("result_key": ["Things"], "non_aggregate_keys": ["Owner"], "derived": true})");
  EXPECT_EQ(derived("nextToken S", "b L, a L, nextToken S"),
            R"({"input_token": "nextToken", "output_token": "nextToken", )"
            R"("result_key": ["b", "a"], "derived": true})");
}

TEST(DerivedPaginators, PreferTheTokenThatIsNotTheRequestsOwn) {
  EXPECT_EQ(derived("Marker S, MaxItems I", "Things L, Marker S, NextMarker S, IsTruncated B"),
            R"({"input_token": "Marker", "output_token": "NextMarker", "limit_key": "MaxItems", )"
            R"("more_results": "IsTruncated", "result_key": ["Things"], "derived": true})");
}

TEST(DerivedPaginators, LookIntoTheStructureThatAnAnswerIs) {
  EXPECT_EQ(
      derived("Marker S, MaxItems I", "List Page, ETag S"),
      R"({"input_token": "Marker", "output_token": "List.NextMarker", "limit_key": "MaxItems", )"
      R"("more_results": "List.IsTruncated", "result_key": ["List.Items"], )"
      R"("non_aggregate_keys": ["ETag"], "derived": true})");
}

TEST(DerivedPaginators, SendSeveralTokensTogether) {
  EXPECT_EQ(derived("DNSName S, HostedZoneId S", "Zones L, NextDNSName S, NextHostedZoneId S"),
            R"({"input_token": ["DNSName", "HostedZoneId"], )"
            R"("output_token": ["NextDNSName", "NextHostedZoneId"], "result_key": ["Zones"], )"
            R"("derived": true})");
}

TEST(DerivedPaginators, LeaveOutWhatCannotBeJoined) {
  EXPECT_EQ(derived("NextToken S", "Tags M, NextToken S"), "none");
  EXPECT_EQ(derived("NextToken S", "Things L"), "none");
  EXPECT_EQ(derived("Name S", "Things L, NextToken S"), "none");
  EXPECT_EQ(derived("ClientToken S", "Things L, ClientToken S"), "none");
  EXPECT_EQ(derived("NextToken S", "Things L, NextToken S", R"({"List": {}})"), "none");
}

TEST(DerivedPaginators, TellWhatGrowsFromWhatIsRepeated) {
  EXPECT_EQ(derived("NextToken S", "errors L, Things L, NextToken S"),
            R"({"input_token": "NextToken", "output_token": "NextToken", )"
            R"("result_key": ["Things", "errors"], "derived": true})");
}

TEST(DerivedPaginators, AreAskedForByTheirCallers) {
  const auto catalog = test::tiny_catalog(R"({"metadata": {"protocol": "json"},
    "operations": {"List": {"input": {"shape": "P"}, "output": {"shape": "P"}}},
    "shapes": {"P": {"type": "structure", "members": {"NextToken": {"shape": "S"}, "A": {"shape": "L"}}},
               "S": {"type": "string"}, "L": {"type": "list", "member": {"shape": "S"}}}})");
  const auto operation = catalog.service(0).operation(0);
  EXPECT_TRUE(operation.paginator().is_null());
  EXPECT_EQ(operation.with_derived_paginator().paginator().text("input_token"), "NextToken");
}

}  // namespace
}  // namespace virga::model
