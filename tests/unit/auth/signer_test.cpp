// SPDX-License-Identifier: Apache-2.0
// The expected values were made once with botocore 1.43's signers, its clock held at k_now.
#include "auth/signer.hpp"

#include <gtest/gtest.h>

#include "base/strings.hpp"

namespace virga::auth {
namespace {

constexpr TimePoint k_now{std::chrono::seconds(1440938160)};  // 20150830T123600Z
constexpr std::string_view k_empty_hash =
    "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855";

SigningContext context_for(std::string service, std::string region, std::string token = {}) {
  SigningContext context;
  context.credentials.access_key_id = "AKIDEXAMPLE";
  context.credentials.secret_access_key = Secret("wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY");
  context.credentials.session_token = Secret(std::move(token));
  context.service = std::move(service);
  context.region = std::move(region);
  context.now = k_now;
  return context;
}

http::Request request_for(std::string method,
                          std::string host,
                          std::string path,
                          std::string query = {}) {
  http::Request request;
  request.method = std::move(method);
  request.host = std::move(host);
  request.path = std::move(path);
  request.query = std::move(query);
  return request;
}

void sign(std::string_view version, http::Request& request, const SigningContext& context) {
  const auto signer = make_signer(version);
  ASSERT_NE(signer, nullptr);
  ASSERT_TRUE(signer->sign(request, context));
}

/// The Authorization header from SignedHeaders on.
std::string_view proof(const http::Request& request) {
  const std::string_view header = request.headers.get("Authorization");
  return header.substr(std::min(header.find("SignedHeaders="), header.size()));
}

TEST(S3Signer, TakesThePathAsItIsAndAlwaysSaysTheHash) {
  auto request = request_for(
      "GET", "bucket.s3.amazonaws.com", "/a//b/../%E1%88%B4%20x~", "list-type=2&prefix=a%2Fb");
  sign("s3v4", request, context_for("s3", "us-east-1"));
  EXPECT_EQ(request.headers.get("X-Amz-Content-SHA256"), k_empty_hash);
  EXPECT_EQ(request.headers.get("Authorization"),
            "AWS4-HMAC-SHA256 Credential=AKIDEXAMPLE/20150830/us-east-1/s3/aws4_request, "
            "SignedHeaders=host;x-amz-content-sha256;x-amz-date, "
            "Signature=45a60cb3f87e4b4a129b3c0b4df8cac9d347b7cf2341e9c28897b4ba21bd547e");
}

TEST(S3Signer, LeavesAStreamUnsignedWhereTlsAndAChecksumProtectIt) {
  auto request = request_for("PUT", "s3.amazonaws.com", "/b/k");
  request.headers.add("Content-MD5", "xx==");
  request.body = "hello";
  auto context = context_for("s3", "us-east-1", "TOKEN/+=");
  context.streaming_input = true;
  auto plain = request;
  sign("s3v4", request, context);
  EXPECT_EQ(request.headers.get("X-Amz-Content-SHA256"), "UNSIGNED-PAYLOAD");
  EXPECT_EQ(proof(request),
            "SignedHeaders=content-md5;host;x-amz-content-sha256;x-amz-date;x-amz-security-token, "
            "Signature=ae4ee9d304b3c9e032f558f9df34ddc87021e441b15f6c2923ae601299c113c3");

  plain.scheme = "http";
  sign("s3v4", plain, context);
  EXPECT_EQ(proof(plain),
            "SignedHeaders=content-md5;host;x-amz-content-sha256;x-amz-date;x-amz-security-token, "
            "Signature=1c9274c3fcd522f8223a9db15472325cb68bf5b037999fc3a89b42ec6eac1b4e");
}

TEST(S3Signer, FollowsTheConfiguredPayloadSigning) {
  auto request = request_for("PUT", "s3.amazonaws.com", "/b/k");
  request.body = "hello";
  auto context = context_for("s3", "us-east-1");
  context.payload_signing = false;
  sign("s3v4", request, context);
  EXPECT_EQ(request.headers.get("X-Amz-Content-SHA256"), "UNSIGNED-PAYLOAD");
  context.payload_signing = true;
  context.streaming_input = true;
  request.headers.set("Content-MD5", "x");
  sign("s3v4", request, context);
  EXPECT_EQ(request.headers.get("X-Amz-Content-SHA256"),
            "2cf24dba5fb0a30e26e83b2ac5b9e29e1b161e5c1fa7425e73043362938b9824");
}

TEST(S3Signer, SignsATrailerInPlaceOfTheBody) {
  auto request = request_for("PUT", "s3.amazonaws.com", "/b/k");
  request.headers.add("X-Amz-Trailer", "x-amz-checksum-crc32");
  request.headers.add("Transfer-Encoding", "chunked");
  auto context = context_for("s3", "us-east-1");
  context.trailing_checksum = true;
  sign("s3v4", request, context);
  EXPECT_EQ(request.headers.get("X-Amz-Content-SHA256"), "STREAMING-UNSIGNED-PAYLOAD-TRAILER");
  EXPECT_EQ(proof(request),
            "SignedHeaders=host;x-amz-content-sha256;x-amz-date;x-amz-trailer, "
            "Signature=aa85f8a041277b432ee7a1475f241e972a709fd9e210cca2abf0aa3e6241b970");
}

TEST(SigV4Signer, NormalizesThePathAndLeavesTheBodyUnsignedOnRequest) {
  auto request =
      request_for("POST", "mediastore.us-west-2.amazonaws.com", "/a b/../c%20d/", "x=1&x=0&y");
  request.headers.add("User-Agent", "x");
  request.headers.add("X-Amzn-Trace-Id", "t");
  request.headers.add("Content-Type", "application/json");
  request.body = "{}";
  auto context = context_for("mediastore", "us-west-2");
  context.unsigned_payload = true;
  sign("v4", request, context);
  EXPECT_EQ(request.headers.get("X-Amz-Content-SHA256"), "UNSIGNED-PAYLOAD");
  EXPECT_EQ(proof(request),
            "SignedHeaders=content-type;host;x-amz-content-sha256;x-amz-date, "
            "Signature=40380c916cd6dd7420c906c9b6280bde065c4cd4ace0f0800051dfe8601749f0");
}

TEST(SigV4Signer, SignsABodyAndASessionToken) {
  auto request = request_for("POST", "dynamodb.us-east-1.amazonaws.com:443", "/");
  request.headers.add("X-Amz-Target", "DynamoDB_20120810.Query");
  request.headers.add("Content-Type", "application/x-amz-json-1.0");
  request.body = "{\"a\":1}";
  const auto context = context_for("dynamodb", "us-east-1", "TOKEN/+=");
  sign("v4", request, context);
  const auto once = request.headers.fields();
  EXPECT_EQ(proof(request),
            "SignedHeaders=content-type;host;x-amz-date;x-amz-security-token;x-amz-target, "
            "Signature=4890f9a90a469f3c7be68d47282a345d5374b28e0f7d2eb14d1f38950c1954b0");
  sign("v4", request, context);
  EXPECT_EQ(request.headers.fields(), once) << "signing twice is signing once";
}

TEST(SigV4Signer, KeepsToTheDateHeaderWhereThereIsOne) {
  auto request = request_for("POST", "Localhost:4566", "/");
  request.scheme = "http";
  request.headers.add("Date", "x");
  sign("v4", request, context_for("sts", "us-east-1"));
  EXPECT_EQ(request.headers.get("Date"), "Sun, 30 Aug 2015 12:36:00 GMT");
  EXPECT_FALSE(request.headers.contains("X-Amz-Date"));
  EXPECT_EQ(proof(request),
            "SignedHeaders=date;host, "
            "Signature=336a6d369ac88fe52d8e2d17ed32d9240cb952be08dcf2f4033dfbef0002614b");
}

/// A source of bytes that can be read once or many times.
class TextSource final : public http::BodySource {
 public:
  TextSource(std::string text, bool rewinds) : text_(std::move(text)), rewinds_(rewinds) {}

  Result<std::size_t> read(char* buffer, std::size_t size) override {
    const std::size_t count = text_.copy(buffer, std::min<std::size_t>(size, 3), at_);
    at_ += count;
    return count;
  }

  Status rewind() override {
    if (!rewinds_) {
      return fail(ErrorCode::io, "a pipe cannot be read twice");
    }
    at_ = 0;
    return {};
  }

  [[nodiscard]] std::optional<std::uint64_t> size() const override { return text_.size(); }

 private:
  std::string text_;
  bool rewinds_;
  std::size_t at_ = 0;
};

TEST(SigV4Signer, HashesAStreamAndRewindsIt) {
  auto held = request_for("PUT", "s3.amazonaws.com", "/b/k");
  auto streamed = held;
  held.body = "hello";
  streamed.stream = std::make_shared<TextSource>("hello", true);
  const auto context = context_for("s3", "us-east-1");
  sign("s3v4", held, context);
  sign("s3v4", streamed, context);
  EXPECT_EQ(held.headers.fields(), streamed.headers.fields());
  sign("s3v4", streamed, context);
  EXPECT_EQ(held.headers.fields(), streamed.headers.fields());

  streamed.stream = std::make_shared<TextSource>("hello", false);
  const auto status = make_signer("s3v4")->sign(streamed, context);
  ASSERT_FALSE(status);
  EXPECT_EQ(status.error().message, "a pipe cannot be read twice");
}

TEST(SigV4Signer, SignsWithTheKeyOfTheDay) {
  const auto signer = make_signer("v4");
  auto context = context_for("sts", "us-east-1");
  const auto signature = [&] {
    auto request = request_for("POST", "sts.amazonaws.com", "/");
    EXPECT_TRUE(signer->sign(request, context));
    return std::string(proof(request));
  };
  const auto first = signature();
  context.now += std::chrono::days(1);
  EXPECT_NE(signature(), first);
  context.now = k_now;
  for (const char* region : {"a", "b", "c", "d", "e"}) {
    context.region = region;
    EXPECT_NE(signature(), first);
  }
  context.region = "us-east-1";
  EXPECT_EQ(signature(), first);
  context.credentials.secret_access_key = Secret("other");
  EXPECT_NE(signature(), first);
}

TEST(QuerySigner, PresignsAnS3Url) {
  auto request = request_for("GET", "b.s3.amazonaws.com", "/k%20y", "versionId=1+2");
  request.headers.add("Content-Type", "text/plain");
  auto context = context_for("s3", "us-east-1", "TOKEN/+=");
  context.expires = std::chrono::seconds(60);
  sign("s3v4-query", request, context);
  const std::string expected =
      "https://b.s3.amazonaws.com/k%20y?versionId=1%202&X-Amz-Algorithm=AWS4-HMAC-SHA256"
      "&X-Amz-Credential=AKIDEXAMPLE%2F20150830%2Fus-east-1%2Fs3%2Faws4_request"
      "&X-Amz-Date=20150830T123600Z&X-Amz-Expires=60&X-Amz-SignedHeaders=content-type%3Bhost"
      "&X-Amz-Security-Token=TOKEN%2F%2B%3D"
      "&X-Amz-Signature=1ca0e384f3bf49a578b94f5718e984a6ccd5c2be6ee513531940f0703d563e3f";
  EXPECT_EQ(request.url(), expected);
  sign("s3v4-query", request, context);
  EXPECT_EQ(request.url(), expected);
}

TEST(QuerySigner, SignsOtherHeadersToo) {
  auto request =
      request_for("GET", "sts.amazonaws.com", "/", "Action=GetCallerIdentity&Version=2011-06-15");
  request.headers.add("x-k8s-aws-id", "c");
  auto context = context_for("sts", "us-east-1");
  context.expires = std::chrono::seconds(60);
  sign("v4-query", request, context);
  EXPECT_EQ(request.url(),
            "https://sts.amazonaws.com/?Action=GetCallerIdentity&Version=2011-06-15"
            "&X-Amz-Algorithm=AWS4-HMAC-SHA256"
            "&X-Amz-Credential=AKIDEXAMPLE%2F20150830%2Fus-east-1%2Fsts%2Faws4_request"
            "&X-Amz-Date=20150830T123600Z&X-Amz-Expires=60"
            "&X-Amz-SignedHeaders=host%3Bx-k8s-aws-id"
            "&X-Amz-Signature=5b82e63e98a2803a8112338570732c9e56f5aca25ab67aa44d64b68e092002f9");
}

TEST(QuerySigner, MovesAFormIntoTheUrl) {
  auto request = request_for("POST", "rds.us-east-1.amazonaws.com", "/");
  request.headers.add("Content-Type", "application/x-www-form-urlencoded; charset=utf-8");
  request.body = "Action=CopyDBSnapshot&A+b=~%2A%2F";
  sign("v4-query", request, context_for("rds", "us-east-1"));
  EXPECT_EQ(request.url(),
            "https://rds.us-east-1.amazonaws.com/?Action=CopyDBSnapshot&A%20b=~%2A%2F"
            "&X-Amz-Algorithm=AWS4-HMAC-SHA256"
            "&X-Amz-Credential=AKIDEXAMPLE%2F20150830%2Fus-east-1%2Frds%2Faws4_request"
            "&X-Amz-Date=20150830T123600Z&X-Amz-Expires=3600&X-Amz-SignedHeaders=host"
            "&X-Amz-Signature=d63d2c599125654373044221cb6da0eea4a57c764db12cddccd2070b9d7c8247");
  EXPECT_EQ(request.body, "");
}

TEST(S3ExpressSigner, CarriesTheSessionTokenInItsOwnHeader) {
  const std::string host = "b--use1-az4--x-s3.s3express-use1-az4.us-east-1.amazonaws.com";
  auto request = request_for("PUT", host, "/k");
  request.headers.add("x-amz-checksum-crc32", "AAAAAA==");
  request.body = "hi";
  auto context = context_for("s3express", "us-east-1", "TOKEN/+=");
  context.streaming_input = true;
  context.checksum_header = "x-amz-checksum-crc32";
  sign("v4-s3express", request, context);
  EXPECT_FALSE(request.headers.contains("X-Amz-Security-Token"));
  EXPECT_EQ(request.headers.get("x-amz-s3session-token"), "TOKEN/+=");
  EXPECT_EQ(proof(request),
            "SignedHeaders=host;x-amz-checksum-crc32;x-amz-content-sha256;x-amz-date;"
            "x-amz-s3session-token, "
            "Signature=953a37620a3ef9ada068f8bcf3dbb997fe72472d1fdc4efc3aa3987e8c6b8b9e");

  auto presigned = request_for("GET", host, "/k");
  sign("v4-s3express-query", presigned, context);
  EXPECT_EQ(presigned.query,
            "X-Amz-Algorithm=AWS4-HMAC-SHA256"
            "&X-Amz-Credential=AKIDEXAMPLE%2F20150830%2Fus-east-1%2Fs3express%2Faws4_request"
            "&X-Amz-Date=20150830T123600Z&X-Amz-Expires=300&X-Amz-SignedHeaders=host"
            "&X-Amz-S3session-Token=TOKEN%2F%2B%3D"
            "&X-Amz-Signature=6ecf5985bfa669dc8fc7b7433033c22c6da33273211f5f88868bd2085e2ccbd4");
}

TEST(OlderSigners, Version2SignsTheForm) {
  auto request = request_for("POST", "sdb.amazonaws.com", "/");
  request.body =
      "Action=Select&SelectExpression=select+%2A+from+%60d%60+where+a%3D%27%C3%A4~%27"
      "&Version=2009-04-15";
  const auto context = context_for("sdb", "us-east-1", "TOKEN/+=");
  sign("v2", request, context);
  const std::string expected =
      "Action=Select&SelectExpression=select%20%2A%20from%20%60d%60%20where%20a%3D%27%C3%A4~%27"
      "&Version=2009-04-15&AWSAccessKeyId=AKIDEXAMPLE&SignatureVersion=2"
      "&SignatureMethod=HmacSHA256&Timestamp=2015-08-30T12%3A36%3A00Z"
      "&SecurityToken=TOKEN%2F%2B%3D&Signature=nxqw8PQKXqwjjv4w4JqOeMbfFMRQCbPEDasbOEK2FvA%3D";
  EXPECT_EQ(request.body, expected);
  sign("v2", request, context);
  EXPECT_EQ(request.body, expected);
}

TEST(OlderSigners, Version3SignsTheDate) {
  auto request = request_for("GET", "x.amazonaws.com", "/");
  sign("v3", request, context_for("x", "us-east-1", "TOKEN/+="));
  EXPECT_EQ(request.headers.get("X-Amzn-Authorization"),
            "AWS3-HTTPS AWSAccessKeyId=AKIDEXAMPLE,Algorithm=HmacSHA256,"
            "Signature=j8321DLpvDzWukBCfYFVyFdzJUkSBSkxJ/tW0+wPOxI=");
  EXPECT_EQ(request.headers.get("X-Amz-Security-Token"), "TOKEN/+=");
}

TEST(OlderSigners, ABearerTokenIsSentAsItIs) {
  auto request = request_for("GET", "x.amazonaws.com", "/");
  SigningContext context;
  EXPECT_EQ(make_signer("bearer")->sign(request, context).error().message,
            "Unable to locate authorization token");
  context.bearer_token = Secret("abc");
  sign("bearer", request, context);
  EXPECT_EQ(request.headers.get("Authorization"), "Bearer abc");
}

TEST(Signers, NoneAddsNothingAndUnknownIsNull) {
  auto request = request_for("GET", "x.amazonaws.com", "/");
  sign("none", request, SigningContext());
  EXPECT_TRUE(request.headers.fields().empty());
  EXPECT_EQ(make_signer("v5"), nullptr);
}

TEST(Signers, NeedCredentials) {
  for (const char* version : {"v4", "s3v4", "v4-query", "v4a", "v2", "v3", "v4-s3express"}) {
    auto request = request_for("GET", "x.amazonaws.com", "/");
    const auto status = make_signer(version)->sign(request, SigningContext());
    ASSERT_FALSE(status) << version;
    EXPECT_EQ(status.error().code, ErrorCode::configuration) << version;
  }
}

TEST(ClockSkew, IsTakenFromTheDateOfTheAnswer) {
  http::Response response;
  EXPECT_EQ(clock_skew(response, k_now), std::nullopt);
  response.headers.add("Date", "Sun, 30 Aug 2015 12:46:00 GMT");
  EXPECT_EQ(clock_skew(response, k_now), std::chrono::minutes(10));
  response.headers.set("Date", "yesterday");
  EXPECT_EQ(clock_skew(response, k_now), std::nullopt);
  response.headers.set("Date", "9223372036854775807");
  EXPECT_EQ(clock_skew(response, k_now), std::nullopt);
}

TEST(ClockSkew, ExplainsSomeErrorsAndSuspectsOthers) {
  using std::chrono::minutes;
  EXPECT_TRUE(is_clock_skew_error("RequestTimeTooSkewed", minutes(0)));
  EXPECT_FALSE(is_clock_skew_error("SignatureDoesNotMatch", minutes(-4)));
  EXPECT_TRUE(is_clock_skew_error("SignatureDoesNotMatch", minutes(-5)));
  EXPECT_FALSE(is_clock_skew_error("AccessDenied", minutes(60)));
}

TEST(Dates, HaveTheFormsOfTheirHeaders) {
  EXPECT_EQ(amz_date(k_now + std::chrono::microseconds(999999)), "20150830T123600Z");
  EXPECT_EQ(http_date(k_now), "Sun, 30 Aug 2015 12:36:00 GMT");
}

}  // namespace
}  // namespace virga::auth
