// SPDX-License-Identifier: Apache-2.0
#include "engine/quirks/s3.hpp"

#include <array>

#include "base/strings.hpp"

namespace virga::engine::quirks {
namespace {

// The service may refuse an upload before it has been sent (add_expect_header). botocore makes
// streams of the bodies of these two operations even if they are in memory
// (convert_body_to_file_like_object).
Status expect_continue(const model::Operation& operation,
                       const Map& params,
                       http::Request& request,
                       QuirkContext& context) {
  const bool is_upload = operation.name() == "PutObject" || operation.name() == "UploadPart";
  const bool has_body = request.stream || (is_upload && params.contains("Body"));
  const bool may_expect = request.method == "PUT" || request.method == "POST";
  if (context.expect_continue && has_body && may_expect) {
    request.headers.set("Expect", "100-continue");
  }
  return {};
}

// Line ends in keys survive only as character references: XML readers turn CR LF into LF
// (escape_xml_payload).
Status escape_line_ends(const model::Operation&,
                        const Map&,
                        http::Request& request,
                        QuirkContext&) {
  if (request.body.find_first_of("\r\n") != std::string::npos) {
    request.body = replace_all(replace_all(request.body, "\r", "&#xD;"), "\n", "&#xA;");
  }
  return {};
}

constexpr std::array<Row<InputQuirk>, 20> k_input{{
    {k_any, validate_bucket},
    {"ListObjects", ask_for_encoded_keys},
    {"ListObjectsV2", ask_for_encoded_keys},
    {"ListObjectVersions", ask_for_encoded_keys},
    {"CopyObject", encode_copy_source},
    {"UploadPartCopy", encode_copy_source},
    {"CopyObject", validate_metadata},
    {"PutObject", validate_metadata},
    {"CreateMultipartUpload", validate_metadata},
    {"HeadObject", encode_customer_key},
    {"GetObject", encode_customer_key},
    {"PutObject", encode_customer_key},
    {"CopyObject", encode_customer_key},
    {"CopyObject", encode_source_customer_key},
    {"CreateMultipartUpload", encode_customer_key},
    {"UploadPart", encode_customer_key},
    {"UploadPartCopy", encode_customer_key},
    {"UploadPartCopy", encode_source_customer_key},
    {"CompleteMultipartUpload", encode_customer_key},
    {"SelectObjectContent", encode_customer_key},
}};

constexpr std::array<Row<RequestQuirk>, 3> k_request{{
    {k_any, expect_continue},
    {"DeleteObjects", escape_line_ends},
    {"PutBucketLifecycleConfiguration", escape_line_ends},
}};

constexpr std::array<Row<ResponseQuirk>, 1> k_response{{{k_any, turn_hidden_error_into_500}}};

constexpr std::array<Row<OutputQuirk>, 5> k_output{{
    {k_any, keep_expires_text},
    {"GetBucketLocation", read_bucket_location},
    {"ListObjects", decode_objects},
    {"ListObjectsV2", decode_objects_v2},
    {"ListObjectVersions", decode_versions},
}};

}  // namespace

constinit const ServiceQuirks k_s3{k_input, k_request, k_response, k_output};

}  // namespace virga::engine::quirks
