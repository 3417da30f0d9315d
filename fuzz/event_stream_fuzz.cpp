// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <cstdlib>
#include <vector>

#include "protocol/event_stream.hpp"
#include "response_model.hpp"
#include "value/json_write.hpp"

namespace {

using virga::protocol::EventMessage;
using virga::protocol::EventStreamReader;

struct Read {
  std::vector<EventMessage> messages;
  bool failed = false;
};

Read read_in_pieces(std::string_view bytes, std::size_t piece) {
  Read read;
  EventStreamReader reader;
  for (std::size_t at = 0; at < bytes.size() && !read.failed; at += piece) {
    reader.feed(bytes.substr(at, piece));
    for (;;) {
      auto message = reader.next();
      read.failed = !message;
      if (!message || !message->has_value()) {
        break;
      }
      read.messages.push_back(std::move(**message));
    }
  }
  return read;
}

/// The input as a message: a fuzzer does not guess checksums.
EventMessage message_of(std::string_view bytes) {
  EventMessage message;
  for (const auto name : {":message-type", ":event-type", ":exception-type", "who"}) {
    const auto end = std::min(bytes.find('\n'), bytes.size());
    message.headers.append(name, bytes.substr(0, std::min<std::size_t>(end, 1000)));
    bytes.remove_prefix(std::min(end + 1, bytes.size()));
  }
  message.headers.append("when", static_cast<std::int64_t>(bytes.size()) * 1000 + 1);
  message.payload = bytes;
  return message;
}

void parse_with_all(const EventMessage& message) {
  using virga::fuzz::make_catalog;
  static const auto k_json = make_catalog("rest-json");
  static const auto k_xml = make_catalog("rest-xml");
  static const auto k_cbor = make_catalog("smithy-rpc-v2-cbor");
  for (const auto* catalog : {&k_json, &k_xml, &k_cbor}) {
    const auto operation = *catalog->service(0).find_operation("Watch");
    if (const auto event = virga::protocol::parse_event(operation, message); event && *event) {
      (void)virga::to_json(**event);
    }
    (void)virga::protocol::parse_initial_response(operation, message);
  }
}

}  // namespace

// The pieces in which a stream arrives make no difference; what was written reads back.
extern "C" int LLVMFuzzerTestOneInput(const unsigned char* data, std::size_t size) {
  const std::string_view bytes(reinterpret_cast<const char*>(data), size);
  const auto whole = read_in_pieces(bytes, std::max<std::size_t>(size, 1));
  const auto pieces = read_in_pieces(bytes, 3);
  if (whole.messages.size() != pieces.messages.size() || whole.failed != pieces.failed) {
    std::abort();
  }
  for (const auto& message : whole.messages) {
    parse_with_all(message);
  }
  const auto message = message_of(bytes);
  const auto again = read_in_pieces(virga::protocol::write_event_message(message), 7);
  if (again.failed || again.messages.size() != 1 || again.messages[0].payload != message.payload ||
      !(again.messages[0].headers == message.headers)) {
    std::abort();
  }
  parse_with_all(message);
  return 0;
}
