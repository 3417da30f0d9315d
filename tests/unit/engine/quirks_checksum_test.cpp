// SPDX-License-Identifier: Apache-2.0
// Expected values are those of botocore 1.43.11 for the same inputs, answers and bodies.
#include "engine/quirks_checksum.hpp"

#include <zlib.h>

#include "quirks_support.hpp"

namespace virga::engine::test {
namespace {

const OneService& service() {
  static const OneService k_service("anything",
                                    R"({
        "Upload": {"name":"Upload","http":{"method":"PUT","requestUri":"/"},
                   "input":{"shape":"UploadInput"},
                   "httpChecksum":{"requestAlgorithmMember":"ChecksumAlgorithm"}},
        "Put": {"name":"Put","http":{"method":"PUT","requestUri":"/"},
                "input":{"shape":"PutInput"},
                "httpChecksum":{"requestAlgorithmMember":"ChecksumAlgorithm",
                                "requestChecksumRequired":true}},
        "Old": {"name":"Old","http":{"method":"POST","requestUri":"/"},"httpChecksumRequired":true},
        "Plain": {"name":"Plain","http":{"method":"POST","requestUri":"/"},
                  "requestcompression":{"encodings":["gzip"]}},
        "Get": {"name":"Get","http":{"method":"GET","requestUri":"/"},
                "output":{"shape":"GetOutput"},
                "httpChecksum":{"requestValidationModeMember":"ChecksumMode",
                                "responseAlgorithms":["CRC32","SHA256","MD5"]}},
        "GetDocument": {"name":"GetDocument","http":{"method":"GET","requestUri":"/"},
                        "httpChecksum":{"requestValidationModeMember":"ChecksumMode",
                                        "responseAlgorithms":["CRC32"]}},
        "Describe": {"name":"Describe","http":{"method":"GET","requestUri":"/"},
                     "endpointoperation":true}
      })",
                                    R"({
        "UploadInput": {"type":"structure","payload":"Body","members":{
            "Body":{"shape":"Body","streaming":true},
            "ChecksumAlgorithm":{"shape":"String","location":"header",
                                 "locationName":"x-amz-sdk-checksum-algorithm"}}},
        "PutInput": {"type":"structure","members":{
            "ChecksumAlgorithm":{"shape":"String","location":"header",
                                 "locationName":"x-amz-sdk-checksum-algorithm"}}},
        "GetOutput": {"type":"structure","payload":"Body","members":{
            "Body":{"shape":"Body","streaming":true}}},
        "Body": {"type":"blob"}
      })");
  return k_service;
}

http::Request after(const char* operation,
                    std::string body,
                    QuirkContext& context,
                    const char* params = "{}") {
  http::Request request;
  request.body = std::move(body);
  const Status status =
      after_serialize(service().operation(operation), json(params), request, context);
  EXPECT_TRUE(status) << (status ? "" : status.error().message);
  return request;
}

TEST(QuirksChecksum, OverHttpTheChecksumIsAHeader) {
  QuirkContext context;
  context.scheme = "http";
  const auto request = after("Upload", "hello", context);
  EXPECT_EQ(request.headers.get("x-amz-checksum-crc32"), "NhCmhg==");
  EXPECT_EQ(request.headers.get("x-amz-sdk-checksum-algorithm"), "CRC32");
  EXPECT_EQ(request.body, "hello");
  EXPECT_EQ(context.checksum_header, "x-amz-checksum-crc32");
  EXPECT_FALSE(context.trailing_checksum);
}

TEST(QuirksChecksum, AStreamIsReadAheadForTheHeader) {
  QuirkContext context;
  http::Request request;
  request.stream = std::make_shared<StringSource>("hello");
  EXPECT_TRUE(after_serialize(service().operation("Upload"), Map(), request, context));
  EXPECT_EQ(request.headers.get("x-amz-checksum-crc32"), "NhCmhg==");
  EXPECT_EQ(read_all(*request.stream), "hello");
}

TEST(QuirksChecksum, OverHttpsAStreamedMemberGetsATrailer) {
  QuirkContext context;
  context.scheme = "https";
  http::Request request;
  request.body = "hello";
  request.headers.add("content-encoding", "gzip");
  EXPECT_TRUE(after_serialize(service().operation("Upload"), Map(), request, context));
  EXPECT_TRUE(context.trailing_checksum);
  EXPECT_EQ(request.headers.get("Content-Encoding"), "gzip,aws-chunked");
  EXPECT_EQ(request.headers.get("Transfer-Encoding"), "chunked");
  EXPECT_EQ(request.headers.get("X-Amz-Trailer"), "x-amz-checksum-crc32");
  EXPECT_EQ(request.headers.get("X-Amz-Decoded-Content-Length"), "5");
  EXPECT_EQ(request.headers.get("x-amz-sdk-checksum-algorithm"), "CRC32");
  EXPECT_FALSE(request.headers.contains("x-amz-checksum-crc32"));
  ASSERT_TRUE(request.stream);
  const char* encoded = "5\r\nhello\r\n0\r\nx-amz-checksum-crc32:NhCmhg==\r\n\r\n";
  EXPECT_EQ(read_all(*request.stream), encoded);
  EXPECT_TRUE(request.stream->rewind());
  EXPECT_EQ(read_all(*request.stream, 1000), encoded);
}

TEST(QuirksChecksum, AwsChunksHoldOneMebibyte) {
  AwsChunkedSource source(std::make_shared<StringSource>(std::string(1024 * 1024 + 5, 'x')),
                          "sha256",
                          "x-amz-checksum-sha256");
  const std::string encoded = read_all(source, 100'000);
  EXPECT_EQ(encoded.size(), 1'048'669U);
  EXPECT_TRUE(encoded.starts_with("100000\r\nxxxx"));
  EXPECT_TRUE(
      encoded.ends_with("xx\r\n5\r\nxxxxx\r\n0\r\nx-amz-checksum-sha256:"
                        "h/28nYpEvOGU1Mwi6Q5sId1xF5tuzQrBwq8LNLheLhg=\r\n\r\n"));
}

TEST(QuirksChecksum, AnEmptyBodyIsOnlyATrailer) {
  AwsChunkedSource source(std::make_shared<StringSource>(""), "crc32", "x-amz-checksum-crc32");
  EXPECT_EQ(read_all(source), "0\r\nx-amz-checksum-crc32:AAAAAA==\r\n\r\n");
}

TEST(QuirksChecksum, TheUsersAlgorithmIsTaken) {
  QuirkContext context;
  const auto request = after("Put", "hello", context, R"({"ChecksumAlgorithm": "SHA1"})");
  EXPECT_EQ(request.headers.get("x-amz-checksum-sha1"), "qvTGHdzF6KLavt4PO0gs2a6pQ00=");
  http::Request refused;
  const Status status = after_serialize(
      service().operation("Put"), json(R"({"ChecksumAlgorithm": "XXX"})"), refused, context);
  ASSERT_FALSE(status);
  EXPECT_EQ(status.error().message, "Unsupported checksum algorithm: xxx");
}

TEST(QuirksChecksum, AChecksumOfTheUsersIsEnough) {
  QuirkContext context;
  http::Request request;
  request.body = "hello";
  request.headers.add("X-Amz-Checksum-Sha1", "abc");
  EXPECT_TRUE(after_serialize(service().operation("Put"), Map(), request, context));
  EXPECT_EQ(request.headers.fields().size(), 1U);
}

TEST(QuirksChecksum, WhenRequiredOnlyTheRequiredOnesAreSent) {
  QuirkContext context;
  context.checksum_calculation = "when_required";
  EXPECT_TRUE(after("Upload", "x", context).headers.fields().empty());
  EXPECT_TRUE(after("Put", "x", context).headers.contains("x-amz-checksum-crc32"));
  const auto old = after("Old", "hello", context);
  EXPECT_EQ(old.headers.get("x-amz-checksum-crc32"), "NhCmhg==");
  EXPECT_EQ(old.headers.fields().size(), 1U);
}

TEST(QuirksChecksum, APresignedRequestGetsNone) {
  QuirkContext context;
  context.presigning = true;
  EXPECT_TRUE(after("Put", "x", context).headers.fields().empty());
}

TEST(QuirksChecksum, AnswersAreAskedForChecksumsUnlessSwitchedOff) {
  QuirkContext context;
  EXPECT_EQ(input_after(service().operation("Get"), "{}", context),
            R"({"ChecksumMode": "ENABLED"})");
  context.checksum_validation = "when_required";
  EXPECT_EQ(input_after(service().operation("Get"), "{}", context), "{}");
}

class Collected final : public http::BodySink {
 public:
  Status write(std::string_view bytes) override {
    text += bytes;
    return {};
  }

  std::string text;
};

TEST(QuirksChecksum, AStreamedBodyIsComparedWithItsChecksum) {
  QuirkContext context;
  after("Get", "", context, R"({"ChecksumMode": "ENABLED"})");
  http::Response head;
  head.status = 200;
  head.headers.add("X-Amz-Checksum-CRC32", "NhCmhg==");
  Collected good;
  auto checked = check_body(service().operation("Get"), head, context, good);
  ASSERT_TRUE(checked);
  EXPECT_TRUE(checked->write("hel"));
  EXPECT_TRUE(checked->write("lo"));
  EXPECT_TRUE(checked->finish());
  EXPECT_EQ(good.text, "hello");

  Collected bad;
  checked = check_body(service().operation("Get"), head, context, bad);
  EXPECT_TRUE(checked->write("hellO"));
  const Status status = checked->finish();
  ASSERT_FALSE(status);
  EXPECT_EQ(status.error().message,
            "Expected checksum NhCmhg== did not match calculated checksum: DX6GTg==");
}

TEST(QuirksChecksum, NothingIsComparedWithoutAUsableChecksum) {
  QuirkContext context;
  Collected sink;
  http::Response head;
  head.status = 200;
  head.headers.add("x-amz-checksum-crc32", "NhCmhg==");
  EXPECT_FALSE(check_body(service().operation("Get"), head, context, sink));
  context.validate_response = true;
  head.headers.set("x-amz-checksum-crc32", "NhCmhg==-2");
  EXPECT_FALSE(check_body(service().operation("Get"), head, context, sink));
  head.headers.remove("x-amz-checksum-crc32");
  head.headers.add("x-amz-checksum-sha1", "x");  // not among the model's algorithms
  EXPECT_FALSE(check_body(service().operation("Get"), head, context, sink));
}

TEST(QuirksChecksum, ABodyInMemoryIsComparedBeforeItIsParsed) {
  QuirkContext context;
  context.validate_response = true;
  http::Response response;
  response.status = 200;
  response.headers.add("x-amz-checksum-crc32", "NhCmhg==");
  response.body = "hello";
  EXPECT_TRUE(before_parse(service().operation("GetDocument"), response, context));
  response.body = "hellO";
  EXPECT_FALSE(before_parse(service().operation("GetDocument"), response, context));
}

std::string gunzip(std::string bytes) {
  std::string out(100'000, '\0');
  z_stream stream{};
  stream.next_in = reinterpret_cast<Bytef*>(bytes.data());
  stream.avail_in = static_cast<uInt>(bytes.size());
  stream.next_out = reinterpret_cast<Bytef*>(out.data());
  stream.avail_out = static_cast<uInt>(out.size());
  inflateInit2(&stream, 15 + 16);
  inflate(&stream, Z_FINISH);
  out.resize(out.size() - stream.avail_out);
  inflateEnd(&stream);
  return out;
}

TEST(QuirksCompression, OnlyLargeBodiesAreCompressed) {
  QuirkContext context;
  const std::string body(10240, 'a');
  const auto large = after("Plain", body, context);
  EXPECT_EQ(large.headers.get("Content-Encoding"), "gzip");
  EXPECT_LT(large.body.size(), 200U);
  EXPECT_EQ(gunzip(large.body), body);
  EXPECT_EQ(after("Plain", body.substr(1), context).body.size(), 10239U);
  EXPECT_EQ(after("Old", body, context).body, body);
  context.compress_requests = false;
  EXPECT_EQ(after("Plain", body, context).body, body);
}

TEST(Quirks, EndpointDiscoverySaysItsVersion) {
  QuirkContext context;
  EXPECT_EQ(after("Describe", "", context).headers.get("x-amz-api-version"), "2012-06-01");
}

TEST(Quirks, ATraceIsPassedOn) {
  QuirkContext context;
  context.trace_id = "Root=1-é;Sampled=1 ";
  EXPECT_EQ(after("Plain", "", context).headers.get("X-Amzn-Trace-Id"),
            "Root=1-%C3%A9;Sampled=1%20");
}

}  // namespace
}  // namespace virga::engine::test
