// SPDX-License-Identifier: Apache-2.0
#include "base/strings.hpp"
#include "engine/quirks/xml_outline.hpp"
#include "engine/quirks_s3.hpp"

namespace virga::engine {
namespace {

constexpr std::string_view k_region_help =
    "You can fix this issue by explicitly providing the correct region location using the --region "
    "argument, the AWS_DEFAULT_REGION environment variable, or the region variable in the AWS CLI "
    "configuration file.  You can get the bucket's location by running \"aws s3api "
    "get-bucket-location --bucket BUCKET\".";
constexpr std::string_view k_sigv4_help =
    " You can enable AWS Signature Version 4 by running the command: \n"
    "aws configure set s3.signature_version s3v4";

bool is_s3(const model::Operation& operation) { return operation.service().name() == "s3"; }

/// What the AWS CLI says instead of the service's message; the same where it has nothing to add.
std::string better_message(const ServiceErrorDetail& detail, const http::Response& response) {
  const std::string& message = detail.message;
  if (message.find("Please use AWS4-HMAC-SHA256") != std::string::npos) {
    return concat(
        "You are attempting to operate on a bucket in a region that requires Signature Version 4. "
        " ",
        k_region_help);
  }
  if (detail.code == "PermanentRedirect") {
    const auto endpoint = quirks::find_element_text(response.body, "Endpoint");
    if (!endpoint) {
      return message;
    }
    // The message ends in a full stop, whose place the endpoint takes.
    return concat(message.substr(0, message.empty() ? 0 : message.size() - 1),
                  ": ",
                  *endpoint,
                  "\n",
                  k_region_help);
  }
  if (message.find("AWS KMS managed keys require AWS Signature Version 4") != std::string::npos) {
    return concat(message, k_sigv4_help);
  }
  return message;
}

}  // namespace

void adjust_error(const model::Operation& operation,
                  const http::Response& response,
                  Error& error,
                  bool compat_v1) {
  if (!error.service || !is_s3(operation)) {
    return;
  }
  if (compat_v1 && error.service->message == "None") {
    error.code = ErrorCode::general;
    error.message = "argument of type 'NoneType' is not iterable";
    error.service.reset();
    return;
  }
  std::string better = better_message(*error.service, response);
  std::string& plain = error.service->message;
  if (better == plain) {
    return;
  }
  if (error.message.ends_with(plain)) {
    error.message.replace(error.message.size() - plain.size(), plain.size(), better);
  }
  plain = std::move(better);
}

}  // namespace virga::engine
