// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "base/result.hpp"
#include "model/catalog.hpp"
#include "value/value.hpp"

namespace virga::protocol {

/// One message of an application/vnd.amazon.eventstream body.
struct EventMessage {
  /// Names are unique. Booleans, integers of any width and times (milliseconds) are bool and
  /// integer, byte arrays and UUIDs are Blobs, strings are strings.
  Map headers;
  std::string payload;

  [[nodiscard]] std::string_view header(std::string_view name) const;  ///< its text, or empty
};

/// Cuts a stream of bytes into messages as they come in, whatever the pieces. Both checksums are
/// verified, sizes are bounded, so a hostile stream costs at most one message of memory (24 MiB and
/// headers). Thread-compatible. Source: smithy.io, "Amazon Event Stream Specification"; limits as
/// in botocore/eventstream.py.
class EventStreamReader {
 public:
  void feed(std::string_view bytes);

  /// The next whole message, or nothing until more is fed.
  /// Errors: response; the stream is then of no use any more, and every further call fails alike.
  [[nodiscard]] Result<std::optional<EventMessage>> next();

  /// Whether everything that was fed has been given out: false at the end of the body means it was
  /// cut off.
  [[nodiscard]] bool empty() const { return at_ == buffer_.size(); }

 private:
  [[nodiscard]] Result<std::size_t> message_size() const;
  [[nodiscard]] Result<EventMessage> read_message(std::string_view bytes) const;

  std::string buffer_;
  std::size_t at_ = 0;  // where the next message begins
  std::string failure_;
};

/// An event as a value: {EventName: {members}}. Nothing for what carries no event: the initial
/// response, and event types that the model does not know. `operation` has an event stream output.
/// Errors: service, when the message is an exception or error (Error::message stays empty);
/// response.
[[nodiscard]] Result<std::optional<Value>> parse_event(const model::Operation& operation,
                                                       const EventMessage& message);

/// The members outside of the stream that an initial-response message carries (json and cbor
/// protocols); an empty map for every other message. Errors: response.
[[nodiscard]] Result<Value> parse_initial_response(const model::Operation& operation,
                                                   const EventMessage& message);

/// A message in wire form, for tests and the mock. Headers: bool, integer (as 64 bits), string,
/// Blob.
[[nodiscard]] std::string write_event_message(const EventMessage& message);

}  // namespace virga::protocol
