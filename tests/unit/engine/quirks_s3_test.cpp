// SPDX-License-Identifier: Apache-2.0
// Expected values are those of botocore 1.43.11 for the same inputs, answers and bodies.
#include "engine/quirks_s3.hpp"

#include "engine/quirks_checksum.hpp"
#include "quirks_support.hpp"

namespace virga::engine::test {
namespace {

const OneService& s3() {
  static const OneService k_service("s3",
                                    R"({
        "PutObject": {"name":"PutObject","http":{"method":"PUT","requestUri":"/{Bucket}/{Key+}"},
                      "input":{"shape":"PutObjectRequest"}},
        "CopyObject": {"name":"CopyObject","http":{"method":"PUT","requestUri":"/{Bucket}/{Key+}"},
                       "input":{"shape":"CopyObjectRequest"},"output":{"shape":"ListOutput"}},
        "DeleteObjects": {"name":"DeleteObjects",
                          "http":{"method":"POST","requestUri":"/{Bucket}?delete"}},
        "ListObjectsV2": {"name":"ListObjectsV2","http":{"method":"GET","requestUri":"/{Bucket}"},
                          "output":{"shape":"ListOutput"}},
        "GetBucketLocation": {"name":"GetBucketLocation",
                              "http":{"method":"GET","requestUri":"/{Bucket}?location"},
                              "output":{"shape":"LocationOutput"}},
        "GetObject": {"name":"GetObject","http":{"method":"GET","requestUri":"/{Bucket}/{Key+}"},
                      "output":{"shape":"GetObjectOutput"}}
      })",
                                    R"({
        "PutObjectRequest": {"type":"structure","members":{"Body":{"shape":"Body","streaming":true}},
                             "payload":"Body"},
        "CopyObjectRequest": {"type":"structure","members":{"CopySource":{"shape":"String"}}},
        "ListOutput": {"type":"structure","members":{"EncodingType":{"shape":"String"}}},
        "LocationOutput": {"type":"structure","members":{"LocationConstraint":{"shape":"String"}}},
        "GetObjectOutput": {"type":"structure","payload":"Body","members":{
            "Body":{"shape":"Body","streaming":true},
            "Expires":{"shape":"Expires","location":"header","locationName":"Expires"}}},
        "Body": {"type":"blob"},
        "Expires": {"type":"timestamp"}
      })");
  return k_service;
}

http::Response answer(std::string body, int status = 200) {
  http::Response response;
  response.status = status;
  response.body = std::move(body);
  return response;
}

int status_after(std::string_view operation, std::string body) {
  http::Response response = answer(std::move(body));
  EXPECT_TRUE(before_parse(s3().operation(operation), response, QuirkContext()));
  return response.status;
}

TEST(QuirksS3, BucketNamesAndAccessPointArnsAreAccepted) {
  for (const char* bucket : {"my-bucket",
                             "Under_Score",
                             "bucket.with.dots",
                             "a\\n",
                             "arn:aws:s3:us-west-2:123456789012:accesspoint/ap",
                             "arn:aws-cn:s3-object-lambda:x:123456789012:accesspoint:ap.1",
                             "arn:aws:s3-outposts:u-1:123456789012:outpost/op-1/accesspoint/ap"}) {
    const std::string params = std::string(R"({"Bucket": ")") + bucket + "\"}";
    EXPECT_EQ(input_after(s3().operation("DeleteObjects"), params), params);
  }
}

TEST(QuirksS3, OtherBucketNamesAreRefusedInBotocoresWords) {
  EXPECT_EQ(input_after(s3().operation("DeleteObjects"), R"({"Bucket": "a/b"})"),
            "Parameter validation failed:\nInvalid bucket name \"a/b\": Bucket name must match the "
            "regex \"^[a-zA-Z0-9.\\-_]{1,255}$\" or be an ARN matching the regex "
            "\"^arn:(aws).*:(s3|s3-object-lambda):[a-z\\-0-9]*:[0-9]{12}:accesspoint[/:]"
            "[a-zA-Z0-9\\-.]{1,63}$|^arn:(aws).*:s3-outposts:[a-z\\-0-9]+:[0-9]{12}:outpost[/:]"
            "[a-zA-Z0-9\\-]{1,63}[/:]accesspoint[/:][a-zA-Z0-9\\-]{1,63}$\"");
  for (const char* bucket : {"",
                             "arn:aws:s3:us-west-2:1234:accesspoint/ap",
                             "arn:aws:s3:us-west-2:123456789012:accesspoint/",
                             "arn:aws:s3-outposts::123456789012:outpost/o/accesspoint/ap",
                             "arn:azure:s3:us-west-2:123456789012:accesspoint/ap"}) {
    const std::string params = std::string(R"({"Bucket": ")") + bucket + "\"}";
    EXPECT_NE(input_after(s3().operation("DeleteObjects"), params), params) << bucket;
  }
}

TEST(QuirksS3, CopySourceIsEncodedButItsVersionIsNot) {
  const auto encoded = [](std::string_view source) {
    return input_after(s3().operation("CopyObject"),
                       "{\"CopySource\": " + std::string(source) + "}");
  };
  EXPECT_EQ(encoded(R"("b/ünï k?versionId=v1")"),
            R"({"CopySource": "b/%C3%BCn%C3%AF%20k?versionId=v1"})");
  EXPECT_EQ(encoded(R"("b/ünï k?versionId=v 1")"),
            R"({"CopySource": "b/%C3%BCn%C3%AF%20k%3FversionId%3Dv%201"})");
  EXPECT_EQ(encoded(R"("b/a?versionId=x?versionId=v1")"),
            R"({"CopySource": "b/a?versionId=x?versionId=v1"})");
  EXPECT_EQ(encoded(R"({"Bucket": "arn:aws:s3:us-west-2:123456789012:accesspoint/ap",
                        "Key": "a b", "VersionId": "v"})"),
            "{\"CopySource\": \"arn%3Aaws%3As3%3Aus-west-2%3A123456789012%3Aaccesspoint/ap/object/"
            "a%20b?versionId=v\"}");
  EXPECT_EQ(encoded(R"({"Bucket": "x"})"),
            "Parameter validation failed:\nMissing required parameter: 'Key'");
}

TEST(QuirksS3, CustomerKeysGetTheirDigest) {
  EXPECT_EQ(input_after(s3().operation("CopyObject"),
                        R"({"SSECustomerKey": "key", "CopySourceSSECustomerKey": "k2"})"),
            R"({"SSECustomerKey": "a2V5", "CopySourceSSECustomerKey": "azI=", )"
            R"("SSECustomerKeyMD5": "PG4LipwVIkqCKLmpjKFTHQ==", )"
            R"("CopySourceSSECustomerKeyMD5": "YWIJV6FEPJRqFDz5mn0k+g=="})");
  const char* given = R"({"SSECustomerKey": "a2V5", "SSECustomerKeyMD5": "x"})";
  EXPECT_EQ(input_after(s3().operation("CopyObject"), given), given);
}

TEST(QuirksS3, MetadataBeyondAsciiIsRefused) {
  EXPECT_EQ(
      input_after(s3().operation("PutObject"), R"({"Metadata": {"a": "é"}})"),
      "Parameter validation failed:\nNon ascii characters found in S3 metadata for key \"a\", "
      "value: \"é\".  \nS3 metadata can only contain ASCII characters. ");
}

TEST(QuirksS3, ListedKeysAreDecodedOnlyIfTheEncodingWasAdded) {
  const auto operation = s3().operation("ListObjectsV2");
  const char* listing = R"({"EncodingType": "url", "Prefix": "a%2Bb", )"
                        R"("Contents": [{"Key": "x+%FFy%E2%82z"}], )"
                        R"("CommonPrefixes": [{"Prefix": "p%20"}]})";
  QuirkContext context;
  EXPECT_EQ(input_after(operation, R"({"Bucket": "b"})", context),
            R"({"Bucket": "b", "EncodingType": "url"})");
  EXPECT_EQ(output_after(operation, listing, {}, context),
            R"({"EncodingType": "url", "Prefix": "a+b", )"
            R"("Contents": [{"Key": "x �y�z"}], "CommonPrefixes": [{"Prefix": "p "}]})");

  QuirkContext asked;
  static_cast<void>(input_after(operation, R"({"EncodingType": "url"})", asked));
  EXPECT_EQ(output_after(operation, listing, {}, asked), listing);
}

TEST(QuirksS3, AnErrorInA200BecomesA500) {
  EXPECT_EQ(status_after("CopyObject", "<Error><Code>Slow</Code></Error>"), 500);
  EXPECT_EQ(status_after("CopyObject", "<?xml version=\"1.0\"?>\n\n<Error/>"), 500);
  EXPECT_EQ(status_after("ListObjectsV2", "<!-- a --><Error/>"), 500);
  EXPECT_EQ(status_after("ListObjectsV2", "  "), 500);
  EXPECT_EQ(status_after("ListObjectsV2", ""), 200);
  EXPECT_EQ(
      status_after("ListObjectsV2", "<ListBucketResult xmlns='u'><Error/></ListBucketResult>"),
      200);
  EXPECT_EQ(status_after("ListObjectsV2", "<Error xmlns='u'/>"), 200);
}

TEST(QuirksS3, ABodyThatBreaksOffBecomesA500OnceItCouldNotBeParsed) {
  const auto operation = s3().operation("ListObjectsV2");
  http::Response response;
  response.status = 200;
  response.body = "<ListBucketResult><Prefix>a</Pre";
  EXPECT_TRUE(after_failed_parse(operation, response));
  EXPECT_EQ(response.status, 500);
  EXPECT_FALSE(after_failed_parse(operation, response));
  response = {};
  response.status = 200;
  response.body = "<ListBucketResult><MaxKeys>x</MaxKeys></ListBucketResult>";
  EXPECT_FALSE(after_failed_parse(operation, response));
  EXPECT_EQ(response.status, 200);
}

TEST(QuirksS3, AStreamedBodyIsNeverTakenForAnError) {
  EXPECT_EQ(status_after("GetObject", "<Error><Code>x</Code></Error>"), 200);
  EXPECT_EQ(status_after("PutObject", "<Error/>"), 200);  // has no output shape
}

TEST(QuirksS3, BucketLocationIsTheTextOfTheRoot) {
  const auto operation = s3().operation("GetBucketLocation");
  EXPECT_EQ(output_after(operation, "{}", answer("<?xml version=\"1.0\"?>\n<L xmlns=\"u\">EU</L>")),
            R"({"LocationConstraint": "EU"})");
  EXPECT_EQ(output_after(operation, "{}", answer("<LocationConstraint xmlns=\"u\"/>")),
            R"({"LocationConstraint": null})");
}

TEST(QuirksS3, ExpiresIsKeptAsTextAndLeftOutWhereItIsNoTime) {
  http::Response response;
  response.headers.add("expires", "soon");
  const auto operation = s3().operation("GetObject");
  EXPECT_EQ(output_after(operation, R"({"Expires": "soon", "ETag": "e"})", response),
            R"({"ETag": "e", "ExpiresString": "soon"})");
  response.headers.set("Expires", "Thu, 01 Dec 1994 16:00:00 GMT");
  EXPECT_EQ(output_after(operation, R"({"Expires": "Thu, 01 Dec 1994 16:00:00 GMT"})", response),
            R"({"Expires": "Thu, 01 Dec 1994 16:00:00 GMT", )"
            R"("ExpiresString": "Thu, 01 Dec 1994 16:00:00 GMT"})");
}

TEST(QuirksS3, UploadsExpectToBeContinued) {
  const auto expects = [](const char* operation, const char* params, bool stream) {
    http::Request request;
    request.method = s3().operation(operation).method();
    if (stream) {
      request.stream = std::make_shared<StringSource>("x");
    }
    QuirkContext context;
    EXPECT_TRUE(after_serialize(s3().operation(operation), json(params), request, context));
    return request.headers.contains("Expect");
  };
  EXPECT_TRUE(expects("PutObject", R"({"Body": "x"})", false));
  EXPECT_TRUE(expects("PutObject", "{}", true));
  EXPECT_FALSE(expects("PutObject", "{}", false));
  EXPECT_FALSE(expects("DeleteObjects", R"({"Body": "x"})", false));
  EXPECT_FALSE(expects("GetObject", "{}", true));
}

TEST(QuirksS3, LineEndsOfDeletedKeysAreEscaped) {
  http::Request request;
  request.body = "<Key>a\r\nb</Key>";
  QuirkContext context;
  EXPECT_TRUE(after_serialize(s3().operation("DeleteObjects"), Map(), request, context));
  EXPECT_EQ(request.body, "<Key>a&#xD;&#xA;b</Key>");
}

TEST(QuirksS3, RegionMistakesAreExplained) {
  Error error;
  error.service = ServiceErrorDetail{"PermanentRedirect", "Use the specified endpoint.", 301, ""};
  error.message = "An error occurred (PermanentRedirect): Use the specified endpoint.";
  const http::Response response =
      answer("<Error><Endpoint>b.s3-eu-west-1.amazonaws.com</Endpoint></Error>", 301);
  adjust_error(s3().operation("ListObjectsV2"), response, error);
  const std::string better =
      "Use the specified endpoint: b.s3-eu-west-1.amazonaws.com\nYou can fix this issue by "
      "explicitly providing the correct region location using the --region argument, the "
      "AWS_DEFAULT_REGION environment variable, or the region variable in the AWS CLI "
      "configuration "
      "file.  You can get the bucket's location by running \"aws s3api get-bucket-location "
      "--bucket "
      "BUCKET\".";
  EXPECT_EQ(error.service->message, better);
  EXPECT_EQ(error.message, "An error occurred (PermanentRedirect): " + better);
}

}  // namespace
}  // namespace virga::engine::test
