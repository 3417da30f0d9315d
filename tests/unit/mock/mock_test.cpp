// SPDX-License-Identifier: Apache-2.0
#include <gtest/gtest.h>

#include "mock/mock_transport.hpp"
#include "mock/render.hpp"
#include "mock/sample.hpp"
#include "protocol/protocol.hpp"
#include "support/tiny_model.hpp"
#include "value/json_write.hpp"

namespace virga::mock {
namespace {

std::string model_of(std::string_view protocol) {
  return R"({"metadata": {"protocol": ")" + std::string(protocol) +
         R"(", "jsonVersion": "1.1", "targetPrefix": "T"},
    "operations": {"Get": {"name": "Get", "http": {"method": "POST", "requestUri": "/"},
                           "output": {"shape": "Out", "resultWrapper": "GetResult"}}},
    "shapes": {
      "Out": {"type": "structure", "members": {
        "Name": {"shape": "S"}, "Color": {"shape": "E"}, "Sizes": {"shape": "L"}, "Map": {"shape": "M"},
        "At": {"shape": "T"}, "Raw": {"shape": "B"}, "On": {"shape": "F"}, "Ratio": {"shape": "D"},
        "Inner": {"shape": "R"}, "NextToken": {"shape": "S"}}},
      "S": {"type": "string"}, "E": {"type": "string", "enum": ["red", "blue"]},
      "L": {"type": "list", "member": {"shape": "I"}}, "I": {"type": "integer"},
      "M": {"type": "map", "key": {"shape": "S"}, "value": {"shape": "S"}},
      "T": {"type": "timestamp"}, "B": {"type": "blob"}, "F": {"type": "boolean"}, "D": {"type": "double"},
      "R": {"type": "structure", "members": {"Self": {"shape": "R"}, "X": {"shape": "S"}}}}})";
}

constexpr std::string_view k_paginators =
    R"({"Get": {"input_token": "NextToken", "output_token": "NextToken", "result_key": "Sizes"}})";

TEST(SampleOutput, HasAllMembersButThoseThatAskForAnotherPage) {
  const auto catalog = test::tiny_catalog(model_of("json"), k_paginators);
  const Value sample = sample_output(catalog.service(0).operation(0));
  EXPECT_EQ(sample.text("Name"), "name-example");
  EXPECT_EQ(sample.text("Color"), "red");
  EXPECT_EQ(sample.find("NextToken"), nullptr);
  EXPECT_NE(sample.find("Inner"), nullptr) << "a shape that holds itself ends somewhere";
}

TEST(Render, IsReadBackAsTheSampleInEveryProtocol) {
  for (const auto* protocol : {"json", "rest-json", "rest-xml", "query", "ec2"}) {
    const auto catalog = test::tiny_catalog(model_of(protocol), k_paginators);
    const auto operation = catalog.service(0).operation(0);
    const Value sample = sample_output(operation);
    const auto response = render(operation, sample);
    ASSERT_TRUE(response) << protocol;
    const auto parsed = protocol::parse(operation, *response);
    ASSERT_TRUE(parsed) << protocol << ": " << parsed.error().message;
    JsonStyle style;
    style.timestamps = TimestampStyle::iso8601;
    EXPECT_EQ(to_json(parsed->output, style), to_json(sample, style)) << protocol;
  }
}

TEST(MockTransport, RefusesAnOperationThatItDoesNotKnow) {
  const auto catalog = test::tiny_catalog(model_of("json"));
  MockTransport transport(catalog);
  http::Request request;
  request.operation = "tiny:Nope";
  EXPECT_FALSE(transport.send(request));
  request.operation = "";
  EXPECT_FALSE(transport.send(request));
  request.operation = "tiny:Get";
  EXPECT_EQ(transport.send(request)->status, 200);
}

}  // namespace
}  // namespace virga::mock
