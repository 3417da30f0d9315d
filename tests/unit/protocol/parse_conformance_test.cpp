// SPDX-License-Identifier: Apache-2.0
#include <cmath>
#include <cstdlib>
#include <filesystem>
#include <map>
#include <string>

#include <gtest/gtest.h>

#include "base/encoding.hpp"
#include "base/files.hpp"
#include "base/strings.hpp"
#include "protocol/parse_error.hpp"
#include "protocol/protocol.hpp"
#include "unit/protocol/parse_support.hpp"
#include "value/json_write.hpp"
#include "value/timestamp.hpp"

// botocore's protocol vectors (tests/unit/protocols/output): a model, a response, and what it must
// parse to.
namespace virga::protocol {
namespace {

std::string suite_folder() {
  const char* const set =
      std::getenv("VIRGA_CONFORMANCE");  // NOLINT(concurrency-mt-unsafe): no thread yet
  const std::string root = set == nullptr ? VIRGA_SOURCE_DIR "/../shared/conformance" : set;
  return root + "/protocols/output";
}

/// The vectors write times as epoch numbers, blobs as text and the special floats as words.
Value as_in_vectors(const Value& value) {
  if (const auto* timestamp = value.as_timestamp()) {
    const auto moment = parse_timestamp(*timestamp);
    return moment ? Value(static_cast<double>(moment->microseconds) / 1e6) : Value(timestamp->wire);
  }
  if (const auto* blob = value.as_blob()) {
    return blob->bytes;
  }
  if (const auto* number = value.as_number()) {
    if (std::isnan(*number)) {
      return "NaN";
    }
    if (std::isinf(*number)) {
      return *number < 0 ? "-Infinity" : "Infinity";
    }
    return value;
  }
  if (const auto* integer = value.as_integer()) {
    return static_cast<double>(*integer);
  }
  if (const auto* list = value.as_list()) {
    List out;
    for (const auto& item : *list) {
      out.push_back(as_in_vectors(item));
    }
    return out;
  }
  if (const auto* map = value.as_map()) {
    Map out;
    for (const auto& [key, item] : *map) {
      out.append(key, as_in_vectors(item));
    }
    return out;
  }
  return value;
}

Value service_of(const Value& suite, const Value& given) {
  Value operation = given;
  // The vectors leave out the wrapper that every real model of the query protocol names.
  if (auto* output = operation.as_map()->find("output");
      suite.find("metadata")->text("protocol") == "query") {
    if (output != nullptr && output->find("resultWrapper") == nullptr) {
      output->as_map()->append("resultWrapper", concat(given.text("name"), "Result"));
    }
  }
  Map operations;
  operations.append(std::string(given.text("name")), std::move(operation));
  Map service;
  service.append("metadata", *suite.find("metadata"));
  service.append("operations", std::move(operations));
  service.append("shapes", *suite.find("shapes"));
  return service;
}

http::Response response_of(const Value& given, bool is_base64) {
  http::Response response;
  const auto* status = given.find("status_code")->as_integer();
  response.status = static_cast<int>(*status);
  if (const auto* headers = given.find("headers")) {
    for (const auto& [name, value] : *headers->as_map()) {
      response.headers.add(name, *value.as_string());
    }
  }
  const std::string body(given.text("body"));
  response.body = is_base64 ? base64_decode(body).value_or("") : body;
  return response;
}

class Case {
 public:
  Case(const Value& suite, const Value& vector)
      : vector_view_(vector), catalog_(test::catalog_of(service_of(suite, *vector.find("given")))) {
    const auto protocol = catalog_->service(0).protocol();
    response_ = response_of(*vector.find("response"), protocol == "smithy-rpc-v2-cbor");
  }

  void run() {
    const auto operation = catalog_->service(0).operation(0);
    const auto parsed = parse(operation, response_);
    if (vector_view_.find("error") == nullptr && vector_view_.find("errorCode") == nullptr) {
      ASSERT_TRUE(parsed) << parsed.error().message;
      expect_equal(parsed->output, vector_view_.find("result"));
      return;
    }
    ASSERT_FALSE(parsed);
    ASSERT_TRUE(parsed.error().service) << parsed.error().message;
    const auto& detail = *parsed.error().service;
    EXPECT_EQ(detail.code, vector_view_.text("errorCode"));
    if (vector_view_.find("errorMessage") != nullptr) {
      EXPECT_EQ(detail.message, vector_view_.text("errorMessage"));
    }
    const auto members = parse_error_members(operation, response_, detail.code);
    ASSERT_TRUE(members) << members.error().message;
    expect_equal(*members, vector_view_.find("error"));
  }

 private:
  static void expect_equal(const Value& actual, const Value* expected) {
    const Value wanted = expected == nullptr ? Value(Map()) : as_in_vectors(*expected);
    const Value got = as_in_vectors(actual);
    EXPECT_TRUE(got == wanted) << "expected " << to_json(wanted) << "\ngot      " << to_json(got);
  }

  const Value& vector_view_;  // owner: the suite's file, in the caller
  std::unique_ptr<model::Catalog> catalog_;
  http::Response response_;
};

class OutputVectors : public testing::TestWithParam<const char*> {};

/// Vectors that contradict what the AWS CLI does, with the reason.
const std::map<std::string, std::string, std::less<>> k_exceptions = {
    {"MediaTypeHeaderOutputBase64",
     "the AWS CLI shows the JSON document in such a header as a value, not as text"},
};

TEST_P(OutputVectors, ParseToTheExpectedValue) {
  const std::string path = concat(suite_folder(), "/", GetParam(), ".json");
  if (!std::filesystem::exists(path)) {
    GTEST_SKIP() << "no conformance vectors at " << path;
  }
  const auto text = read_file(path);
  ASSERT_TRUE(text);
  const Value suites = test::json(*text);
  int count = 0;
  for (const auto& suite : *suites.as_list()) {
    for (const auto& vector : *suite.find("cases")->as_list()) {
      const auto id = vector.text("id");
      SCOPED_TRACE(concat(suite.text("description"), " / ", id));
      if (k_exceptions.find(id) == k_exceptions.end()) {
        Case(suite, vector).run();
        ++count;
      }
    }
  }
  RecordProperty("vectors", count);
}

INSTANTIATE_TEST_SUITE_P(Every,
                         OutputVectors,
                         testing::Values("ec2",
                                         "json",
                                         "json_1_0",
                                         "json_1_0-query-compatible",
                                         "query",
                                         "rest-json",
                                         "rest-xml",
                                         "smithy-rpc-v2-cbor",
                                         "smithy-rpc-v2-cbor-query-compatible",
                                         "smithy-rpc-v2-cbor-non-query-compatible"));

}  // namespace
}  // namespace virga::protocol
