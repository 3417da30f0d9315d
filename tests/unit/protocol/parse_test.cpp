// SPDX-License-Identifier: Apache-2.0
#include <string>

#include <gtest/gtest.h>

#include "protocol/protocol.hpp"
#include "unit/protocol/parse_support.hpp"
#include "value/json_write.hpp"

namespace virga::protocol {
namespace {

using test::OneOperation;

http::Response answer(std::string body) {
  http::Response response;
  response.status = 200;
  response.body = std::move(body);
  return response;
}

/// The output as JSON, or the error's sentence.
std::string shown(const OneOperation& model, const http::Response& response) {
  const auto parsed = parse(model.operation(), response);
  return parsed ? to_json(parsed->output) : "error: " + parsed.error().message;
}

constexpr auto k_kinds = R"(
  "Out": {"type": "structure", "members": {
    "Name": {"shape": "String"}, "Count": {"shape": "Int"}, "Ratio": {"shape": "Double"}, "Flag": {"shape": "Bool"},
    "When": {"shape": "When"}, "Data": {"shape": "Data"}, "Tags": {"shape": "Tags"}, "Items": {"shape": "Items"},
    "Free": {"shape": "Free"}, "Choice": {"shape": "Choice"}, "Inner": {"shape": "Out", "locationName": "in"}}},
  "Int": {"type": "integer"}, "Double": {"type": "double"}, "Bool": {"type": "boolean"},
  "When": {"type": "timestamp"}, "Data": {"type": "blob"}, "Free": {"type": "structure", "members": {}, "document": true},
  "Tags": {"type": "map", "key": {"shape": "String"}, "value": {"shape": "Int"}},
  "Items": {"type": "list", "member": {"shape": "String"}},
  "Choice": {"type": "structure", "union": true, "members": {"a": {"shape": "String"}, "b": {"shape": "Int"}}})";

TEST(ParseJson, GivesMembersInTheModelsOrderAndDropsOthers) {
  const OneOperation model("json", k_kinds);
  EXPECT_EQ(
      shown(model, answer(R"({"Items": ["a", null], "zz": {"x": 1}, "Count": 1.0, "Flag": null,
                                    "Name": "n", "in": {"Count": 2, "Name": "m"}})")),
      R"({"Name": "n", "Count": 1.0, "Items": ["a", null], "Inner": {"Name": "m", "Count": 2}})");
}

TEST(ParseJson, KeepsTimestampsAsTheyCameAndDecodesBlobs) {
  const OneOperation model("json", k_kinds);
  const auto parsed = parse(model.operation(), answer(R"({"When": 1.7E9, "Data": "dmFsdWU="})"));
  ASSERT_TRUE(parsed);
  EXPECT_EQ(*parsed->output.find("When")->as_timestamp(), (Timestamp{"1700000000.0", true}));
  EXPECT_EQ(parsed->output.find("Data")->as_blob()->bytes, "value");
  // What is not base64 as we would write it prints as it came.
  EXPECT_EQ(shown(model, answer(R"({"When": "2020-01-01T00:00:00Z", "Data": "dmFsdWV="})")),
            R"({"When": "2020-01-01T00:00:00Z", "Data": "dmFsdWV="})");
}

TEST(ParseJson, ReadsUnions) {
  const OneOperation model("json", k_kinds);
  EXPECT_EQ(shown(model, answer(R"({"Choice": {"__type": "T", "b": 1, "a": null}})")),
            R"({"Choice": {"b": 1}})");
  EXPECT_EQ(shown(model, answer(R"({"Choice": {"zz": 1}})")),
            R"({"Choice": {"SDK_UNKNOWN_MEMBER": {"name": "zz"}}})");
  EXPECT_EQ(shown(model, answer(R"({"Choice": {"a": "x", "b": 1}})")),
            "error: Invalid service response: Choice must have one and only one member set.");
}

TEST(ParseJson, LeavesDocumentsAlone) {
  const OneOperation model("json", k_kinds);
  EXPECT_EQ(shown(model, answer(R"({"Free": {"z": [1, null], "a": null}})")),
            R"({"Free": {"z": [1, null], "a": null}})");
}

TEST(ParseJson, FailsOverWhatIsNoJsonUnlessNothingIsWanted) {
  const OneOperation model("json", k_kinds);
  EXPECT_NE(shown(model, answer("<html>")).find("Expecting value: line 1 column 1 (char 0)"),
            std::string::npos);
  EXPECT_NE(shown(model, answer("{\"Name\": \"\xFF\"}")).find("UTF-8"), std::string::npos);
  EXPECT_EQ(shown(model, answer("")), "{}");
  const OneOperation empty("rest-json", R"("Out": {"type": "structure", "members": {}})");
  EXPECT_EQ(shown(empty, answer("OK")), "{}");
}

TEST(ParseJson, RefusesOtherKindsOfContainers) {
  const OneOperation model("json", k_kinds);
  EXPECT_NE(shown(model, answer("[]")).find("error: "), std::string::npos);
  EXPECT_NE(shown(model, answer(R"({"Items": 5})")).find("error: "), std::string::npos);
  EXPECT_NE(shown(model, answer(R"({"Tags": []})")).find("error: "), std::string::npos);
}

TEST(ParseRestJson, MakesNumbersOfTheirShape) {
  const OneOperation model("rest-json", k_kinds);
  EXPECT_EQ(
      shown(model,
            answer(R"({"Count": 3.9, "Ratio": 3, "Flag": "TRUE", "Tags": {"a": "5", "b": null}})")),
      R"({"Count": 3, "Ratio": 3.0, "Flag": true, "Tags": {"a": 5, "b": null}})");
  EXPECT_EQ(shown(model, answer(R"({"Count": 1e22, "Ratio": "NaN"})")),
            R"({"Count": 10000000000000000000000, "Ratio": NaN})");
  EXPECT_EQ(shown(model, answer(R"({"Count": "x"})")),
            "error: invalid literal for int() with base 10: 'x'");
}

constexpr auto k_rest = R"(
  "Out": {"type": "structure", "members": {
    "Body": {"shape": "String"},
    "Size": {"shape": "Int", "location": "header", "locationName": "X-Size"},
    "Names": {"shape": "Names", "location": "header", "locationName": "X-Names"},
    "Json": {"shape": "String", "location": "header", "locationName": "X-Json", "jsonvalue": true},
    "Meta": {"shape": "Meta", "location": "headers", "locationName": "x-meta-"},
    "Status": {"shape": "Int", "location": "statusCode"}}},
  "Int": {"type": "integer"}, "Names": {"type": "list", "member": {"shape": "String"}},
  "Meta": {"type": "map", "key": {"shape": "String"}, "value": {"shape": "String"}})";

TEST(ParseRest, PutsMembersOfHeadersAndStatusFirst) {
  const OneOperation model("rest-json", k_rest);
  auto response = answer(R"({"Body": "b"})");
  response.headers.add("x-size", "5");
  response.headers.add("X-Names", "a, b");
  response.headers.add("x-names", "c");
  response.headers.add("x-json", "eyJhIjogMX0=");
  response.headers.add("X-Meta-Color", "red");
  EXPECT_EQ(
      shown(model, response),
      R"({"Size": 5, "Names": ["a", "b", "c"], "Json": {"a": 1}, "Meta": {"Color": "red"}, "Status": 200, )"
      R"("Body": "b"})");
}

TEST(ParseRest, ShowsTextPayloadsAndLeavesOutWhatWentToASink) {
  const OneOperation text("rest-json",
                          R"("Out": {"type": "structure", "payload": "Body", "members": {
    "Body": {"shape": "String"}}})");
  EXPECT_EQ(shown(text, answer("{not json")), R"({"Body": "{not json"})");
  EXPECT_EQ(shown(text, answer("")), R"({"Body": ""})");
  const OneOperation blob("rest-xml",
                          R"("Out": {"type": "structure", "payload": "Body", "members": {
    "Body": {"shape": "Data"}}}, "Data": {"type": "blob", "streaming": true})");
  EXPECT_EQ(shown(blob, answer("")), "{}");
  EXPECT_EQ(shown(blob, answer("\xFF")), R"({"Body": "/w=="})");
}

TEST(ParseRest, ReadsPayloadStructures) {
  const auto shapes =
      R"("Out": {"type": "structure", "payload": "Body", "members": {"Body": {"shape": "Inner"}}},
    "Inner": {"type": "structure", "members": {"Name": {"shape": "String"}}})";
  EXPECT_EQ(shown(OneOperation("rest-json", shapes), answer(R"({"Name": "n"})")),
            R"({"Body": {"Name": "n"}})");
  EXPECT_EQ(shown(OneOperation("rest-json", shapes), answer("")), R"({"Body": {}})");
  EXPECT_EQ(shown(OneOperation("rest-xml", shapes), answer("<Any><Name>n</Name></Any>")),
            R"({"Body": {"Name": "n"}})");
  EXPECT_EQ(shown(OneOperation("rest-xml", shapes), answer("")), R"({"Body": {}})");
}

TEST(ParseXml, KeepsTextAsItIs) {
  const OneOperation model("rest-xml", k_kinds);
  EXPECT_EQ(shown(model, answer("<Out><Name> 1 </Name></Out>")), R"({"Name": " 1 "})");
  EXPECT_EQ(shown(model, answer("<Out><Name>   </Name></Out>")), R"({"Name": "   "})");
  EXPECT_EQ(shown(model, answer("<Out><Name/></Out>")), R"({"Name": ""})");
  EXPECT_EQ(
      shown(model,
            answer("<Out><Name>a&amp;&#x42;&#13;\r\nc<![CDATA[<d>]]>e<!-- x -->f</Name></Out>")),
      R"({"Name": "a&B\r\nc<d>ef"})");
}

TEST(ParseXml, ReadsListsAndMapsOfBothForms) {
  const OneOperation model("rest-xml", R"("Out": {"type": "structure", "members": {
      "List": {"shape": "List"}, "Flat": {"shape": "Flat"}, "Map": {"shape": "Map"}, "FlatMap": {"shape": "FlatMap"}}},
    "List": {"type": "list", "member": {"shape": "String"}},
    "Flat": {"type": "list", "member": {"shape": "String", "locationName": "One"}, "flattened": true},
    "Map": {"type": "map", "key": {"shape": "String"}, "value": {"shape": "String"}},
    "FlatMap": {"type": "map", "key": {"shape": "String", "locationName": "Name"},
                "value": {"shape": "String", "locationName": "Value"}, "flattened": true})");
  EXPECT_EQ(
      shown(model,
            answer("<Out><One>1</One><List><member>a</member><any>b</any></List><One>2</One>"
                   "<Map><entry><key>k</key><value>v</value></entry></Map>"
                   "<FlatMap><Name>n</Name><Value>w</Value></FlatMap><One>3</One></Out>")),
      R"({"List": ["a", "b"], "Flat": ["1", "2", "3"], "Map": {"k": "v"}, "FlatMap": {"n": "w"}})");
  EXPECT_EQ(shown(model, answer("<Out><List/><Map/></Out>")), R"({"List": [], "Map": {}})");
  EXPECT_EQ(shown(model, answer("<Out><Map><entry><nope/></entry></Map></Out>")),
            "error: Unknown tag: nope");
}

TEST(ParseXml, ReadsNumbersAsPython) {
  const OneOperation model("rest-xml", k_kinds);
  EXPECT_EQ(
      shown(model,
            answer("<Out><Count> +1_000 </Count><Ratio>1.7E9</Ratio><Flag>True</Flag></Out>")),
      R"({"Count": 1000, "Ratio": 1700000000.0, "Flag": false})");
  EXPECT_EQ(shown(model, answer("<Out><Count/></Out>")),
            "error: invalid literal for int() with base 10: ''");
  EXPECT_EQ(shown(model, answer("<Out><Ratio>x</Ratio></Out>")),
            "error: could not convert string to float: 'x'");
}

TEST(ParseXml, FindsAttributesWhateverTheirPrefix) {
  const OneOperation model("rest-xml", R"("Out": {"type": "structure", "members": {
      "Type": {"shape": "String", "locationName": "xsi:type", "xmlAttribute": true}, "Name": {"shape": "String"}}})");
  EXPECT_EQ(
      shown(model,
            answer(R"(<o:Out xmlns:o="u" xmlns:i="v" i:type="User"><o:Name>n</o:Name></o:Out>)")),
      R"({"Type": "User", "Name": "n"})");
}

TEST(ParseXml, StopsAtADepthThatNoServiceHas) {
  const OneOperation model("rest-xml",
                           R"("Out": {"type": "structure", "members": {"Out": {"shape": "Out"}}})");
  std::string deep;
  for (int i = 0; i < 100000; ++i) {
    deep += "<Out>";
  }
  for (int i = 0; i < 100000; ++i) {
    deep += "</Out>";
  }
  EXPECT_NE(shown(model, answer(deep)).find("nested too deeply"), std::string::npos);
}

TEST(ParseQuery, UnwrapsTheResult) {
  const OneOperation model("query", k_kinds, R"({"shape": "Out", "resultWrapper": "OpResult"})");
  const auto response = answer(
      "<OpResponse xmlns='u'><OpResult><Name>n</Name></OpResult>"
      "<ResponseMetadata><RequestId>id</RequestId></ResponseMetadata></OpResponse>");
  const auto parsed = parse(model.operation(), response);
  ASSERT_TRUE(parsed);
  EXPECT_EQ(to_json(parsed->output), R"({"Name": "n"})");
  EXPECT_EQ(parsed->request_id, "id");
  EXPECT_EQ(shown(model, answer("<OpResponse><OpResult/></OpResponse>")), "{}");
  EXPECT_EQ(shown(model, answer("<OpResponse/>")), "error: 'OpResult'");
}

TEST(ParseQuery, QuotesWhatIsNoXml) {
  const OneOperation model("query", k_kinds, R"({"shape": "Out", "resultWrapper": "OpResult"})");
  EXPECT_EQ(
      shown(model, answer("oh it's\n")),
      "error: Unable to parse response (syntax error: line 1, column 0), invalid XML received. "
      "Further retries may succeed:\nb\"oh it's\\n\"");
}

TEST(ParseCbor, ReadsTheBodyByMemberNames) {
  const OneOperation model("smithy-rpc-v2-cbor", k_kinds);
  // {"Inner": {"Count": 2, "zz": 1}, "When": 1(1700000000.5), "Data": h'00', "Name": "n"}, of
  // indefinite length
  const std::string body =
      "\xBF\x65Inner\xA2\x65"
      "Count\x02\x62zz\x01\x64When\xC1\xFB\x41\xD9\x54\xFC\x40\x20" +
      std::string("\x00\x00", 2) + "\x64" + "Data\x41" + std::string(1, '\0') + "\x64Name\x61n\xFF";
  EXPECT_EQ(shown(model, answer(body)),
            R"({"Name": "n", "When": 1700000000.5, "Data": "AA==", "Inner": {"Count": 2}})");
  EXPECT_EQ(shown(model, answer("")), "{}");
}

}  // namespace
}  // namespace virga::protocol
