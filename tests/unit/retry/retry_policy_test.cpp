// SPDX-License-Identifier: Apache-2.0
#include "retry/retry_policy.hpp"

#include <gtest/gtest.h>

#include "base/hash.hpp"
#include "model/catalog.hpp"
#include "model/pack_builder.hpp"
#include "retry/classify.hpp"
#include "support/fake_clock.hpp"
#include "value/json_read.hpp"

namespace virga::retry {
namespace {

using std::chrono::milliseconds;

/// A _retry.json with something of every kind that botocore's has.
constexpr std::string_view k_retry_model = R"({
  "definitions": {
    "throttling": {"applies_when": {"response": {"service_error_code": "Throttling", "http_status_code": 400}}},
    "too_many": {"applies_when": {"response": {"http_status_code": 429}}},
    "server_error": {"applies_when": {"response": {"http_status_code": 500}}},
    "sockets": {"applies_when": {"socket_errors": ["GENERAL_CONNECTION_ERROR"]}}},
  "retry": {
    "__default__": {"max_attempts": 5, "delay": {"type": "exponential", "base": "rand", "growth_factor": 2},
      "policies": {"throttling": {"$ref": "throttling"}, "too_many": {"$ref": "too_many"},
        "server_error": {"$ref": "server_error"}, "sockets": {"$ref": "sockets"}}},
    "organizations": {"__default__": {"policies": {"too_many": {"applies_when": {"response": {
      "service_error_code": "TooManyRequestsException", "http_status_code": 400}}}}}},
    "s3": {"__default__": {"policies": {"contentmd5": {"applies_when": {"response": {
      "service_error_code": "BadDigest", "http_status_code": 400}}}}}},
    "dynamodb": {"__default__": {"max_attempts": 10,
      "delay": {"type": "exponential", "base": 0.05, "growth_factor": 2},
      "policies": {"crc32": {"applies_when": {"response": {"crc32body": "x-amz-crc32"}}}}}}}})";

model::Catalog catalog_of(std::string_view retry_json) {
  model::PackBuilder builder;
  builder.set_retry(read_json(retry_json).value());
  return model::Catalog::from_bytes(builder.finish("a test", "1")).value();
}

LegacyRules rules_of(const std::string& service) {
  return legacy_rules(catalog_of(k_retry_model).retry(), service);
}

struct RetryPolicyTest : testing::Test {
  RetryPolicy make(RetryOptions options) { return {std::move(options), clock, random}; }

  RetryPolicy standard() { return make({}); }

  RetryPolicy legacy(const std::string& service, std::optional<int> attempts = {}) {
    return make({Mode::legacy, attempts, service, rules_of(service)});
  }

  test::FakeClock clock;
  test::FakeRandom random{0.5};
  CallState state;
};

Attempt answer(int number, int status, std::string_view code = {}) {
  Attempt attempt;
  attempt.number = number;
  attempt.status = status;
  attempt.error_code = code;
  return attempt;
}

Attempt failure(int number, NetworkFailure kind) {
  Attempt attempt;
  attempt.number = number;
  attempt.network = kind;
  return attempt;
}

TEST_F(RetryPolicyTest, StandardTriesThreeTimesWithJitteredDoublingDelays) {
  auto policy = standard();
  EXPECT_EQ(policy.max_attempts(), 3);
  const auto first = policy.after_attempt(answer(1, 503), state);
  EXPECT_TRUE(first.retry);
  EXPECT_EQ(first.delay, milliseconds(500));
  EXPECT_EQ(policy.after_attempt(answer(2, 503), state).delay, milliseconds(1000));
  const auto last = policy.after_attempt(answer(3, 503), state);
  EXPECT_FALSE(last.retry);
  EXPECT_TRUE(last.max_attempts_reached);
}

TEST_F(RetryPolicyTest, StandardDelayIsAtMostTwentySeconds) {
  auto policy = make({Mode::standard, 100, {}, {}});
  EXPECT_EQ(policy.after_attempt(answer(60, 500), state).delay, milliseconds(10'000));
}

TEST_F(RetryPolicyTest, StandardLeavesOtherErrorsAlone) {
  auto policy = standard();
  for (const int status : {200, 301, 400, 403, 404, 409, 429, 501, 509}) {
    const auto decision = policy.after_attempt(answer(1, status, "AccessDenied"), state);
    EXPECT_FALSE(decision.retry) << status;
    EXPECT_FALSE(decision.max_attempts_reached);
  }
}

TEST_F(RetryPolicyTest, StandardRetriesByCodeModelAndService) {
  auto policy = standard();
  EXPECT_TRUE(policy.after_attempt(answer(1, 400, "ThrottlingException"), state).retry);
  EXPECT_TRUE(policy.after_attempt(answer(1, 400, "RequestTimeout"), state).retry);
  Attempt modeled = answer(1, 400, "Odd");
  modeled.modeled_retryable = true;
  EXPECT_TRUE(policy.after_attempt(modeled, state).retry);
  EXPECT_FALSE(policy.after_attempt(answer(1, 400, "IDPCommunicationError"), state).retry);
  auto sts = make({Mode::standard, {}, "sts", {}});
  EXPECT_TRUE(sts.after_attempt(answer(1, 400, "IDPCommunicationError"), state).retry);
  auto dynamodb = make({Mode::standard, {}, "dynamodb", {}});
  Attempt damaged = answer(1, 200);
  damaged.checksum_mismatch = true;
  EXPECT_TRUE(dynamodb.after_attempt(damaged, state).retry);
  EXPECT_FALSE(policy.after_attempt(damaged, state).retry);
}

TEST_F(RetryPolicyTest, NetworkFailuresAreRetriedUnlessOutputHasBegun) {
  for (const auto mode : {Mode::standard, Mode::legacy}) {
    auto policy = make({mode, {}, "s3", rules_of("s3")});
    for (const auto kind : {NetworkFailure::connect,
                            NetworkFailure::connect_timeout,
                            NetworkFailure::read_timeout,
                            NetworkFailure::closed,
                            NetworkFailure::tls,
                            NetworkFailure::proxy}) {
      EXPECT_TRUE(policy.after_attempt(failure(1, kind), state).retry);
    }
    EXPECT_FALSE(policy.after_attempt(failure(1, NetworkFailure::streaming), state).retry);
  }
}

TEST_F(RetryPolicyTest, OneAttemptMeansNoRetry) {
  auto policy = make({Mode::standard, 1, {}, {}});
  const auto decision = policy.after_attempt(answer(1, 500), state);
  EXPECT_FALSE(decision.retry);
  EXPECT_TRUE(decision.max_attempts_reached);
  // botocore says so of any error on the last attempt in standard mode, in legacy mode of retryable
  // ones only.
  EXPECT_TRUE(policy.after_attempt(answer(1, 403, "AccessDenied"), state).max_attempts_reached);
  auto old = legacy("s3", 1);
  EXPECT_TRUE(old.after_attempt(answer(1, 500), state).max_attempts_reached);
  EXPECT_FALSE(old.after_attempt(answer(1, 403, "AccessDenied"), state).max_attempts_reached);
}

TEST_F(RetryPolicyTest, QuotaEndsRetriesWhenEverythingFailsAndSuccessRefundsIt) {
  auto policy = standard();
  for (int i = 0; i < 50; ++i) {
    CallState call;
    ASSERT_TRUE(policy.after_attempt(failure(1, NetworkFailure::read_timeout), call).retry);
  }
  EXPECT_EQ(policy.quota_left(), 0);
  const auto refused = policy.after_attempt(answer(1, 500), state);
  EXPECT_FALSE(refused.retry);
  EXPECT_TRUE(refused.quota_exhausted);
  EXPECT_FALSE(refused.max_attempts_reached);
  for (int i = 0; i < 7; ++i) {
    CallState call;
    static_cast<void>(policy.after_attempt(answer(1, 200), call));
  }
  EXPECT_EQ(policy.quota_left(), 7);
  CallState call;
  EXPECT_TRUE(policy.after_attempt(answer(1, 500), call).retry);
  EXPECT_EQ(policy.quota_left(), 2);
  static_cast<void>(policy.after_attempt(answer(2, 200), call));
  EXPECT_EQ(policy.quota_left(), 7);
}

TEST_F(RetryPolicyTest, QuotaNeverGrowsPastItsStart) {
  auto policy = standard();
  static_cast<void>(policy.after_attempt(answer(1, 200), state));
  EXPECT_EQ(policy.quota_left(), 500);
}

TEST_F(RetryPolicyTest, HonoursRetryAfterWithinFiveSecondsOfTheBackoff) {
  auto policy = standard();
  http::Headers headers;
  Attempt attempt = answer(1, 503);
  attempt.headers = &headers;
  headers.set("x-amz-retry-after", "1500");
  EXPECT_EQ(policy.after_attempt(attempt, state).delay, milliseconds(1500));
  headers.set("x-amz-retry-after", "1");
  EXPECT_EQ(policy.after_attempt(attempt, state).delay, milliseconds(500));
  headers.remove("x-amz-retry-after");
  headers.set("Retry-After", "3");
  EXPECT_EQ(policy.after_attempt(attempt, state).delay, milliseconds(3000));
  for (const char* large : {"100000", "9223372036854775807"}) {
    headers.set("Retry-After", large);
    EXPECT_EQ(policy.after_attempt(attempt, state).delay, milliseconds(5500));
  }
  for (const char* bad : {"-1", "soon", "", "99999999999999999999", "1.5"}) {
    headers.set("Retry-After", bad);
    EXPECT_EQ(policy.after_attempt(attempt, state).delay, milliseconds(500)) << bad;
  }
}

TEST_F(RetryPolicyTest, LegacyTriesFiveTimesAndDoubles) {
  auto policy = legacy("ec2");
  EXPECT_EQ(policy.max_attempts(), 5);
  for (int number = 1; number < 5; ++number) {
    const auto decision = policy.after_attempt(answer(number, 500), state);
    EXPECT_TRUE(decision.retry);
    EXPECT_EQ(decision.delay, milliseconds(500 << (number - 1)));
  }
  EXPECT_TRUE(policy.after_attempt(answer(5, 500), state).max_attempts_reached);
}

TEST_F(RetryPolicyTest, LegacyMatchesStatusAndCodeTogether) {
  auto ec2 = legacy("ec2");
  for (const int status : {500, 429}) {
    EXPECT_TRUE(ec2.after_attempt(answer(1, status), state).retry) << status;
  }
  EXPECT_TRUE(ec2.after_attempt(answer(1, 400, "Throttling"), state).retry);
  EXPECT_FALSE(ec2.after_attempt(answer(1, 403, "Throttling"), state).retry);
  EXPECT_FALSE(ec2.after_attempt(answer(1, 400, "TooManyRequestsException"), state).retry);
  EXPECT_TRUE(legacy("organizations")
                  .after_attempt(answer(1, 400, "TooManyRequestsException"), state)
                  .retry);
  EXPECT_FALSE(legacy("organizations").after_attempt(answer(1, 429), state).retry)
      << "a service's policy takes the place of the default of its name";
  EXPECT_TRUE(legacy("s3").after_attempt(answer(1, 400, "BadDigest"), state).retry);
}

TEST_F(RetryPolicyTest, LegacyRulesOfAModelWithoutAnyRepeatNothing) {
  const auto rules = legacy_rules(catalog_of("{}").retry(), "s3");
  EXPECT_FALSE(rules.match(answer(1, 500)));
  EXPECT_FALSE(rules.match(failure(1, NetworkFailure::connect)));
}

TEST_F(RetryPolicyTest, LegacyDynamoDbHasItsOwnNumbers) {
  auto policy = legacy("dynamodb");
  EXPECT_EQ(policy.max_attempts(), 10);
  Attempt damaged = answer(1, 200);
  damaged.checksum_mismatch = true;
  const auto decision = policy.after_attempt(damaged, state);
  EXPECT_TRUE(decision.retry);
  EXPECT_EQ(decision.delay, milliseconds(50));
  EXPECT_EQ(policy.after_attempt(answer(9, 500), state).delay, milliseconds(12'800));
}

TEST_F(RetryPolicyTest, HugeAttemptNumbersDoNotOverflowTheDelay) {
  auto policy = legacy("ec2", 1'000'000);
  EXPECT_EQ(policy.after_attempt(answer(999'999, 500), state).delay, milliseconds(86'400'000));
}

TEST_F(RetryPolicyTest, AdaptiveHoldsCallsBackAfterThrottling) {
  auto policy = make({Mode::adaptive, {}, {}, {}});
  for (int i = 0; i < 20; ++i) {
    EXPECT_EQ(policy.before_attempt(), milliseconds(0));
    static_cast<void>(policy.after_attempt(answer(1, 200), state));
    clock.advance(milliseconds(100));
  }
  static_cast<void>(policy.after_attempt(answer(1, 400, "SlowDown"), state));
  milliseconds waited{0};
  for (int i = 0; i < 10; ++i) {
    waited = std::max(waited, policy.before_attempt());
  }
  EXPECT_GT(waited, milliseconds(500));
  EXPECT_EQ(standard().before_attempt(), milliseconds(0));
}

TEST(RateLimiter, CutsTheRateToSeventyPercentAndGrowsBack) {
  test::FakeClock clock;
  RateLimiter limiter(clock);
  for (int i = 0; i < 100; ++i) {  // ten calls per second
    limiter.record(false);
    clock.advance(milliseconds(100));
  }
  limiter.record(true);
  EXPECT_NEAR(limiter.rate_per_second(), 7, 0.5);
  for (int i = 0; i < 20; ++i) {
    clock.advance(milliseconds(100));
    limiter.record(false);
  }
  EXPECT_NEAR(limiter.rate_per_second(), 10, 1);
}

TEST(RateLimiter, NeverFallsBelowHalfACallPerSecond) {
  test::FakeClock clock;
  RateLimiter limiter(clock);
  for (int i = 0; i < 50; ++i) {
    limiter.record(true);
    clock.advance(milliseconds(5000));
  }
  EXPECT_DOUBLE_EQ(limiter.rate_per_second(), 0.5);
}

TEST(RetryMode, IsParsedExactly) {
  EXPECT_EQ(parse_mode("adaptive"), Mode::adaptive);
  EXPECT_EQ(parse_mode("standard"), Mode::standard);
  EXPECT_EQ(parse_mode("legacy"), Mode::legacy);
  EXPECT_FALSE(parse_mode("Legacy"));
}

TEST(Crc32Mismatch, ComparesTheHeaderWithTheBody) {
  http::Response response;
  response.body = "{}";
  EXPECT_FALSE(crc32_mismatch(response));
  response.headers.add("x-amz-crc32", std::to_string(crc32(0, "{}")));
  EXPECT_FALSE(crc32_mismatch(response));
  response.body = "{";
  EXPECT_TRUE(crc32_mismatch(response));
  response.headers.set("x-amz-crc32", "none");
  EXPECT_TRUE(crc32_mismatch(response));
}

TEST_F(RetryPolicyTest, ABatchTriesWhatIsThrottledFiveTimes) {
  RetryOptions options;
  options.patient = true;
  auto policy = make(options);
  for (int number = 1; number < 5; ++number) {
    EXPECT_TRUE(policy.after_attempt(answer(number, 400, "Throttling"), state).retry) << number;
  }
  EXPECT_FALSE(policy.after_attempt(answer(5, 400, "Throttling"), state).retry);
  EXPECT_FALSE(policy.after_attempt(answer(3, 500), state).retry);
  options.max_attempts = 2;
  EXPECT_FALSE(make(options).after_attempt(answer(2, 400, "Throttling"), state).retry);
}

TEST_F(RetryPolicyTest, ABatchWaitsWhereTheQuotaIsUsedUpByThrottling) {
  RetryOptions options;
  options.patient = true;
  auto policy = make(options);
  while (policy.quota_left() >= 5) {
    static_cast<void>(policy.after_attempt(answer(1, 500), state));
  }
  const auto throttled = policy.after_attempt(answer(1, 400, "SlowDown"), state);
  EXPECT_TRUE(throttled.retry);
  EXPECT_EQ(throttled.delay, milliseconds(10'000));
  EXPECT_TRUE(policy.after_attempt(answer(1, 500), state).quota_exhausted);
  EXPECT_EQ(policy.quota_left(), 0);
}

}  // namespace
}  // namespace virga::retry
