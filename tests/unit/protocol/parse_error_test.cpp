// SPDX-License-Identifier: Apache-2.0
#include "protocol/parse_error.hpp"

#include <string>

#include <gtest/gtest.h>

#include "base/strings.hpp"
#include "unit/protocol/parse_support.hpp"
#include "value/binary.hpp"
#include "value/json_write.hpp"

namespace virga::protocol {
namespace {

using test::OneOperation;

constexpr auto k_shapes = R"("Out": {"type": "structure", "members": {"A": {"shape": "String"}}},
  "Gone": {"type": "structure", "exception": true, "error": {"code": "ResourceGone", "httpStatusCode": 404},
           "members": {"message": {"shape": "String"}, "Kind": {"shape": "String"}}})";

http::Response failure(int status, std::string body) {
  http::Response response;
  response.status = status;
  response.body = std::move(body);
  return response;
}

/// "code: message" of the error, or the sentence that says why the answer cannot be read.
std::string shown(const char* protocol, const http::Response& response) {
  const OneOperation model(protocol, k_shapes);
  const auto parsed = parse(model.operation(), response);
  EXPECT_FALSE(parsed);
  if (parsed || !parsed.error().service) {
    return parsed ? "no error" : parsed.error().message;
  }
  EXPECT_EQ(parsed.error().code, ErrorCode::service);
  EXPECT_EQ(parsed.error().service->status, response.status);
  return concat(parsed.error().service->code, ": ", parsed.error().service->message);
}

TEST(ParseError, TakesTheCodeOutOfAJsonType) {
  EXPECT_EQ(
      shown("json", failure(400, R"({"__type": "com.amazon#Gone:http://x/", "Message": "m"})")),
      "Gone: m");
  EXPECT_EQ(shown("json", failure(400, R"({"__type": "Gone", "message": null})")), "Gone: None");
  EXPECT_EQ(shown("json", failure(400, R"({"message": "m"})")), "400: m");
  EXPECT_EQ(shown("json", failure(400, "")), "400: ");
  EXPECT_EQ(shown("json", failure(400, "plain text")), "400: plain text");
}

TEST(ParseError, PrefersTheHeaderInRestJson) {
  auto response = failure(400, R"({"__type": "A", "code": "B", "message": "m"})");
  EXPECT_EQ(shown("rest-json", response), "B: m");
  response.headers.add("X-Amzn-ErrorType", "Gone:http://internal/");
  EXPECT_EQ(shown("rest-json", response), "Gone: m");
}

TEST(ParseError, TranslatesTheCodesOfServicesThatOnceSpokeQuery) {
  auto response = failure(400, R"({"__type": "QueueDoesNotExist", "message": "m"})");
  response.headers.add("x-amzn-query-error", "AWS.SimpleQueueService.NonExistentQueue;Sender");
  EXPECT_EQ(shown("json", response), "AWS.SimpleQueueService.NonExistentQueue: m");
  const OneOperation model("json", k_shapes);
  ParseOptions options;
  options.query_compatible_errors = false;
  EXPECT_EQ(parse(model.operation(), response, options).error().service->code, "QueueDoesNotExist");
}

TEST(ParseError, ReadsQueryAndEc2Errors) {
  EXPECT_EQ(
      shown("query",
            failure(400,
                    "<ErrorResponse xmlns='u'><Error><Code>C</Code><Message>m</Message></Error>"
                    "<RequestId>id</RequestId></ErrorResponse>")),
      "C: m");
  EXPECT_EQ(
      shown("ec2",
            failure(400,
                    "<Response><Errors><Error><Code>C</Code><Message>m</Message></Error></Errors>"
                    "<RequestID>id</RequestID></Response>")),
      "C: m");
  EXPECT_EQ(
      shown("query", failure(400, "<ErrorResponse><Error><Message/></Error></ErrorResponse>")),
      "Unknown: None");
  EXPECT_EQ(shown("query", failure(400, "<Other/>")), "Unknown: Unknown");
  EXPECT_EQ(shown("query", failure(400, "")),
            "Unable to parse response (no element found: line 1, column 0), invalid XML received. "
            "Further retries may succeed:\nb''");
}

TEST(ParseError, ReadsBothFormsOfRestXml) {
  EXPECT_EQ(
      shown("rest-xml", failure(404, "<Error><Code>NoSuchKey</Code><Message>m</Message></Error>")),
      "NoSuchKey: m");
  EXPECT_EQ(shown("rest-xml",
                  failure(404, "<ErrorResponse><Error><Code>C</Code></Error></ErrorResponse>")),
            "C: ");
  EXPECT_EQ(shown("rest-xml", failure(404, "")), "404: Not Found");
  EXPECT_EQ(shown("rest-xml", failure(400, "not xml")), "400: Bad Request");
}

TEST(ParseError, SaysTheStatusOfAnswersThatAreNotTheServices) {
  const auto html = failure(503, "\n<html><body>Service Unavailable</body></html>");
  for (const auto* protocol :
       {"json", "rest-json", "rest-xml", "query", "ec2", "smithy-rpc-v2-cbor"}) {
    EXPECT_EQ(shown(protocol, html), "503: Service Unavailable") << protocol;
    EXPECT_EQ(shown(protocol, failure(502, " ")), "502: Bad Gateway") << protocol;
  }
}

TEST(ParseError, FindsTheRequestId) {
  const OneOperation query("query", k_shapes);
  const auto in_body =
      failure(400, "<ErrorResponse><Error/><RequestId>body</RequestId></ErrorResponse>");
  EXPECT_EQ(parse(query.operation(), in_body).error().service->request_id, "body");
  const OneOperation xml("rest-xml", k_shapes);
  auto in_header = failure(403, "<Error><Code>C</Code><RequestId>body</RequestId></Error>");
  in_header.headers.add("x-amz-request-id", "header");
  EXPECT_EQ(parse(xml.operation(), in_header).error().service->request_id, "header");
}

TEST(ParseError, ShowsABodyThatIsTextButNotBytes) {
  const OneOperation model("json", k_shapes);
  EXPECT_EQ(parse(model.operation(), failure(400, "no json")).error().service->message, "no json");
  EXPECT_EQ(parse(model.operation(), failure(400, "\xff\xfe")).error().service->message,
            "Bad Request");
}

TEST(ParseError, GivesTheModelledMembers) {
  const OneOperation model(
      "json", k_shapes, R"({"shape": "Out"})", R"(, "errors": [{"shape": "Gone"}])");
  const auto response =
      failure(404, R"({"__type": "ResourceGone", "message": "m", "Kind": "k", "zz": 1})");
  EXPECT_EQ(to_json(*parse_error_members(model.operation(), response, "ResourceGone")),
            R"({"message": "m", "Kind": "k"})");
  EXPECT_EQ(to_json(*parse_error_members(model.operation(), response, "Other")), "{}");
}

TEST(ParseError, KeepsTheModelledMembersWithTheError) {
  const std::string errors = R"(, "errors": [{"shape": "Gone"}])";
  const auto members = [&](const char* protocol, const http::Response& response) {
    const OneOperation model(protocol, k_shapes, R"({"shape": "Out"})", errors);
    const auto packed = parse(model.operation(), response).error().service->members;
    return packed.empty() ? "none" : to_json(*read_binary(packed));
  };
  EXPECT_EQ(members("json", failure(404, R"({"__type": "ResourceGone", "Kind": "k", "zz": 1})")),
            R"({"Kind": "k"})");
  EXPECT_EQ(members("rest-xml",
                    failure(404,
                            "<ErrorResponse><Error><Code>ResourceGone</Code><Kind>k</Kind>"
                            "<Other>o</Other></Error></ErrorResponse>")),
            R"({"Kind": "k"})");
  EXPECT_EQ(members("json", failure(404, R"({"__type": "Other", "Kind": "k"})")), "none");
  EXPECT_EQ(members("json", failure(404, "no json")), "none");
  EXPECT_EQ(members("json", failure(503, "<html>")), "none");
}

}  // namespace
}  // namespace virga::protocol
