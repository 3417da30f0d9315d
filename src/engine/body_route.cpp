// SPDX-License-Identifier: Apache-2.0
#include "engine/body_route.hpp"

#include <string>
#include <utility>

namespace virga::engine {

bool BodyRoute::has_choice() const {
  return (call_.on_event && call_.operation.event_stream_output()) ||
         (call_.open_sink && call_.operation.streaming_output());
}

http::BodySink* BodyRoute::choose(const http::Response& head) {
  if (head.status >= 300) {
    return nullptr;
  }
  if (call_.on_event && call_.operation.event_stream_output()) {
    takes_events_ = true;
    return this;
  }
  if (!call_.open_sink || !call_.operation.streaming_output()) {
    return nullptr;
  }
  auto sink = call_.open_sink();
  if (!sink) {
    // The transfer ends at its first byte, instead of filling the memory with what has no place.
    opened_ = fail(std::move(sink).error());
    return this;
  }
  to_sink_ = true;
  checked_ = check_body(call_.operation, head, context_, **sink);
  return checked_ ? checked_.get() : *sink;
}

Status BodyRoute::write(std::string_view bytes) {
  VIRGA_TRY(opened_);
  events_.feed(bytes);
  for (;;) {
    VIRGA_TRY_ASSIGN(const auto message, events_.next());
    if (!message) {
      return {};
    }
    VIRGA_TRY_ASSIGN(const Value initial,
                     protocol::parse_initial_response(call_.operation, *message));
    for (const auto& [name, value] : *initial.as_map()) {
      initial_.as_map()->set(name, value);
    }
    VIRGA_TRY_ASSIGN(auto event, protocol::parse_event(call_.operation, *message));
    if (event) {
      gave_events_ = true;
      VIRGA_TRY(call_.on_event(std::move(*event)));
    }
  }
}

Status BodyRoute::finish() {
  VIRGA_TRY(opened_);
  if (takes_events_ && !events_.empty()) {
    return fail(ErrorCode::response, "The event stream ended in the middle of a message.");
  }
  return checked_ ? checked_->finish() : Status();
}

void BodyRoute::complete(Value& output) const {
  auto& members = *output.as_map();
  if (to_sink_) {
    members.erase(call_.operation.streaming_output()->name());
  }
  if (takes_events_) {
    members.erase(call_.operation.event_stream_output()->name());
    for (const auto& [name, value] : *initial_.as_map()) {
      members.set(name, value);
    }
  }
}

}  // namespace virga::engine
