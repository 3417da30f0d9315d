// SPDX-License-Identifier: Apache-2.0
#include "endpoint/errors.hpp"

#include <algorithm>
#include <string>

#include "base/strings.hpp"

namespace virga::endpoint {
namespace {

bool starts_with_any(std::string_view text, std::initializer_list<std::string_view> beginnings) {
  return std::any_of(beginnings.begin(), beginnings.end(), [text](std::string_view beginning) {
    return text.starts_with(beginning);
  });
}

Error s3_error(Error error) {
  const std::string_view message = error.message;
  if (message == "S3 Object Lambda does not support S3 Accelerate" ||
      message == "Accelerate cannot be used with FIPS") {
    return std::move(error).context("Unsupported configuration when using S3");
  }
  if (starts_with_any(message,
                      {"S3 Outposts does not support",
                       "S3 MRAP does not support",
                       "S3 Object Lambda does not support",
                       "Access Points do not support",
                       "Invalid configuration:",
                       "Client was configured for partition"})) {
    return std::move(error).context("Unsupported configuration when using S3 access-points");
  }
  if (to_lower(message).starts_with("invalid arn:")) {
    error.code = ErrorCode::validation;
    error.message = concat("Parameter validation failed:\n", message);
  }
  return error;
}

Error s3control_error(Error error, std::string_view bucket) {
  const std::string_view message = error.message;
  if (message.starts_with("Invalid ARN:")) {
    error.message = concat("S3 ARN \"",
                           bucket.empty() ? "None" : bucket,
                           "\" provided is invalid for this operation. ",
                           message);
  } else if (starts_with_any(message,
                             {"Invalid configuration:", "Client was configured for partition"})) {
    return std::move(error).context("Unsupported configuration when using S3 Control");
  } else if (message == "AccountId is required but not set") {
    error.code = ErrorCode::validation;
    error.message = concat("Parameter validation failed:\n", message);
  }
  return error;
}

}  // namespace

Error rule_error(std::string_view service, Error error, std::string_view bucket) {
  constexpr std::string_view k_region = "Invalid region in ARN: ";
  if (error.message.starts_with(k_region)) {
    const auto parts = split(error.message, '`');
    const std::string label(parts.size() > 1 ? parts[1] : std::string_view(error.message));
    error.message =
        concat("Invalid host label to be bound to the hostname of the endpoint: \"", label, "\".");
    return error;
  }
  if (service == "s3") {
    return s3_error(std::move(error));
  }
  if (service == "s3control") {
    return s3control_error(std::move(error), bucket);
  }
  if (service == "events" &&
      starts_with_any(error.message,
                      {"Invalid Configuration: FIPS is not supported with EventBridge "
                       "multi-region endpoints.",
                       "EndpointId must be a valid host label."})) {
    return std::move(error).context("Invalid endpoint configuration");
  }
  return error;
}

}  // namespace virga::endpoint
