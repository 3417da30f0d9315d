// SPDX-License-Identifier: Apache-2.0
#include "base/strings.hpp"
#include "protocol/event_stream.hpp"
#include "protocol/parse_body.hpp"
#include "protocol/parse_scalar.hpp"
#include "value/json_write.hpp"

namespace virga::protocol {
namespace {

using model::MemberFlag;
using model::ShapeKind;

/// A header's value for a member: times come as milliseconds.
Value header_value(const model::Member& member, const Value& header) {
  const auto* const milliseconds = header.as_integer();
  if (member.shape().kind() != ShapeKind::timestamp || milliseconds == nullptr) {
    return header;
  }
  return Timestamp{python_float(static_cast<double>(*milliseconds) / 1000.0), true};
}

Result<Value> payload_value(std::string_view protocol,
                            const model::Member& member,
                            const std::string& payload) {
  switch (member.shape().kind()) {
    case ShapeKind::blob:
      return Value(Blob{payload});
    case ShapeKind::string:
      return Value(payload);
    default:
      return parse_document(protocol, member, payload);
  }
}

std::optional<model::Member> payload_member(const model::Shape& event) {
  for (std::uint32_t i = 0; i < event.member_count(); ++i) {
    if (event.member(i).has(MemberFlag::event_payload)) {
      return event.member(i);
    }
  }
  return std::nullopt;
}

Result<Value> event_value(std::string_view protocol,
                          const model::Shape& event,
                          const EventMessage& message) {
  Map out;
  for (std::uint32_t i = 0; i < event.member_count(); ++i) {
    const auto member = event.member(i);
    const auto* const header =
        member.has(MemberFlag::event_header) ? message.headers.find(member.name()) : nullptr;
    if (header != nullptr) {
      out.append(std::string(member.name()), header_value(member, *header));
    }
  }
  if (const auto payload = payload_member(event)) {
    VIRGA_TRY_ASSIGN(Value value, payload_value(protocol, *payload, message.payload));
    out.set(payload->name(), std::move(value));
    return Value(std::move(out));
  }
  VIRGA_TRY_ASSIGN(Value body, parse_document(protocol, event, message.payload));
  if (auto* members = body.as_map()) {
    for (auto& [name, value] : members->entries()) {
      out.set(name, std::move(value));
    }
  }
  return Value(std::move(out));
}

/// A modelled exception has its members in the payload, other errors say all in headers.
Error event_error(std::string_view protocol,
                  const model::Shape& stream,
                  const EventMessage& message) {
  Error error;
  error.code = ErrorCode::service;
  auto& detail = error.service.emplace();
  detail.status = 400;
  const auto type = message.header(":exception-type");
  const auto exception = type.empty() ? std::nullopt : stream.find_member(type);
  if (!exception) {
    detail.code = message.header(":error-code");
    detail.message = message.header(":error-message");
    return error;
  }
  detail.code = type;
  if (const auto body = parse_document(protocol, exception->shape(), message.payload)) {
    const auto* text = body->find("Message");
    text = text == nullptr ? body->find("message") : text;
    detail.message = text == nullptr ? std::string() : python_text(*text);
  }
  return error;
}

bool is_initial_response(const EventMessage& message) {
  return message.header(":event-type") == "initial-response";
}

}  // namespace

Result<std::optional<Value>> parse_event(const model::Operation& operation,
                                         const EventMessage& message) {
  const auto protocol = operation.service().protocol();
  const auto member = operation.event_stream_output();
  if (!member) {
    return fail(ErrorCode::response,
                concat("The output of ", operation.name(), " is no event stream."));
  }
  const auto stream = member->shape();
  const auto kind = message.header(":message-type");
  if (kind == "error" || kind == "exception") {
    return fail(event_error(protocol, stream, message));
  }
  const auto type = message.header(":event-type");
  const auto event = stream.find_member(type);
  if (!event) {
    return std::optional<Value>();
  }
  VIRGA_TRY_ASSIGN(Value value, event_value(protocol, event->shape(), message));
  Map out;
  out.append(std::string(type), std::move(value));
  return std::optional<Value>(std::move(out));
}

Result<Value> parse_initial_response(const model::Operation& operation,
                                     const EventMessage& message) {
  const auto shape = operation.output();
  const auto protocol = operation.service().protocol();
  const bool is_rest = protocol == "rest-json" || protocol == "rest-xml";
  if (!shape || is_rest || !is_initial_response(message)) {
    return Value(Map());
  }
  return parse_document(protocol, *shape, message.payload);
}

}  // namespace virga::protocol
