// SPDX-License-Identifier: Apache-2.0
#include "protocol/event_stream.hpp"

#include <string>
#include <vector>

#include <gtest/gtest.h>

#include "base/encoding.hpp"
#include "unit/protocol/parse_support.hpp"
#include "value/json_write.hpp"

namespace virga::protocol {
namespace {

using test::OneOperation;

EventMessage message_of(Map headers, std::string payload) {
  return {std::move(headers), std::move(payload)};
}

EventMessage event(std::string_view type, std::string payload) {
  Map headers;
  headers.append(":message-type", "event");
  headers.append(":event-type", type);
  return message_of(std::move(headers), std::move(payload));
}

const OneOperation& watcher() {
  static const OneOperation k_model("rest-json", R"(
    "Out": {"type": "structure", "payload": "Events", "members": {"Events": {"shape": "Events"}}},
    "Events": {"type": "structure", "eventstream": true, "members": {
      "Text": {"shape": "TextEvent"}, "Raw": {"shape": "RawEvent"}, "Oops": {"shape": "Oops"}}},
    "TextEvent": {"type": "structure", "event": true, "members": {
      "Line": {"shape": "String"}, "When": {"shape": "Time", "eventheader": true}}},
    "RawEvent": {"type": "structure", "event": true, "members": {
      "Bytes": {"shape": "Data", "eventpayload": true}}},
    "Oops": {"type": "structure", "exception": true, "members": {"message": {"shape": "String"}}},
    "Data": {"type": "blob"}, "Time": {"type": "timestamp"})");
  return k_model;
}

TEST(EventStream, GivesMessagesWhateverThePieces) {
  const auto bytes = write_event_message(event("a", "one")) + write_event_message(event("b", ""));
  for (std::size_t piece = 1; piece <= bytes.size(); ++piece) {
    EventStreamReader reader;
    std::vector<std::string> payloads;
    for (std::size_t at = 0; at < bytes.size(); at += piece) {
      reader.feed(std::string_view(bytes).substr(at, piece));
      for (auto message = reader.next(); message && message->has_value(); message = reader.next()) {
        payloads.push_back((**message).payload);
      }
    }
    EXPECT_EQ(payloads, (std::vector<std::string>{"one", ""})) << piece;
    EXPECT_TRUE(reader.empty());
  }
}

// Made with Python's struct and zlib by the layout of the specification.
TEST(EventStream, ReadsEveryTypeOfHeader) {
  const auto bytes = hex_decode(
      "0000005f0000004e4e05ebe4016100016201016302ff016403fffe01650400000100016605ffffff"
      "fffffffffb016706000261620168070003c3a9780169080000018bcfe5687b016a09303132333435"
      "363738396162636465667072dd54d9");
  ASSERT_TRUE(bytes);
  EventStreamReader reader;
  reader.feed(*bytes);
  const auto message = reader.next();
  ASSERT_TRUE(message) << message.error().message;
  ASSERT_TRUE(message->has_value());
  EXPECT_EQ(
      to_json((**message).headers),
      "{\"a\": true, \"b\": false, \"c\": -1, \"d\": -2, \"e\": 256, \"f\": -5, \"g\": \"YWI=\", "
      "\"h\": \"\xC3\xA9x\", \"i\": 1700000000123, \"j\": \"MDEyMzQ1Njc4OWFiY2RlZg==\"}");
  EXPECT_EQ((**message).payload, "p");
}

TEST(EventStream, ReadsBackTheHeadersThatItWrites) {
  Map headers;
  headers.append("yes", true);
  headers.append("no", false);
  headers.append("number", std::int64_t{-5});
  headers.append("bytes", Blob{std::string("\x00\xFF", 2)});
  headers.append("text", "\xC3\xA9");
  EventStreamReader reader;
  reader.feed(write_event_message(message_of(headers, "p")));
  const auto message = reader.next();
  ASSERT_TRUE(message && message->has_value());
  EXPECT_EQ(Value((**message).headers), Value(headers));
}

TEST(EventStream, RefusesDamage) {
  const auto good = write_event_message(event("a", "payload"));
  for (std::size_t i = 0; i < good.size(); ++i) {
    auto bad = good;
    bad[i] = static_cast<char>(bad[i] ^ 1);
    EventStreamReader reader;
    reader.feed(bad);
    const auto message = reader.next();
    EXPECT_FALSE(message) << i;
    EXPECT_FALSE(reader.next()) << "a damaged stream stays damaged";
  }
}

TEST(EventStream, KnowsThatItWasCutOff) {
  const auto bytes = write_event_message(event("a", "payload"));
  EventStreamReader reader;
  reader.feed(std::string_view(bytes).substr(0, bytes.size() - 1));
  const auto message = reader.next();
  ASSERT_TRUE(message);
  EXPECT_FALSE(message->has_value());
  EXPECT_FALSE(reader.empty());
}

TEST(EventStream, MakesValuesOfEvents) {
  const auto operation = watcher().operation();
  auto text = event("Text", R"({"Line": "l", "zz": 1})");
  text.headers.append("When", std::int64_t{1700000000123});
  EXPECT_EQ(to_json(**parse_event(operation, text)),
            R"({"Text": {"When": 1700000000.123, "Line": "l"}})");
  EXPECT_EQ(to_json(**parse_event(operation, event("Raw", "\xFF"))),
            R"({"Raw": {"Bytes": "/w=="}})");
  EXPECT_FALSE(parse_event(operation, event("Unknown", "{}"))->has_value());
  EXPECT_FALSE(parse_event(operation, event("initial-response", "{}"))->has_value());
}

TEST(EventStream, TurnsExceptionsAndErrorsIntoErrors) {
  const auto operation = watcher().operation();
  Map headers;
  headers.append(":message-type", "exception");
  headers.append(":exception-type", "Oops");
  const auto exception = parse_event(operation, message_of(headers, R"({"message": "m"})"));
  ASSERT_FALSE(exception);
  EXPECT_EQ(exception.error().service->code, "Oops");
  EXPECT_EQ(exception.error().service->message, "m");

  Map error_headers;
  error_headers.append(":message-type", "error");
  error_headers.append(":error-code", "Code");
  error_headers.append(":error-message", "Text");
  const auto error = parse_event(operation, message_of(error_headers, ""));
  ASSERT_FALSE(error);
  EXPECT_EQ(error.error().service->code, "Code");
  EXPECT_EQ(error.error().service->message, "Text");
}

TEST(EventStream, ReadsTheInitialResponse) {
  const OneOperation model("json", R"(
    "Out": {"type": "structure", "members": {"Name": {"shape": "String"}, "Events": {"shape": "Events"}}},
    "Events": {"type": "structure", "eventstream": true, "members": {"E": {"shape": "E"}}},
    "E": {"type": "structure", "event": true, "members": {"A": {"shape": "String"}}})");
  const auto value =
      parse_initial_response(model.operation(), event("initial-response", R"({"Name": "n"})"));
  EXPECT_EQ(to_json(*value), R"({"Name": "n"})");
  EXPECT_EQ(to_json(*parse_initial_response(model.operation(), event("E", R"({"A": "a"})"))), "{}");
}

}  // namespace
}  // namespace virga::protocol
