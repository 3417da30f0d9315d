// SPDX-License-Identifier: Apache-2.0
#include <limits>

#include <gtest/gtest.h>

#include "base/encoding.hpp"
#include "unit/protocol/serialize_support.hpp"

namespace virga::protocol {
namespace {

constexpr std::string_view k_post = R"({"method": "POST", "requestUri": "/"})";
constexpr std::string_view k_json =
    R"({"protocol": "json", "jsonVersion": "1.1", "targetPrefix": "T_1", "apiVersion": "2020-01-01"})";
constexpr std::string_view k_query = R"({"protocol": "query", "apiVersion": "2020-01-01"})";
constexpr std::string_view k_ec2 = R"({"protocol": "ec2", "apiVersion": "2020-01-01"})";

/// All kinds of shapes under one roof.
constexpr std::string_view k_shapes = R"({
  "Input": {"type": "structure", "members": {
    "Text": {"shape": "Text"}, "Renamed": {"shape": "Text", "locationName": "wire"},
    "Number": {"shape": "Long"}, "Real": {"shape": "Double"}, "Flag": {"shape": "Flag"},
    "Bytes": {"shape": "Bytes"}, "When": {"shape": "When"},
    "WhenText": {"shape": "When", "timestampFormat": "rfc822"},
    "Names": {"shape": "Names"}, "FlatNames": {"shape": "Names", "flattened": true},
    "Tags": {"shape": "Tags"}, "Inner": {"shape": "Input"}, "Any": {"shape": "Any"},
    "Token": {"shape": "Text", "idempotencyToken": true}}},
  "Text": {"type": "string"}, "Long": {"type": "long"}, "Double": {"type": "double"},
  "Flag": {"type": "boolean"}, "Bytes": {"type": "blob"}, "When": {"type": "timestamp"},
  "Names": {"type": "list", "member": {"shape": "Text", "locationName": "Name"}},
  "Tags": {"type": "map", "key": {"shape": "Text", "locationName": "K"},
           "value": {"shape": "Text", "locationName": "V"}},
  "Any": {"type": "structure", "members": {}, "document": true}})";

constexpr std::string_view k_given_token = R"("Token": "t")";

std::string json_body(std::string_view params) {
  return OneOperation(k_json, k_shapes, k_post).send(params).request.body;
}

std::string form_body(std::string_view metadata, std::string_view params) {
  const auto body = OneOperation(metadata, k_shapes, k_post).send(params).request.body;
  constexpr std::string_view k_head = "Action=Op&Version=2020-01-01";
  EXPECT_TRUE(body.starts_with(k_head)) << body;
  return body.substr(k_head.size());
}

TEST(Serialize, SendsAJsonBodyWithTargetAndType) {
  const auto sent = OneOperation(k_json, k_shapes, k_post)
                        .send(R"({"Token": "t", "Renamed": "a\"b", "Number": 7, "Flag": true})");
  EXPECT_EQ(sent.request.method, "POST");
  EXPECT_EQ(sent.request.path, "/");
  EXPECT_EQ(sent.request.headers.get("X-Amz-Target"), "T_1.Op");
  EXPECT_EQ(sent.request.headers.get("Content-Type"), "application/x-amz-json-1.1");
  EXPECT_FALSE(sent.request.headers.contains("x-amzn-query-mode"));
  EXPECT_EQ(sent.request.body, R"({"Token": "t", "wire": "a\"b", "Number": 7, "Flag": true})");
}

TEST(Serialize, AsksForQueryErrorsWhereTheServiceOnceSpokeQuery) {
  const OneOperation operation(
      R"({"protocol": "json", "jsonVersion": "1.0", "targetPrefix": "T", "awsQueryCompatible": {}})",
      k_shapes,
      k_post);
  EXPECT_EQ(operation.send("{}").request.headers.get("x-amzn-query-mode"), "true");
}

TEST(Serialize, MakesIdempotencyTokensOnlyAtTheTopAndOnlyWhenAbsent) {
  EXPECT_EQ(json_body("{}"), R"({"Token": "00000000-0000-4000-8000-000000000000"})");
  EXPECT_EQ(json_body(R"({"Token": "mine"})"), R"({"Token": "mine"})");
  EXPECT_EQ(json_body(R"({"Token": "t", "Inner": {}})"), R"({"Token": "t", "Inner": {}})");
}

TEST(Serialize, LeavesNullMembersOutAndKeepsNullElements) {
  EXPECT_EQ(json_body(R"({"Token": "t", "Text": null, "Names": [null, "a"], "Tags": {"k": null}})"),
            R"({"Token": "t", "Names": [null, "a"], "Tags": {"k": null}})");
}

TEST(Serialize, WritesTimestampsOfAnySpellingAsTheModelWants) {
  for (const auto* given : {"1672628645",
                            "\"1672628645\"",
                            "\"2023-01-02T03:04:05Z\"",
                            "\"2023-01-02T08:34:05+05:30\"",
                            "1672628645.5",
                            "\"Mon, 02 Jan 2023 03:04:05 GMT\""}) {
    EXPECT_EQ(
        json_body(concat(R"({"Token": "t", "When": )", given, R"(, "WhenText": )", given, "}")),
        R"({"Token": "t", "When": 1672628645, "WhenText": "Mon, 02 Jan 2023 03:04:05 GMT"})")
        << given;
  }
  EXPECT_EQ(form_body(k_query, R"({"Token": "t", "When": 1672628645.5})"),
            "&Token=t&When=2023-01-02T03%3A04%3A05.500000Z");
}

TEST(Serialize, KeepsMillisecondsForTheServiceThatWantsThem) {
  const OneOperation operation(k_json, k_shapes, k_post, {}, "bedrock-agentcore");
  EXPECT_EQ(operation.send(R"({"Token": "t", "When": "2023-01-02T03:04:05.678901Z"})").request.body,
            R"({"Token": "t", "When": 1672628645.678})");
}

TEST(Serialize, EncodesBytesAndNamesNumbersThatAreNone) {
  Map params;
  params.append("Token", "t");
  params.append("Bytes", Blob{std::string("\0\xFF", 2)});
  params.append("Real", std::numeric_limits<double>::infinity());
  const auto sent = OneOperation(k_json, k_shapes, k_post).try_send(Value(params));
  ASSERT_TRUE(sent);
  EXPECT_EQ(sent->request.body, R"({"Token": "t", "Bytes": "AP8=", "Real": "Infinity"})");
  EXPECT_EQ(json_body(R"({"Token": "t", "Bytes": "é", "Real": 1e-7})"),
            R"({"Token": "t", "Bytes": "w6k=", "Real": 1e-07})");
}

TEST(Serialize, EncodesLargeBlobsInOnePiece) {
  const std::string bytes(100'003, 'x');
  Map params;
  params.append("Token", "t");
  params.append("Bytes", Blob{bytes});
  const auto sent = OneOperation(k_json, k_shapes, k_post).try_send(Value(params));
  ASSERT_TRUE(sent);
  EXPECT_EQ(sent->request.body,
            concat(R"({"Token": "t", "Bytes": ")", base64_encode(bytes), "\"}"));
}

TEST(Serialize, PassesDocumentsOnAsTheyAre) {
  EXPECT_EQ(json_body(R"({"Token": "t", "Any": {"a": [1, 2.5, null, {"b": "é"}]}})"),
            R"({"Token": "t", "Any": {"a": [1, 2.5, null, {"b": "\u00e9"}]}})");
}

TEST(Serialize, FlattensMembersIntoAQuery) {
  EXPECT_EQ(
      form_body(k_query, R"({"Token": "t", "Names": ["a b", "c&d"], "FlatNames": ["e", "~"]})"),
      "&Token=t&Names.Name.1=a+b&Names.Name.2=c%26d&Name.1=e&Name.2=~");
  EXPECT_EQ(form_body(k_query, R"({"Token": "t", "Inner": {"FlatNames": ["e"], "Flag": false}})"),
            "&Token=t&Inner.Name.1=e&Inner.Flag=false");
  EXPECT_EQ(form_body(k_query, R"({"Token": "t", "Tags": {"x": "y"}, "Names": [], "Bytes": "hi"})"),
            "&Token=t&Tags.entry.1.K=x&Tags.entry.1.V=y&Names=&Bytes=aGk%3D");
}

TEST(Serialize, NamesEc2MembersInEc2sOwnWay) {
  constexpr std::string_view k_ec2_shapes = R"({
    "Input": {"type": "structure", "members": {
      "A": {"shape": "Text", "locationName": "dryRun"},
      "B": {"shape": "Text", "locationName": "b", "queryName": "queryB"},
      "c": {"shape": "Text"}, "Empty": {"shape": "Texts"},
      "List": {"shape": "Texts", "locationName": "listOf"}}},
    "Text": {"type": "string"}, "Texts": {"type": "list", "member": {"shape": "Text", "locationName": "item"}}})";
  const OneOperation operation(k_ec2, k_ec2_shapes, k_post);
  EXPECT_EQ(operation.send(R"({"A": "1", "B": "2", "c": "3", "List": ["x", "y"], "Empty": []})")
                .request.body,
            "Action=Op&Version=2020-01-01&DryRun=1&queryB=2&C=3&ListOf.1=x&ListOf.2=y");
}

TEST(Serialize, WritesCborWithShortHeads) {
  constexpr std::string_view k_cbor =
      R"({"protocol": "smithy-rpc-v2-cbor", "targetPrefix": "Svc"})";
  const auto sent =
      OneOperation(k_cbor, k_shapes, k_post)
          .send(
              R"({"Token": "t", "Number": -1000, "When": 1672628645.9, "Bytes": "a", "Real": 1})");
  EXPECT_EQ(sent.request.path, "/service/Svc/operation/Op");
  EXPECT_EQ(sent.request.headers.get("smithy-protocol"), "rpc-v2-cbor");
  EXPECT_EQ(sent.request.headers.get("Accept"), "application/cbor");
  EXPECT_EQ(sent.request.headers.get("Content-Type"), "application/cbor");
  EXPECT_EQ(hex_encode(sent.request.body),
            "a5"
            "65546f6b656e6174"
            "664e756d6265723903e7"
            "645768656ec11a63b249a5"
            "6542797465734161"
            "645265616cfb3ff0000000000000");
}

TEST(Serialize, PutsHostLabelsInFrontOfTheHostAndRefusesOthers) {
  constexpr std::string_view k_host_shapes = R"({
    "Input": {"type": "structure", "required": ["Id"], "members": {"Id": {"shape": "Text", "hostLabel": true}}},
    "Text": {"type": "string"}})";
  const OneOperation operation(
      k_json, k_host_shapes, k_post, R"(, "endpoint": {"hostPrefix": "data-{Id}."})");
  EXPECT_EQ(operation.send(R"({"Id": "a-1"})").host_prefix, "data-a-1.");
  EXPECT_NE(operation.refusal(read_json(R"({"Id": "evil/host"})").value()).find("alphanumeric"),
            std::string::npos);
  EXPECT_NE(operation.refusal(read_json(R"({"Id": ""})").value()), "");
  EXPECT_NE(operation.refusal(read_json("{}").value()).find("\"Id\""), std::string::npos);
}

TEST(Serialize, RefusesWhatCannotBeSent) {
  const OneOperation operation(k_json, k_shapes, k_post);
  for (const auto* params : {R"({"When": "not a time"})",
                             R"({"When": 1e300})",
                             R"({"When": true})",
                             R"({"Nope": 1})",
                             R"({"Names": "a"})",
                             R"({"Tags": ["a"]})",
                             R"({"Inner": 1})",
                             R"({"Bytes": 1})",
                             R"([])",
                             R"("x")"}) {
    EXPECT_NE(operation.refusal(read_json(params).value()), "") << params;
  }
}

TEST(Serialize, RefusesDocumentsThatAreNestedTooDeeply) {
  Value document("leaf");
  for (int i = 0; i < 300; ++i) {
    List outer;
    outer.push_back(std::move(document));
    document = Value(std::move(outer));
  }
  Map params;
  params.append("Any", std::move(document));
  const OneOperation operation(k_json, k_shapes, k_post);
  EXPECT_NE(operation.refusal(Value(params)).find("nested"), std::string::npos);
}

TEST(Serialize, RefusesInputsThatAreNestedTooDeeply) {
  for (const auto metadata : {k_json, k_query, k_ec2}) {
    Value nested{Map()};
    for (int i = 0; i < 300; ++i) {
      Map outer;
      outer.append("Inner", std::move(nested));
      nested = Value(std::move(outer));
    }
    EXPECT_NE(OneOperation(metadata, k_shapes, k_post).refusal(nested).find("nested"),
              std::string::npos);
  }
}

}  // namespace
}  // namespace virga::protocol
