// SPDX-License-Identifier: Apache-2.0
#include "protocol/serialize_json.hpp"

#include "base/strings.hpp"
#include "value/json_write.hpp"

namespace virga::protocol {

using model::ShapeKind;

namespace {

constexpr JsonStyle k_python_style{
    .indent = 0, .ascii = true, .compact = false, .timestamps = TimestampStyle::wire};

}  // namespace

void JsonBody::write_fields(std::span<const Field> fields) {
  out_ += '{';
  bool first = true;
  for (const auto& field : fields) {
    write_key(field.member.wire_name(), first);
    write(field.member, *field.value, 1);
  }
  out_ += '}';
}

void JsonBody::write(const model::Member& member, const Value& value, int depth) {
  if (problems_.too_deep(depth)) {
    return;
  }
  const auto shape = member.shape();
  if (value.is_null()) {
    out_ += "null";
    return;
  }
  switch (shape.kind()) {
    case ShapeKind::structure:
      return write_structure(shape, value, depth);
    case ShapeKind::list:
      return write_list(shape, value, depth);
    case ShapeKind::map:
      return write_map(shape, value, depth);
    case ShapeKind::blob:
      out_ += '"';
      append_base64(out_, bytes_of(value, problems_));
      out_ += '"';
      return;
    case ShapeKind::timestamp:
      return write_timestamp(member, value);
    case ShapeKind::float_number:
    case ShapeKind::double_number:
      return write_float(value);
    default:
      return write_plain(value);
  }
}

void JsonBody::write_structure(const model::Shape& shape, const Value& value, int depth) {
  if (shape.has(model::ShapeFlag::document)) {
    if (is_deeper_than(value, k_max_input_depth - depth) &&
        problems_.too_deep(k_max_input_depth + 1)) {
      return;
    }
    write_json(out_, value, k_python_style);
    return;
  }
  out_ += '{';
  bool first = true;
  for_each_member(shape, value, problems_, [&](const model::Member& member, const Value& item) {
    write_key(member.wire_name(), first);
    write(member, item, depth + 1);
  });
  out_ += '}';
}

void JsonBody::write_list(const model::Shape& shape, const Value& value, int depth) {
  const auto* list = list_of(shape, value, problems_);
  if (list == nullptr) {
    return;
  }
  const auto element = shape.element();
  out_ += '[';
  bool first = true;
  for (const auto& item : *list) {
    if (!first) {
      out_ += ", ";
    }
    first = false;
    write(element, item, depth + 1);
  }
  out_ += ']';
}

void JsonBody::write_map(const model::Shape& shape, const Value& value, int depth) {
  const auto* map = map_of(shape, value, problems_);
  if (map == nullptr) {
    return;
  }
  const auto member = shape.value();
  out_ += '{';
  bool first = true;
  for (const auto& [key, item] : *map) {
    write_key(key, first);
    write(member, item, depth + 1);
  }
  out_ += '}';
}

void JsonBody::write_timestamp(const model::Member& member, const Value& value) {
  const auto format = format_or(member.timestamp_format(), model::TimestampFormat::unix_timestamp);
  const bool quoted = format != model::TimestampFormat::unix_timestamp;
  if (quoted) {
    out_ += '"';
  }
  append_timestamp(out_, value, format, precision_, problems_);
  if (quoted) {
    out_ += '"';
  }
}

void JsonBody::write_float(const Value& value) {
  const auto* number = value.as_number();
  const auto name = number == nullptr ? std::string_view() : special_float_name(*number);
  if (name.empty()) {
    write_plain(value);
  } else {
    append(out_, '"', name, '"');
  }
}

void JsonBody::write_plain(const Value& value) {
  if (const auto* text = value.as_string()) {
    write_json_string(out_, *text, true);
  } else {
    write_json(out_, value, k_python_style);
  }
}

void JsonBody::write_key(std::string_view key, bool& first) {
  if (!first) {
    out_ += ", ";
  }
  first = false;
  write_json_string(out_, key, true);
  out_ += ": ";
}

}  // namespace virga::protocol
