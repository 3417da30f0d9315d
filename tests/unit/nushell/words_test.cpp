// SPDX-License-Identifier: Apache-2.0
#include "nushell/words.hpp"

#include <string>

#include <gtest/gtest.h>

#include "nushell/typed_words.hpp"
#include "value/json_read.hpp"

namespace virga::nushell {
namespace {

RunRequest request(std::string_view positional, std::string_view named = "[]") {
  const std::string text =
      R"({"name": "virga aws", "call": {"head": {"start": 100, "end": 109}, "positional": )" +
      std::string(positional) + R"(, "named": )" + std::string(named) + R"(}, "input": "Empty"})";
  auto run = read_run(7, *read_json(text));
  EXPECT_TRUE(run);
  return std::move(*run);
}

constexpr std::string_view k_call = R"([
  {"String": {"val": "sqs", "span": {"start": 110, "end": 113}}},
  {"String": {"val": "send-message", "span": {"start": 114, "end": 126}}},
  {"String": {"val": "--queue-url", "span": {"start": 127, "end": 138}}},
  {"String": {"val": "bad", "span": {"start": 139, "end": 142}}},
  {"String": {"val": "--tags", "span": {"start": 143, "end": 149}}},
  {"Nothing": {"span": {"start": 150, "end": 154}}},
  {"String": {"val": "--key", "span": {"start": 155, "end": 160}}},
  {"Record": {"val": {"id": {"Int": {"val": 3, "span": {"start": 1, "end": 2}}}}, "span": {"start": 161, "end": 168}}}
])";

TEST(Words, ValuesBecomeWordsAndNullLeavesItsFlagOut) {
  Span at;
  const auto words = Words::of(
      request(
          k_call,
          R"([[{"item": "region", "span": {"start": 1, "end": 2}}, {"String": {"val": "eu", "span": {"start": 3, "end": 4}}}],
                          [{"item": "pages", "span": {"start": 1, "end": 2}}, null],
                          [{"item": "no-paginate", "span": {"start": 1, "end": 2}}, {"Bool": {"val": false, "span": {"start": 3, "end": 4}}}]])"),
      at);
  ASSERT_TRUE(words);
  const std::vector<std::string> expected = {
      "--region", "eu", "sqs", "send-message", "--queue-url", "bad", "--key", R"({"id": 3})"};
  EXPECT_EQ(words->texts(), expected);
  EXPECT_EQ(words->service(), "sqs");
}

TEST(Words, SwitchesBehindAWrapperMayBeTrueOrFalse) {
  const auto texts = [](const char* word) {
    Span at;
    const auto words = Words::of(request(std::string(R"([{"String": {"val": ")") + word +
                                         R"(", "span": {"start": 1, "end": 2}}}])"),
                                 at);
    return words ? words->texts() : std::vector<std::string>{"refused"};
  };
  EXPECT_EQ(texts("--no-cache=false"), std::vector<std::string>());
  EXPECT_EQ(texts("--no-cache=true"), std::vector<std::string>{"--no-cache"});
  EXPECT_EQ(texts("--profile=true"), std::vector<std::string>{"--profile=true"});
  EXPECT_EQ(texts("--consistent-read=false"), std::vector<std::string>{"--consistent-read=false"});
}

TEST(Words, MessagesPointAtTheValueOfTheOptionTheyName) {
  Span at;
  const auto words = Words::of(request(k_call), at);
  ASSERT_TRUE(words);
  const Span head{100, 109};
  EXPECT_EQ(words->place_of("Invalid length for parameter QueueUrl, value: 1", head),
            (Span{139, 142}));
  EXPECT_EQ(words->place_of("Error parsing parameter '--queue-url': x", head), (Span{139, 142}));
  EXPECT_EQ(words->place_of("Unknown options: --queue-url", head), (Span{127, 138}));
  EXPECT_EQ(words->place_of("argument operation: Invalid choice: 'send-message'", head),
            (Span{114, 126}));
  EXPECT_EQ(words->place_of("something else", head), head);
}

Error service_error(std::string code, std::string message) {
  Error error;
  error.message = "An error occurred when calling the SendMessage operation: " + message;
  error.service = ServiceErrorDetail{std::move(code), std::move(message), 400, "r"};
  return error;
}

TEST(Words, ErrorsOfAServicePointAtTheValueThatIsBlamed) {
  Span at;
  const auto words = Words::of(request(k_call), at);
  ASSERT_TRUE(words);
  const Span head{100, 109};
  const Span url{139, 142};
  for (const auto* code : {"QueueDoesNotExist",
                           "AWS.SimpleQueueService.NonExistentQueue",
                           "NoSuchQueue",
                           "InvalidQueueURL.NotFound"}) {
    EXPECT_EQ(words->place_of(service_error(code, "It does not exist."), head), url) << code;
  }
  EXPECT_EQ(words->place_of(service_error("Other", "The name 'bad' is not good."), head), url);
  EXPECT_EQ(words->place_of(service_error("QueueThrottled", "Slow down."), head), head);
  EXPECT_EQ(words->place_of(service_error("NoSuchBucket", "badly named"), head), head);
  // The operation's name is in every message.
  EXPECT_EQ(words->place_of(service_error("Denied", "not allowed: sqs send-message"), head), head);
}

TEST(Words, AWrappersErrorsStandAtTheUsersFirstWord) {
  Span at;
  const auto words = Words::of(request(k_call), at);
  ASSERT_TRUE(words);
  EXPECT_EQ(words->home({100, 109}), (Span{100, 109}));
  EXPECT_EQ(words->home({20, 29}), (Span{110, 113}));
  EXPECT_EQ(words->home({900, 909}), (Span{110, 113}));
  EXPECT_EQ(words->place_of(service_error("Denied", "no"), {900, 909}), (Span{110, 113}));
}

TEST(Words, AClosureIsRefusedAtItsPlace) {
  Span at;
  const auto words = Words::of(
      request(
          R"([{"Closure": {"val": {"block_id": 1, "captures": []}, "span": {"start": 5, "end": 9}}}])"),
      at);
  ASSERT_FALSE(words);
  EXPECT_EQ(at, (Span{5, 9}));
}

TEST(TypedWords, LiteralsAreTheirOwnText) {
  for (const auto* literal : {"012345678901", "5min", "2024-01-01", "1..3", "-5", "0x10"}) {
    EXPECT_TRUE(is_literal(literal)) << literal;
  }
  for (const auto* expression : {"$n", "(1 + 1)", "", "1 + 1", "[1]", "{|| 1}", "\"5\""}) {
    EXPECT_FALSE(is_literal(expression)) << expression;
  }
}

TEST(NuValue, DatesDurationsAndBinaryDataBecomeWords) {
  Span at;
  const auto word = [&](std::string_view json) {
    return word_of(*read_json(json), at).value_or("?");
  };
  EXPECT_EQ(
      word(R"({"Date": {"val": "2024-01-02T03:04:05+00:00", "span": {"start": 0, "end": 0}}})"),
      "2024-01-02T03:04:05+00:00");
  EXPECT_EQ(word(R"({"Duration": {"val": 90000000000, "span": {"start": 0, "end": 0}}})"), "90");
  EXPECT_EQ(word(R"({"Filesize": {"val": 1024, "span": {"start": 0, "end": 0}}})"), "1024");
  EXPECT_EQ(word(R"({"Binary": {"val": [0, 255], "span": {"start": 0, "end": 0}}})"), "AP8=");
  EXPECT_EQ(word(R"({"Bool": {"val": true, "span": {"start": 0, "end": 0}}})"), "true");
}

TEST(NuValue, ByteCountsAreFilesizes) {
  EXPECT_EQ(ServiceUnits("s3").of("Size"), Unit::bytes);
  EXPECT_EQ(ServiceUnits("ec2").of("Size"), Unit::none);  // GiB
  EXPECT_EQ(ServiceUnits("dynamodb").of("TableSizeBytes"), Unit::bytes);
}

}  // namespace
}  // namespace virga::nushell
