// SPDX-License-Identifier: Apache-2.0
#include "output/python_scalar.hpp"

#include "base/encoding.hpp"
#include "base/strings.hpp"
#include "params/python_repr.hpp"
#include "value/json_read.hpp"
#include "value/json_write.hpp"

namespace virga::output {
namespace {

Value plain_timestamp(const Timestamp& timestamp, TimestampStyle style) {
  TimestampText text = format_timestamp(timestamp, style);
  if (text.is_number) {
    if (auto number = read_json(text.text)) {
      return std::move(*number);
    }
  }
  return std::move(text.text);
}

}  // namespace

Value with_plain_scalars(const Value& value, TimestampStyle timestamps) {
  if (const auto* list = value.as_list()) {
    List out;
    for (const auto& element : *list) {
      out.push_back(with_plain_scalars(element, timestamps));
    }
    return out;
  }
  if (const auto* map = value.as_map()) {
    Map out;
    for (const auto& [key, member] : *map) {
      out.append(key, with_plain_scalars(member, timestamps));
    }
    return out;
  }
  if (const auto* timestamp = value.as_timestamp()) {
    return plain_timestamp(*timestamp, timestamps);
  }
  if (const auto* blob = value.as_blob()) {
    return base64_encode(blob->bytes);
  }
  return value;
}

void append_python_str(std::string& out, const Value& value, TimestampStyle timestamps) {
  switch (value.kind()) {
    case Value::Kind::null:
      out += "None";
      return;
    case Value::Kind::boolean:
      out += *value.as_bool() ? "True" : "False";
      return;
    case Value::Kind::integer:
      append(out, *value.as_integer());
      return;
    case Value::Kind::number:
      out += python_float(*value.as_number());
      return;
    case Value::Kind::big_integer:
      out += value.as_big_integer()->digits;
      return;
    case Value::Kind::string:
      out += *value.as_string();
      return;
    case Value::Kind::blob:
      out += base64_encode(value.as_blob()->bytes);
      return;
    case Value::Kind::timestamp: {
      const Value plain = plain_timestamp(*value.as_timestamp(), timestamps);
      if (const auto* text = plain.as_string()) {
        out += *text;
      } else {
        append_python_str(out, plain, timestamps);
      }
      return;
    }
    case Value::Kind::list:
    case Value::Kind::map:
      out += params::python_repr(with_plain_scalars(value, timestamps));
      return;
  }
}

}  // namespace virga::output
