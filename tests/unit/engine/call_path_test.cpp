// SPDX-License-Identifier: Apache-2.0
#include "engine/call_path.hpp"

#include <deque>

#include <gtest/gtest.h>

#include "config/environment.hpp"
#include "support/fake_clock.hpp"
#include "support/tiny_model.hpp"
#include "value/json_write.hpp"

namespace virga::engine {
namespace {

constexpr std::string_view k_model = R"({
  "metadata": {"protocol": "json", "jsonVersion": "1.1", "targetPrefix": "T", "serviceId": "Tiny",
               "endpointPrefix": "tiny", "signatureVersion": "v4"},
  "operations": {"Make": {"name": "Make", "http": {"method": "POST", "requestUri": "/"},
                          "input": {"shape": "In"}, "output": {"shape": "Out"}}},
  "shapes": {
    "In": {"type": "structure", "members": {"Token": {"shape": "S", "idempotencyToken": true}, "Name": {"shape": "S"}}},
    "Out": {"type": "structure", "members": {"Id": {"shape": "S"}}},
    "S": {"type": "string", "max": 40}}})";

constexpr std::string_view k_s3_model = R"({
  "metadata": {"protocol": "rest-xml", "serviceId": "S3", "endpointPrefix": "s3", "signatureVersion": "s3v4"},
  "operations": {
    "PutObject": {"name": "PutObject", "http": {"method": "PUT", "requestUri": "/{Bucket}/{Key+}"},
                  "input": {"shape": "Put"}},
    "HeadBucket": {"name": "HeadBucket", "http": {"method": "HEAD", "requestUri": "/{Bucket}"},
                  "input": {"shape": "Head"}},
    "GetObject": {"name": "GetObject", "http": {"method": "GET", "requestUri": "/{Bucket}/{Key+}"},
                  "input": {"shape": "Get"}, "output": {"shape": "Got"}}},
  "shapes": {
    "Put": {"type": "structure", "payload": "Body", "members": {
      "Bucket": {"shape": "S", "location": "uri", "locationName": "Bucket"},
      "Key": {"shape": "S", "location": "uri", "locationName": "Key"}, "Body": {"shape": "B", "streaming": true}}},
    "Head": {"type": "structure", "members": {
      "Bucket": {"shape": "S", "location": "uri", "locationName": "Bucket"}}},
    "Get": {"type": "structure", "members": {
      "Bucket": {"shape": "S", "location": "uri", "locationName": "Bucket"},
      "Key": {"shape": "S", "location": "uri", "locationName": "Key"}}},
    "Got": {"type": "structure", "payload": "Body", "members": {"Body": {"shape": "B", "streaming": true}}},
    "S": {"type": "string"}, "B": {"type": "blob"}}})";

http::Response response(int status, std::string body) {
  http::Response out;
  out.status = status;
  out.reason = "R";
  out.body = std::move(body);
  return out;
}

/// Answers from a list, and keeps what it was sent with its body read out.
class FakeTransport final : public http::Transport {
 public:
  using Transport::send;

  Result<http::Response> send(const http::Request& request,
                              const http::SinkChooser& choose_sink) override {
    http::Request seen = request;
    while (seen.stream) {
      char buffer[64];
      VIRGA_TRY_ASSIGN(const auto got, seen.stream->read(buffer, sizeof buffer));
      if (got == 0) {
        break;
      }
      seen.body.append(buffer, got);
    }
    requests.push_back(seen);
    http::Response answer = std::move(answers.front());
    answers.pop_front();
    if (auto* sink = choose_sink ? choose_sink(answer) : nullptr; sink != nullptr) {
      VIRGA_TRY(sink->write(answer.body));
      answer.body.clear();
    }
    return answer;
  }

  std::deque<http::Response> answers;
  std::vector<http::Request> requests;
};

class StringBody final : public http::BodySource {
 public:
  explicit StringBody(std::string bytes) : bytes_(std::move(bytes)) {}

  Result<std::size_t> read(char* buffer, std::size_t size) override {
    const std::size_t count = bytes_.copy(buffer, size, at_);
    at_ += count;
    return count;
  }

  Status rewind() override {
    at_ = 0;
    return {};
  }

  std::optional<std::uint64_t> size() const override { return bytes_.size(); }

 private:
  std::string bytes_;
  std::size_t at_ = 0;
};

/// Another UUID each time.
class CountingRandom final : public Random {
 public:
  [[nodiscard]] double uniform() override { return 0.5; }

  [[nodiscard]] std::string uuid() override { return "token-" + std::to_string(++count_); }

 private:
  int count_ = 0;
};

class CallPathTest : public testing::Test {
 protected:
  Result<Page> run(const model::Catalog& catalog, const Call& call) {
    CallPathParts parts{catalog, settings_, chain_, transport_, policy_, clock_, random_};
    return CallPath(parts).call(call);
  }

  Result<Page> make(Value params = Map()) {
    Call call{tiny_.service(0).operation(0), std::move(params)};
    return run(tiny_, call);
  }

  Call s3_call(std::string_view operation) {
    Call call{s3_.service(0).find_operation(operation).value()};
    call.params.as_map()->set("Bucket", "my-bucket");
    call.params.as_map()->set("Key", "key");
    return call;
  }

  config::MapEnvironment environment_{{{"AWS_ACCESS_KEY_ID", "AKID"},
                                       {"AWS_SECRET_ACCESS_KEY", "secret"},
                                       {"AWS_REGION", "us-east-1"},
                                       {"AWS_ENDPOINT_URL", "http://127.0.0.1:9"},
                                       {"HOME", "/nonexistent"}}};
  config::Settings settings_{environment_};
  FakeTransport transport_;
  test::FakeClock clock_;
  CountingRandom random_;
  auth::CredentialChain chain_ = auth::default_chain({settings_, clock_, random_});
  retry::RetryPolicy policy_{retry::RetryOptions(), clock_, random_};
  model::Catalog tiny_ = test::tiny_catalog(k_model);
  model::Catalog s3_ = test::tiny_catalog(k_s3_model, "{}", "s3");
};

TEST_F(CallPathTest, SendsASignedRequestAndReadsTheAnswer) {
  transport_.answers = {response(200, R"({"Id": "x", "Unknown": 1})")};
  const auto page = make();
  ASSERT_TRUE(page) << page.error().message;
  EXPECT_EQ(to_json(page->output), R"({"Id": "x"})");
  const auto& request = transport_.requests.at(0);
  EXPECT_EQ(request.host, "127.0.0.1:9");
  EXPECT_EQ(request.headers.get("X-Amz-Target"), "T.Make");
  EXPECT_NE(request.headers.get("Authorization").find("/us-east-1/tiny/aws4_request"),
            std::string_view::npos);
}

TEST_F(CallPathTest, TriesAgainWithTheSameBodyAndAFreshSignature) {
  transport_.answers = {response(503, "{}"), response(200, "{}")};
  ASSERT_TRUE(make());
  ASSERT_EQ(transport_.requests.size(), 2U);
  EXPECT_EQ(transport_.requests[0].body, transport_.requests[1].body)
      << "the idempotency token must not change";
  EXPECT_NE(transport_.requests[0].body.find("Token"), std::string::npos);
}

TEST_F(CallPathTest, GivesUpWithTheSentenceOfTheAwsCli) {
  for (int i = 0; i < 3; ++i) {
    transport_.answers.push_back(
        response(400, R"({"__type": "ThrottlingException", "message": "slow"})"));
  }
  const auto page = make();
  ASSERT_FALSE(page);
  EXPECT_EQ(page.error().message,
            "An error occurred (ThrottlingException) when calling the Make operation (reached max "
            "retries: 2): slow");
  EXPECT_EQ(page.error().code, ErrorCode::service);
}

TEST_F(CallPathTest, DoesNotRepeatWhatTheServiceRefused) {
  transport_.answers = {response(400, R"({"__type": "a#Bad", "message": "no"})")};
  const auto page = make();
  ASSERT_FALSE(page);
  EXPECT_EQ(page.error().message, "An error occurred (Bad) when calling the Make operation: no");
}

TEST_F(CallPathTest, ReportsInvalidParametersBeforeSending) {
  Map params;
  params.append("Name", 1);
  const auto page = make(std::move(params));
  ASSERT_FALSE(page);
  EXPECT_EQ(page.error().code, ErrorCode::validation);
  EXPECT_TRUE(transport_.requests.empty());
}

TEST_F(CallPathTest, CorrectsItsClockByTheAnswersDate) {
  auto skewed = response(403, R"({"__type": "RequestTimeTooSkewed", "message": "clock"})");
  skewed.headers.add("Date", "Fri, 02 Jan 2099 03:04:05 GMT");
  transport_.answers = {skewed, response(200, "{}")};
  ASSERT_TRUE(make());
  ASSERT_EQ(transport_.requests.size(), 2U);
  EXPECT_EQ(transport_.requests[1].headers.get("X-Amz-Date").substr(0, 8), "20990102");
}

TEST_F(CallPathTest, RefusesAnAnswerWhoseChecksumIsWrong) {
  auto damaged = response(200, "{}");
  damaged.headers.add("x-amz-crc32", "1");
  transport_.answers = {damaged, damaged, damaged, damaged};
  const auto page = make();
  ASSERT_FALSE(page);
  EXPECT_EQ(page.error().code, ErrorCode::response);
}

TEST_F(CallPathTest, SendsTheWholeBodyAgainToTheRegionOfTheBucket) {
  auto moved = response(301, "<Error><Code>PermanentRedirect</Code><Message>m</Message></Error>");
  moved.headers.add("x-amz-bucket-region", "eu-west-1");
  transport_.answers = {moved, response(200, "")};
  Call call = s3_call("PutObject");
  call.body = std::make_shared<StringBody>("the whole body");
  const auto page = run(s3_, call);
  ASSERT_TRUE(page) << page.error().message;
  ASSERT_EQ(transport_.requests.size(), 2U);
  EXPECT_EQ(transport_.requests[1].body, "the whole body");
  EXPECT_NE(transport_.requests[1].headers.get("Authorization").find("/eu-west-1/s3/"),
            std::string_view::npos);
}

// The signature is that of tests/e2e/presign_test.py for this time.
TEST_F(CallPathTest, PresignsAUrlWithoutSendingAnything) {
  UrlTerms terms;
  terms.expires = std::chrono::seconds(60);
  terms.headers.set("x-extra", "1");
  CallPathParts parts{s3_, settings_, chain_, transport_, policy_, clock_, random_};
  const auto url = CallPath(parts).presigned_url(s3_call("GetObject"), terms);
  ASSERT_TRUE(url) << url.error().message;
  EXPECT_EQ(*url,
            "http://127.0.0.1:9/my-bucket/key?X-Amz-Algorithm=AWS4-HMAC-SHA256"
            "&X-Amz-Credential=AKID%2F20231114%2Fus-east-1%2Fs3%2Faws4_request"
            "&X-Amz-Date=20231114T231320Z&X-Amz-Expires=60&X-Amz-SignedHeaders=host%3Bx-extra"
            "&X-Amz-Signature=888c9b3ecec4fe536c64014e095f71423b4b0a6ab849cc496e6459da9e1a7d9a");
  EXPECT_TRUE(transport_.requests.empty());
}

TEST_F(CallPathTest, FollowsARedirectOnlyOnce) {
  auto moved = response(301, "<Error><Code>PermanentRedirect</Code><Message>m</Message></Error>");
  moved.headers.add("x-amz-bucket-region", "eu-west-1");
  transport_.answers = {moved, moved, moved};
  EXPECT_FALSE(run(s3_, s3_call("GetObject")));
  EXPECT_EQ(transport_.requests.size(), 2U);
}

TEST_F(CallPathTest, AsksHeadBucketWhereTheAnswerNamesNoRegion) {
  auto moved = response(301, "<Error><Code>PermanentRedirect</Code><Message>m</Message></Error>");
  auto head = response(403, "");
  head.headers.add("x-amz-bucket-region", "eu-west-1");
  transport_.answers = {moved, head, response(200, "")};
  const auto page = run(s3_, s3_call("GetObject"));
  ASSERT_TRUE(page) << page.error().message;
  ASSERT_EQ(transport_.requests.size(), 3U);
  EXPECT_EQ(transport_.requests[1].method, "HEAD");
  EXPECT_EQ(transport_.requests[2].method, "GET");
  EXPECT_NE(transport_.requests[2].headers.get("Authorization").find("/eu-west-1/s3/"),
            std::string_view::npos);
}

TEST_F(CallPathTest, FailsAsTheServiceSaidWhereNobodyNamesTheRegion) {
  auto moved = response(301, "<Error><Code>PermanentRedirect</Code><Message>m</Message></Error>");
  transport_.answers = {moved, response(403, "")};
  const auto page = run(s3_, s3_call("GetObject"));
  ASSERT_FALSE(page);
  EXPECT_EQ(page.error().service->code, "PermanentRedirect");
  EXPECT_EQ(transport_.requests.size(), 2U);
}

TEST_F(CallPathTest, FailsWhereTheOutputHasNoPlace) {
  transport_.answers = {response(200, "bytes")};
  Call call = s3_call("GetObject");
  call.open_sink = []() -> Result<http::BodySink*> { return fail(ErrorCode::io, "no place"); };
  const auto page = run(s3_, call);
  ASSERT_FALSE(page);
  EXPECT_EQ(page.error().message, "no place");
  EXPECT_EQ(transport_.requests.size(), 1U);
}

}  // namespace
}  // namespace virga::engine
