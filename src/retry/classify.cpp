// SPDX-License-Identifier: Apache-2.0
#include "retry/classify.hpp"

#include <algorithm>
#include <array>
#include <cstdint>
#include <string_view>

#include "base/hash.hpp"
#include "base/strings.hpp"

namespace virga::retry {
namespace {

constexpr std::array<std::string_view, 14> k_throttling_codes = {
    "Throttling",
    "ThrottlingException",
    "ThrottledException",
    "RequestThrottledException",
    "TooManyRequestsException",
    "ProvisionedThroughputExceededException",
    "TransactionInProgressException",
    "RequestLimitExceeded",
    "BandwidthLimitExceeded",
    "LimitExceededException",
    "RequestThrottled",
    "SlowDown",
    "PriorRequestNotComplete",
    "EC2ThrottledException",
};

constexpr std::array<std::string_view, 3> k_transient_codes = {
    "RequestTimeout", "RequestTimeoutException", "PriorRequestNotComplete"};

constexpr std::array<int, 4> k_transient_statuses = {500, 502, 503, 504};

template <typename List, typename Item>
bool contains(const List& list, const Item& item) {
  return std::find(list.begin(), list.end(), item) != list.end();
}

}  // namespace

bool is_throttling(const Attempt& attempt) {
  return attempt.modeled_throttling || contains(k_throttling_codes, attempt.error_code);
}

bool is_transient(const Attempt& attempt) {
  if (attempt.network != NetworkFailure::none) {
    return attempt.network != NetworkFailure::streaming;
  }
  return contains(k_transient_codes, attempt.error_code) ||
         contains(k_transient_statuses, attempt.status);
}

bool is_timeout(const Attempt& attempt) {
  return attempt.network == NetworkFailure::connect_timeout ||
         attempt.network == NetworkFailure::read_timeout;
}

bool crc32_mismatch(const http::Response& response) {
  const std::string* expected = response.headers.find("x-amz-crc32");
  if (expected == nullptr) {
    return false;
  }
  const std::uint32_t actual = crc32(0, response.body);
  const auto number = parse_int(trim(*expected));
  return !number || std::int64_t{actual} != *number;
}

}  // namespace virga::retry
