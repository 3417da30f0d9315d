// SPDX-License-Identifier: Apache-2.0
#include "model/catalog.hpp"

#include <random>

#include <gtest/gtest.h>

#include "model/pack_builder.hpp"
#include "support/tiny_model.hpp"
#include "value/json_read.hpp"
#include "value/json_write.hpp"

namespace virga::model {
namespace {

constexpr std::string_view k_service = R"({
  "metadata": {"protocol": "query", "protocols": ["query", "json"], "serviceId": "Tiny", "endpointPrefix": "tiny"},
  "operations": {
    "PutThing": {"name": "PutThing", "http": {"method": "POST", "requestUri": "/"}, "input": {"shape": "Thing"},
                 "errors": [{"shape": "Bad"}], "httpChecksumRequired": true},
    "GetThing": {"name": "GetThing", "http": {"method": "GET", "requestUri": "/{Id}"}, "output": {"shape": "Thing"}}
  },
  "shapes": {
    "Thing": {"type": "structure", "required": ["Id"], "members": {
      "Id": {"shape": "Text", "location": "uri", "locationName": "id"},
      "Tags": {"shape": "Texts"}, "Sizes": {"shape": "Sizes"}, "When": {"shape": "Time", "timestampFormat": "rfc822"}}},
    "Text": {"type": "string", "min": 1, "max": 5, "enum": ["a", "b"]},
    "Texts": {"type": "list", "member": {"shape": "Text", "locationName": "item"}, "flattened": true},
    "Sizes": {"type": "map", "key": {"shape": "Text"}, "value": {"shape": "Count"}},
    "Count": {"type": "integer"},
    "Time": {"type": "timestamp", "timestampFormat": "iso8601"},
    "Bad": {"type": "structure", "members": {}, "exception": true, "error": {"code": "Bad.Thing", "httpStatusCode": 409}}
  }
})";

TEST(Catalog, GivesBackWhatTheModelSays) {
  const Catalog catalog = test::tiny_catalog(k_service);
  const auto service = catalog.find_service("tiny");
  ASSERT_TRUE(service);
  EXPECT_EQ(service->protocol(), "json") << "json comes first in botocore's order of preference";
  EXPECT_EQ(service->metadata("serviceId"), "Tiny");
  EXPECT_EQ(service->signing_name(), "tiny");
  ASSERT_EQ(service->operation_count(), 2U);
  EXPECT_EQ(service->operation(0).cli_name(), "get-thing")
      << "operations are sorted by command name";

  const auto put = service->find_operation_by_cli_name("put-thing");
  ASSERT_TRUE(put);
  EXPECT_EQ(put->name(), "PutThing");
  EXPECT_TRUE(put->has(OperationFlag::http_checksum_required));
  EXPECT_FALSE(put->output());
  ASSERT_EQ(put->errors().size(), 1U);
  EXPECT_EQ(put->errors()[0].error_code(), "Bad.Thing");
  EXPECT_EQ(put->errors()[0].error_status(), 409);

  const Shape thing = put->input().value();
  ASSERT_EQ(thing.member_count(), 4U);
  EXPECT_EQ(thing.member(0).name(), "Id");
  EXPECT_TRUE(thing.member(0).has(MemberFlag::required));
  EXPECT_EQ(thing.member(0).location(), Location::uri);
  EXPECT_EQ(thing.member(0).wire_name(), "id");
  EXPECT_EQ(thing.member(0).shape().max(), 5.0);
  EXPECT_EQ(thing.member(0).shape().enum_values().at(1).text(), "b");
  EXPECT_TRUE(thing.member(1).is_flattened());
  EXPECT_EQ(thing.member(1).shape().element().location_name(), "item");
  EXPECT_EQ(thing.member(2).shape().value().shape().kind(), ShapeKind::integer);
  EXPECT_EQ(thing.member(3).timestamp_format(), TimestampFormat::rfc822)
      << "the member's own wins over the shape's";
  EXPECT_FALSE(thing.find_member("Nope"));
}

TEST(Catalog, FindsNothingThatIsNotThere) {
  const Catalog catalog = test::tiny_catalog(k_service);
  EXPECT_FALSE(catalog.find_service("tin"));
  EXPECT_FALSE(catalog.find_service("tinyy"));
  EXPECT_FALSE(catalog.service(0).find_operation_by_cli_name("put"));
  EXPECT_TRUE(catalog.partitions().is_null());
}

TEST(PackBuilder, NamesAShapeThatIsNotDefined) {
  PackBuilder builder;
  ServiceSource source;
  source.name = "broken";
  source.service =
      read_json(R"({"operations": {"A": {"input": {"shape": "Gone"}}}, "shapes": {}})").value();
  const auto added = builder.add_service(source);
  ASSERT_FALSE(added);
  EXPECT_EQ(added.error().message, "service broken: shape \"Gone\" is referred to but not defined");
}

TEST(Document, ReadsTheTreeThatWasWritten) {
  const std::string json = R"({"a": [1, 2.5, "x", true, null, {"b": []}], "c": {}, "d": -7})";
  PackBuilder builder;
  builder.set_partitions(read_json(json).value());
  const Catalog catalog = Catalog::from_bytes(builder.finish("", "")).value();
  EXPECT_EQ(to_json(catalog.partitions().to_value()), json);
  EXPECT_EQ(catalog.partitions().find("a").at(1).number(), 2.5);
  EXPECT_EQ(catalog.partitions().find("d").integer(), -7);
  EXPECT_TRUE(catalog.partitions().find("zz").find("y").is_null());
}

std::string message_of(std::string bytes) {
  auto opened = Catalog::from_bytes(std::move(bytes));
  return opened ? "" : opened.error().message;
}

TEST(Catalog, SaysWhatIsWrongWithAPackAndHowToMendIt) {
  constexpr std::string_view k_mend = "Run \"virga models build\" to make a new one.";
  const std::string good = PackBuilder().finish("", "");
  for (const std::string& bytes :
       {std::string(), std::string(100, 'x'), good.substr(0, good.size() / 2)}) {
    const std::string message = message_of(bytes);
    EXPECT_NE(message.find(k_mend), std::string::npos) << message;
  }
  const auto missing = Catalog::open("/nonexistent/models.pack");
  ASSERT_FALSE(missing);
  EXPECT_EQ(missing.error().code, ErrorCode::models);
  EXPECT_NE(missing.error().message.find("virga models build"), std::string::npos);
}

/// Reads everything that there is to read.
std::size_t walk(const Catalog& catalog) {
  std::size_t seen = 0;
  for (std::uint32_t s = 0; s < std::min(catalog.service_count(), 3U); ++s) {
    const auto service = catalog.service(s);
    seen += service.metadata().to_value().is_map() ? 1U : 0U;
    for (std::uint32_t o = 0; o < std::min(service.operation_count(), 5U); ++o) {
      const auto operation = service.operation(o);
      seen += operation.name().size() + operation.errors().size();
      for (const auto& shape : {operation.input(), operation.output()}) {
        for (std::uint32_t m = 0; shape && m < std::min(shape->member_count(), 9U); ++m) {
          seen += shape->member(m).wire_name().size() + shape->member(m).shape().name().size();
        }
      }
    }
  }
  return seen;
}

TEST(Catalog, ReadsADamagedPackWithoutLeavingIt) {
  PackBuilder builder;
  ServiceSource source;
  source.name = "tiny";
  source.service = read_json(k_service).value();
  ASSERT_TRUE(builder.add_service(source));
  const std::string good = builder.finish("", "");
  std::mt19937 random(7);  // NOLINT: the same damage each time
  std::size_t opened = 0;
  for (int round = 0; round < 3000; ++round) {
    std::string bytes = good;
    for (int i = 0; i < 3; ++i) {
      bytes[random() % bytes.size()] = static_cast<char>(random());
    }
    if (const auto catalog = Catalog::from_bytes(std::move(bytes))) {
      ++opened;
      walk(*catalog);
    }
  }
  EXPECT_GT(opened, 100U) << "most damage lies in the records, which opening does not look at";
}

}  // namespace
}  // namespace virga::model
