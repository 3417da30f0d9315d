// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <chrono>
#include <optional>
#include <string_view>

#include "base/result.hpp"
#include "http/message.hpp"

namespace virga::retry {

/// What one attempt of a call came to: an answer (status) or a failure of the network. The views
/// must live as long as the call that takes them.
struct Attempt {
  int number = 1;  ///< 1 for the first
  int status = 0;  ///< HTTP status, 0 without an answer; 500 for S3's errors that come as 200
  NetworkFailure network = NetworkFailure::none;
  std::string_view error_code = {};        ///< the service's, empty if the answer is not an error
  const http::Headers* headers = nullptr;  ///< of the answer; null without one
  bool modeled_retryable = false;          ///< the error shape has the `retryable` trait
  bool modeled_throttling = false;         ///< and the trait says `throttling`
  bool checksum_mismatch = false;          ///< crc32_mismatch() of the answer
};

/// What to do after an attempt.
struct Decision {
  bool retry = false;
  std::chrono::milliseconds delay{0};  ///< before the next attempt
  /// The call ends here because attempts ran out: the AWS CLI's error says "(reached max retries:
  /// N)" with N = Attempt::number - 1. As botocore sets it: in standard and adaptive mode on the
  /// last allowed attempt whatever the error, in legacy mode only if the error would have been
  /// retried.
  bool max_attempts_reached = false;
  bool quota_exhausted = false;  ///< a retry was due, but too many calls fail (standard, adaptive)
};

/// How long the service asks to be left alone: x-amz-retry-after in milliseconds, Retry-After in
/// seconds (its form as a date is not used by AWS). None without an answer.
[[nodiscard]] std::optional<std::chrono::milliseconds> asked_delay(const http::Headers* headers);

/// The answer has an x-amz-crc32 header that its body does not match (DynamoDB). A header that is
/// not a number counts as a mismatch.
[[nodiscard]] bool crc32_mismatch(const http::Response& response);

}  // namespace virga::retry
