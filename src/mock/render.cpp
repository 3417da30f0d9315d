// SPDX-License-Identifier: Apache-2.0
#include "mock/render.hpp"

#include <string>
#include <string_view>

#include "base/encoding.hpp"
#include "base/strings.hpp"
#include "value/json_write.hpp"
#include "value/timestamp.hpp"

namespace virga::mock {
namespace {

using model::Location;
using model::Member;
using model::Shape;
using model::ShapeKind;
using model::TimestampFormat;

std::string format_time(const Timestamp& timestamp, TimestampFormat format) {
  const auto moment = parse_timestamp(timestamp).value_or(Moment());
  switch (format) {
    case TimestampFormat::rfc822:
      return format_rfc822(moment);
    case TimestampFormat::unix_timestamp:
      return format_epoch(moment);
    default:
      return format_iso8601(moment);
  }
}

TimestampFormat or_default(TimestampFormat format, TimestampFormat fallback) {
  return format == TimestampFormat::unspecified ? fallback : format;
}

/// The value of a scalar as text: in XML, headers and form-like places.
std::string scalar_text(const Value& value, TimestampFormat format) {
  if (const auto* text = value.as_string()) {
    return *text;
  }
  if (const auto* blob = value.as_blob()) {
    return base64_encode(blob->bytes);
  }
  if (const auto* timestamp = value.as_timestamp()) {
    return format_time(*timestamp, format);
  }
  return to_json(value);
}

/// The value in the form that JSON protocols send: members by their wire names, times as the models
/// say.
Value to_wire(const Member& member, const Value& value);

Value structure_to_wire(const Shape& shape, const Value& value) {
  Map out;
  for (std::uint32_t i = 0; i < shape.member_count(); ++i) {
    const auto member = shape.member(i);
    const auto* part = value.find(member.name());
    if (part != nullptr && member.location() == Location::body) {
      out.append(std::string(member.wire_name()), to_wire(member, *part));
    }
  }
  return out;
}

Value to_wire(const Member& member, const Value& value) {
  const Shape shape = member.shape();
  if (const auto* list = value.as_list(); list != nullptr && shape.kind() == ShapeKind::list) {
    List out;
    for (const auto& element : *list) {
      out.push_back(to_wire(shape.element(), element));
    }
    return out;
  }
  if (const auto* map = value.as_map()) {
    if (shape.kind() == ShapeKind::structure) {
      return shape.has(model::ShapeFlag::document) ? value : structure_to_wire(shape, value);
    }
    Map out;
    for (const auto& [key, part] : *map) {
      out.append(key, to_wire(shape.value(), part));
    }
    return out;
  }
  if (const auto* timestamp = value.as_timestamp()) {
    const auto format = or_default(member.timestamp_format(), TimestampFormat::unix_timestamp);
    const std::string text = format_time(*timestamp, format);
    return format == TimestampFormat::unix_timestamp ? Value(parse_int(text).value_or(0))
                                                     : Value(text);
  }
  return value;
}

void append_escaped(std::string& out, std::string_view text) {
  for (const char c : text) {
    switch (c) {
      case '<':
        out += "&lt;";
        break;
      case '>':
        out += "&gt;";
        break;
      case '&':
        out += "&amp;";
        break;
      default:
        out += c;
    }
  }
}

void write_element(std::string& out,
                   std::string_view tag,
                   const Member& member,
                   const Value& value);

void write_members(std::string& out, const Shape& shape, const Value& value) {
  for (std::uint32_t i = 0; i < shape.member_count(); ++i) {
    const auto member = shape.member(i);
    const auto* part = value.find(member.name());
    if (part != nullptr && member.location() == Location::body &&
        !member.has(model::MemberFlag::xml_attribute)) {
      write_element(out, member.wire_name(), member, *part);
    }
  }
}

std::string_view name_or(std::string_view name, std::string_view fallback) {
  return name.empty() ? fallback : name;
}

void write_map(std::string& out, std::string_view tag, const Member& member, const Map& map) {
  const Shape shape = member.shape();
  const bool flat = member.is_flattened();
  if (!flat) {
    append(out, "<", tag, ">");
  }
  for (const auto& [key, part] : map) {
    append(out, "<", flat ? tag : "entry", ">");
    write_element(out, name_or(shape.key().location_name(), "key"), shape.key(), Value(key));
    write_element(out, name_or(shape.value().location_name(), "value"), shape.value(), part);
    append(out, "</", flat ? tag : "entry", ">");
  }
  if (!flat) {
    append(out, "</", tag, ">");
  }
}

void write_element(std::string& out,
                   std::string_view tag,
                   const Member& member,
                   const Value& value) {
  const Shape shape = member.shape();
  if (const auto* list = value.as_list()) {
    const bool flat = member.is_flattened();
    const auto element_name = name_or(shape.element().location_name(), flat ? tag : "member");
    if (!flat) {
      append(out, "<", tag, ">");
    }
    for (const auto& element : *list) {
      write_element(out, element_name, shape.element(), element);
    }
    if (!flat) {
      append(out, "</", tag, ">");
    }
    return;
  }
  if (const auto* map = value.as_map(); map != nullptr && shape.kind() == ShapeKind::map) {
    write_map(out, tag, member, *map);
    return;
  }
  append(out, "<", tag, ">");
  if (value.is_map()) {
    write_members(out, shape, value);
  } else {
    append_escaped(
        out, scalar_text(value, or_default(member.timestamp_format(), TimestampFormat::iso8601)));
  }
  append(out, "</", tag, ">");
}

/// Headers, prefixed headers and the status code.
void bind_headers(const Shape& shape, const Value& output, http::Response& response) {
  for (std::uint32_t i = 0; i < shape.member_count(); ++i) {
    const auto member = shape.member(i);
    const auto* part = output.find(member.name());
    if (part == nullptr) {
      continue;
    }
    const auto format = or_default(member.timestamp_format(), TimestampFormat::rfc822);
    if (member.location() == Location::header) {
      const auto* list = part->as_list();
      const Value& scalar = list != nullptr && !list->empty() ? list->front() : *part;
      const std::string text = scalar_text(scalar, format);
      response.headers.add(std::string(member.wire_name()),
                           member.has(model::MemberFlag::json_value) ? base64_encode(text) : text);
    } else if (const auto* map = part->as_map();
               map != nullptr && member.location() == Location::headers) {
      for (const auto& [key, value] : *map) {
        response.headers.add(concat(member.wire_name(), key), scalar_text(value, format));
      }
    }
  }
}

std::string render_payload(const Member& payload, const Value& value, bool json) {
  if (const auto* blob = value.as_blob()) {
    return blob->bytes;
  }
  if (const auto* text = value.as_string()) {
    return *text;
  }
  if (json) {
    return to_json(to_wire(payload, value));
  }
  std::string body;
  write_element(body, payload.wire_name(), payload, value);
  return body;
}

void render_rest(const model::Operation& operation,
                 const Shape& shape,
                 const Value& output,
                 http::Response& response) {
  const bool json = operation.service().protocol() == "rest-json";
  bind_headers(shape, output, response);
  if (!shape.payload().empty()) {
    const auto payload = shape.find_member(shape.payload());
    const auto* value = output.find(shape.payload());
    if (payload && value != nullptr) {
      response.body = render_payload(*payload, *value, json);
    }
  } else if (json) {
    response.body = to_json(structure_to_wire(shape, output));
  } else {
    append(response.body, "<", shape.name(), ">");
    write_members(response.body, shape, output);
    append(response.body, "</", shape.name(), ">");
  }
}

void render_query(const model::Operation& operation,
                  const Shape& shape,
                  const Value& output,
                  std::string& body) {
  const auto name = operation.name();
  const auto wrapper = operation.result_wrapper();
  append(body, "<", name, "Response>");
  if (!wrapper.empty()) {
    append(body, "<", wrapper, ">");
  }
  write_members(body, shape, output);
  if (!wrapper.empty()) {
    append(body, "</", wrapper, ">");
  }
  append(body,
         "<ResponseMetadata><RequestId>mock</RequestId></ResponseMetadata></",
         name,
         "Response>");
}

}  // namespace

Result<http::Response> render(const model::Operation& operation, const Value& output) {
  http::Response response;
  response.status = operation.response_code() == 0 ? 200 : operation.response_code();
  response.reason = "OK";
  response.headers.add("x-amzn-RequestId", "mock");
  const auto protocol = operation.service().protocol();
  const auto shape = operation.output();
  if (!shape) {
    response.body = protocol == "json" ? "{}" : "";
    return response;
  }
  if (protocol == "json") {
    response.body = to_json(structure_to_wire(*shape, output));
  } else if (protocol == "rest-json" || protocol == "rest-xml") {
    render_rest(operation, *shape, output, response);
  } else if (protocol == "query" || protocol == "ec2") {
    render_query(operation, *shape, output, response.body);
  } else {
    return fail(ErrorCode::general, concat("The mock does not speak ", protocol, "."));
  }
  return response;
}

}  // namespace virga::mock
