// SPDX-License-Identifier: Apache-2.0
#include "retry/legacy_rules.hpp"

#include <algorithm>
#include <array>

namespace virga::retry {
namespace {

struct ServiceRule {
  std::string_view endpoint_prefix;
  int status;
  std::string_view code;
};

constexpr std::array<ServiceRule, 13> k_service_rules = {{
    {"organizations", 400, "TooManyRequestsException"},
    {"dynamodb", 409, "ReplicatedWriteConflictException"},
    {"dynamodb", 400, "TransactionInProgressException"},
    {"ec2", 503, "RequestLimitExceeded"},
    {"ec2", 503, "EC2ThrottledException"},
    {"cloudsearch", 509, "BandwidthLimitExceeded"},
    {"kinesis", 400, "LimitExceededException"},
    {"sqs", 403, "RequestThrottled"},
    {"s3", 400, "RequestTimeout"},
    {"s3", 400, "BadDigest"},
    {"glacier", 408, "RequestTimeoutException"},
    {"route53", 400, "PriorRequestNotComplete"},
    {"sts", 400, "IDPCommunicationError"},
}};

/// botocore's GENERAL_CONNECTION_ERROR (retryhandler.py, EXCEPTION_MAP).
bool is_connection_error(NetworkFailure failure) {
  return failure != NetworkFailure::none && failure != NetworkFailure::streaming &&
         failure != NetworkFailure::other;
}

}  // namespace

bool LegacyRules::match(const Attempt& attempt) const {
  if (attempt.network != NetworkFailure::none) {
    return retries_socket_errors && is_connection_error(attempt.network);
  }
  return (checks_crc32 && attempt.checksum_mismatch) ||
         std::any_of(rules.begin(), rules.end(), [&](const LegacyRule& rule) {
           return rule.status == attempt.status &&
                  (rule.code.empty() || rule.code == attempt.error_code);
         });
}

LegacyRules legacy_rules(std::string_view endpoint_prefix) {
  LegacyRules result;
  for (const int status : {500, 502, 503, 504, 509}) {
    result.rules.push_back({status, {}});
  }
  // The rule of organizations has the name of the default's, and so takes its place.
  if (endpoint_prefix != "organizations") {
    result.rules.push_back({429, {}});
  }
  for (const char* code : {"Throttling",
                           "ThrottlingException",
                           "ThrottledException",
                           "RequestThrottledException",
                           "ProvisionedThroughputExceededException"}) {
    result.rules.push_back({400, code});
  }
  for (const ServiceRule& rule : k_service_rules) {
    if (rule.endpoint_prefix == endpoint_prefix) {
      result.rules.push_back({rule.status, std::string(rule.code)});
    }
  }
  if (endpoint_prefix == "dynamodb") {
    result.max_attempts = 10;
    result.base_seconds = 0.05;
    result.checks_crc32 = true;
  }
  return result;
}

}  // namespace virga::retry
