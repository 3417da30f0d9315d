// SPDX-License-Identifier: Apache-2.0
#include <gtest/gtest.h>

#include "unit/protocol/serialize_support.hpp"

namespace virga::protocol {
namespace {

constexpr std::string_view k_rest_json = R"({"protocol": "rest-json"})";
constexpr std::string_view k_rest_xml = R"({"protocol": "rest-xml"})";

constexpr std::string_view k_shapes = R"({
  "Input": {"type": "structure", "members": {
    "Bucket": {"shape": "Text", "location": "uri", "locationName": "bucket"},
    "Key": {"shape": "Text", "location": "uri", "locationName": "Key"},
    "Q": {"shape": "Text", "location": "querystring", "locationName": "q"},
    "Qs": {"shape": "Texts", "location": "querystring", "locationName": "qs"},
    "QMap": {"shape": "TextMap", "location": "querystring"},
    "QWhen": {"shape": "When", "location": "querystring", "locationName": "when"},
    "QFlag": {"shape": "Flag", "location": "querystring", "locationName": "flag"},
    "H": {"shape": "Text", "location": "header", "locationName": "X-H"},
    "Hs": {"shape": "Texts", "location": "header", "locationName": "X-Hs"},
    "HWhen": {"shape": "When", "location": "header", "locationName": "X-When"},
    "HJson": {"shape": "Text", "location": "header", "locationName": "X-Json", "jsonvalue": true},
    "Meta": {"shape": "TextMap", "location": "headers", "locationName": "x-meta-"},
    "Body": {"shape": "Text"}}},
  "Text": {"type": "string"}, "Texts": {"type": "list", "member": {"shape": "Text"}},
  "TextMap": {"type": "map", "key": {"shape": "Text"}, "value": {"shape": "Text"}},
  "When": {"type": "timestamp"}, "Flag": {"type": "boolean"}})";

constexpr std::string_view k_http =
    R"({"method": "PUT", "requestUri": "/{bucket}/{Key+}?fixed=1"})";

http::Request sent(std::string_view params) {
  const std::string all =
      concat(R"({"Bucket": "b", "Key": "k")", params.empty() ? "" : ", ", params, "}");
  return OneOperation(k_rest_json, k_shapes, k_http).send(std::string_view(all)).request;
}

TEST(SerializeRest, FillsLabelsAndKeepsTheSlashesOfGreedyOnes) {
  const auto request = OneOperation(k_rest_json, k_shapes, k_http)
                           .send(std::string_view(R"({"Bucket": "a/b c~", "Key": "x/y z/~+"})"))
                           .request;
  EXPECT_EQ(request.method, "PUT");
  EXPECT_EQ(request.path, "/a%2Fb%20c~/x/y%20z/~%2B");
  EXPECT_EQ(request.query, "fixed=1");
}

TEST(SerializeRest, RefusesEmptyAndMissingLabels) {
  const OneOperation operation(k_rest_json, k_shapes, k_http);
  EXPECT_NE(operation.refusal(read_json(R"({"Bucket": "", "Key": "k"})").value()), "");
  EXPECT_NE(operation.refusal(read_json(R"({"Key": "k"})").value()).find("\"bucket\""),
            std::string::npos);
}

TEST(SerializeRest, BuildsTheQuery) {
  EXPECT_EQ(sent(R"("Q": "a&b", "Qs": ["1", "2 3"], "QFlag": true, "QWhen": 0)").query,
            "fixed=1&q=a%26b&qs=1&qs=2%203&flag=true&when=1970-01-01T00%3A00%3A00Z");
  EXPECT_EQ(sent(R"("Qs": [])").query, "fixed=1");
}

TEST(SerializeRest, LetsAMemberWinOverAMapInTheQuery) {
  EXPECT_EQ(sent(R"("Q": "named", "QMap": {"q": "map", "r": "s"})").query, "fixed=1&q=named&r=s");
  EXPECT_EQ(sent(R"("QMap": {"q": "map", "r": "s"}, "Q": "named")").query, "fixed=1&q=named&r=s");
}

TEST(SerializeRest, SetsHeaders) {
  const auto request =
      sent(R"("H": "v", "Hs": ["a", "b,c", "d\"e"], "HWhen": "2023-01-02T03:04:05.9Z",
                               "HJson": {"é": [1]}, "Meta": {"One": "1", "two": ""})");
  EXPECT_EQ(request.headers.get("X-H"), "v");
  EXPECT_EQ(request.headers.get("X-Hs"), "a,\"b,c\",\"d\\\"e\"");
  EXPECT_EQ(request.headers.get("X-When"), "Mon, 02 Jan 2023 03:04:05 GMT");
  EXPECT_EQ(request.headers.get("X-Json"), "eyJcdTAwZTkiOlsxXX0=");  // {"\u00e9":[1]}
  EXPECT_EQ(request.headers.get("x-meta-One"), "1");
  EXPECT_TRUE(request.headers.contains("x-meta-two"));
  EXPECT_FALSE(sent(R"("Hs": [])").headers.contains("X-Hs"));
}

TEST(SerializeRest, RefusesLineBreaksInHeaders) {
  const OneOperation operation(k_rest_json, k_shapes, k_http);
  EXPECT_NE(
      operation.refusal(read_json(R"({"Bucket": "b", "Key": "k", "H": "a\r\nX-Evil: 1"})").value()),
      "");
  EXPECT_NE(
      operation.refusal(read_json(R"({"Bucket": "b", "Key": "k", "Meta": {"a\nb": "1"}})").value()),
      "");
}

TEST(SerializeRest, SendsAnEmptyObjectWhereABodyIsPossible) {
  const auto request = sent("");
  EXPECT_EQ(request.body, "{}");
  EXPECT_EQ(request.headers.get("Content-Type"), "application/json");
  EXPECT_EQ(sent(R"("Body": "x")").body, R"({"Body": "x"})");
}

TEST(SerializeRest, SendsNoBodyWhereNoneIsPossible) {
  const auto request = OneOperation(k_rest_json,
                                    R"({"Input": {"type": "structure", "members": {
                                      "H": {"shape": "T", "location": "header", "locationName": "H"}}},
                                      "T": {"type": "string"}})",
                                    R"({"method": "GET", "requestUri": "/x"})")
                           .send("{}")
                           .request;
  EXPECT_EQ(request.body, "");
  EXPECT_FALSE(request.headers.contains("Content-Type"));
}

http::Request sent_payload(std::string_view metadata,
                           std::string_view payload_shape,
                           const Value& params) {
  const std::string shapes = concat(R"({"Input": {"type": "structure", "payload": "P", "members": {
      "P": {"shape": "Payload", "locationName": "Root"}, "Other": {"shape": "T"}}},
      "T": {"type": "string"}, "Payload": )",
                                    payload_shape,
                                    "}");
  return OneOperation(metadata, shapes, R"({"method": "PUT", "requestUri": "/"})")
      .try_send(params)
      .value()
      .request;
}

TEST(SerializeRest, SendsAPayloadOfBytesAsItIs) {
  Map params;
  params.append("P", Blob{std::string("\0raw", 4)});
  params.append("Other", "x");
  const auto request =
      sent_payload(k_rest_json, R"({"type": "blob", "streaming": true})", Value(params));
  EXPECT_EQ(request.body, std::string("\0raw", 4));
  EXPECT_FALSE(request.headers.contains("Content-Type"));
  EXPECT_EQ(
      sent_payload(k_rest_xml, R"({"type": "string"})", read_json(R"({"P": "text"})").value()).body,
      "text");
}

TEST(SerializeRest, SendsAStructureAsTheWholeBody) {
  constexpr std::string_view k_payload =
      R"({"type": "structure", "members": {"A": {"shape": "T"}}})";
  const auto given = read_json(R"({"P": {"A": "<&>"}})").value();
  const auto absent = read_json("{}").value();
  EXPECT_EQ(sent_payload(k_rest_json, k_payload, given).body, R"({"A": "<&>"})");
  EXPECT_EQ(sent_payload(k_rest_json, k_payload, absent).body, "{}");
  EXPECT_EQ(sent_payload(k_rest_xml, k_payload, given).body, "<Root><A>&lt;&amp;&gt;</A></Root>");
  EXPECT_EQ(sent_payload(k_rest_xml, k_payload, absent).body, "");
  EXPECT_EQ(sent_payload(k_rest_json,
                         R"({"type": "structure", "members": {}, "document": true})",
                         read_json(R"({"P": [1, "x"]})").value())
                .body,
            R"([1, "x"])");
}

constexpr std::string_view k_xml_shapes = R"({
  "Input": {"type": "structure", "members": {
    "Attr": {"shape": "T", "locationName": "at", "xmlAttribute": true},
    "Ns": {"shape": "T", "xmlNamespace": {"prefix": "p", "uri": "http://n"}},
    "Flag": {"shape": "Flag"}, "Bytes": {"shape": "Bytes"}, "When": {"shape": "When"},
    "List": {"shape": "List"}, "Flat": {"shape": "List", "flattened": true, "locationName": "F"},
    "Map": {"shape": "Map"}, "FlatMap": {"shape": "Map", "flattened": true}, "Inner": {"shape": "Input"}}},
  "T": {"type": "string"}, "Flag": {"type": "boolean"}, "Bytes": {"type": "blob"}, "When": {"type": "timestamp"},
  "List": {"type": "list", "member": {"shape": "T", "locationName": "item"}},
  "Map": {"type": "map", "key": {"shape": "T"}, "value": {"shape": "T", "locationName": "V"}}})";

TEST(SerializeRest, WritesXml) {
  const OneOperation operation(
      k_rest_xml, k_xml_shapes, R"({"method": "POST", "requestUri": "/"})");
  const auto body = [&](std::string_view params) { return operation.send(params).request.body; };
  EXPECT_EQ(body("{}"), "");
  EXPECT_EQ(body(R"({"Flag": true, "Bytes": "hi", "When": 0})"),
            "<Input><Flag>true</Flag><Bytes>aGk=</Bytes><When>1970-01-01T00:00:00Z</When></Input>");
  EXPECT_EQ(body(R"({"Ns": "a\r\n", "Attr": "\"<\r\n\t>&"})"),
            "<Input at=\"&quot;&lt;&#13;&#10;&#09;&gt;&amp;\"><Ns "
            "xmlns:p=\"http://n\">a\r\n</Ns></Input>");
  EXPECT_EQ(body(R"({"List": ["1", ""], "Flat": ["2", "3"]})"),
            "<Input><List><item>1</item><item /></List><F>2</F><F>3</F></Input>");
  EXPECT_EQ(
      body(R"({"Map": {"a": "b"}, "FlatMap": {"c": "d"}, "List": []})"),
      "<Input><Map><entry><key>a</key><V>b</V></entry></Map><FlatMap><key>c</key><V>d</V></FlatMap>"
      "<List /></Input>");
  EXPECT_EQ(body(R"({"Inner": {"Attr": "x"}})"), "<Input><Inner at=\"x\" /></Input>");
}

TEST(SerializeRest, TakesNameAndNamespaceOfTheDocumentFromTheOperation) {
  const OneOperation operation(
      k_rest_xml,
      k_xml_shapes,
      R"({"method": "POST", "requestUri": "/"})",
      R"(, "input": {"shape": "Input", "locationName": "Doc", "xmlNamespace": {"uri": "http://d/"}})");
  EXPECT_EQ(operation.send(R"({"Flag": false})").request.body,
            "<Doc xmlns=\"http://d/\"><Flag>false</Flag></Doc>");
}

TEST(SerializeRest, RefusesXmlThatIsNestedTooDeeply) {
  Value nested{Map()};
  for (int i = 0; i < 300; ++i) {
    Map outer;
    outer.append("Inner", std::move(nested));
    nested = Value(std::move(outer));
  }
  const OneOperation operation(
      k_rest_xml, k_xml_shapes, R"({"method": "POST", "requestUri": "/"})");
  EXPECT_NE(operation.refusal(nested).find("nested"), std::string::npos);
}

}  // namespace
}  // namespace virga::protocol
