// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <charconv>
#include <cmath>
#include <limits>

#include "base/strings.hpp"
#include "protocol/cbor_write.hpp"
#include "protocol/protocols/requests.hpp"
#include "value/json_write.hpp"

namespace virga::protocol {

using model::ShapeKind;

namespace {

class CborBody {
 public:
  CborBody(std::string& out, Problems& problems) : out_(out), problems_(problems) {}

  void write_fields(const std::vector<Field>& fields);

 private:
  void write(const model::Member& member, const Value& value, int depth);
  void write_structure(const model::Shape& shape, const Value& value, int depth);
  void write_list(const model::Shape& shape, const Value& value, int depth);
  void write_map(const model::Shape& shape, const Value& value, int depth);
  void write_timestamp(const Value& value);
  void write_float(const Value& value, ShapeKind kind);
  /// By its own kind: texts, integers, and whatever a document holds.
  void write_any(const Value& value, int depth);
  void write_big_integer(const BigInteger& number);

  std::string& out_;
  Problems& problems_;
};

void CborBody::write_fields(const std::vector<Field>& fields) {
  cbor::append_map(out_, fields.size());
  for (const auto& field : fields) {
    cbor::append_text(out_, field.member.wire_name());
    write(field.member, *field.value, 1);
  }
}

void CborBody::write(const model::Member& member, const Value& value, int depth) {
  if (problems_.too_deep(depth)) {
    return;
  }
  const auto shape = member.shape();
  if (value.is_null()) {
    cbor::append_null(out_);
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
      return cbor::append_bytes(out_, bytes_of(value, problems_));
    case ShapeKind::timestamp:
      return write_timestamp(value);
    case ShapeKind::float_number:
    case ShapeKind::double_number:
      return write_float(value, shape.kind());
    case ShapeKind::boolean:
      return cbor::append_boolean(out_, is_true(value));
    default:
      return write_any(value, depth);
  }
}

void CborBody::write_structure(const model::Shape& shape, const Value& value, int depth) {
  if (shape.has(model::ShapeFlag::document)) {
    write_any(value, depth);
    return;
  }
  const auto* map = map_of(shape, value, problems_);
  if (map == nullptr) {
    return;
  }
  const auto count = std::count_if(
      map->begin(), map->end(), [](const auto& entry) { return !entry.second.is_null(); });
  cbor::append_map(out_, static_cast<std::uint64_t>(count));
  for_each_member(shape, value, problems_, [&](const model::Member& member, const Value& item) {
    cbor::append_text(out_, member.wire_name());
    write(member, item, depth + 1);
  });
}

void CborBody::write_list(const model::Shape& shape, const Value& value, int depth) {
  const auto* list = list_of(shape, value, problems_);
  if (list == nullptr) {
    return;
  }
  cbor::append_list(out_, list->size());
  const auto element = shape.element();
  for (const auto& item : *list) {
    write(element, item, depth + 1);
  }
}

void CborBody::write_map(const model::Shape& shape, const Value& value, int depth) {
  const auto* map = map_of(shape, value, problems_);
  if (map == nullptr) {
    return;
  }
  cbor::append_map(out_, map->size());
  const auto member = shape.value();
  for (const auto& [key, item] : *map) {
    cbor::append_text(out_, key);
    write(member, item, depth + 1);
  }
}

void CborBody::write_timestamp(const Value& value) {
  constexpr std::uint64_t k_epoch_time = 1;  // RFC 8949, section 3.4.2
  if (const auto seconds = epoch_seconds(value, problems_)) {
    cbor::append_tag(out_, k_epoch_time);
    cbor::append_integer(out_, *seconds);
  }
}

void CborBody::write_float(const Value& value, ShapeKind kind) {
  double number = 0;
  if (const auto* real = value.as_number()) {
    number = *real;
  } else if (const auto* integer = value.as_integer()) {
    number = static_cast<double>(*integer);
  } else {
    write_any(value, 0);
    return;
  }
  if (kind == ShapeKind::float_number) {
    if (std::isfinite(number) && std::fabs(number) > std::numeric_limits<float>::max()) {
      problems_.note(concat("The number ", python_float(number), " does not fit into 32 bits"));
      return;
    }
    cbor::append_float(out_, static_cast<float>(number));
  } else {
    cbor::append_double(out_, number);
  }
}

void CborBody::write_any(const Value& value, int depth) {
  if (problems_.too_deep(depth)) {
    return;
  }
  switch (value.kind()) {
    case Value::Kind::null:
      return cbor::append_null(out_);
    case Value::Kind::boolean:
      return cbor::append_boolean(out_, *value.as_bool());
    case Value::Kind::integer:
      return cbor::append_integer(out_, *value.as_integer());
    case Value::Kind::number:
      return cbor::append_double(out_, *value.as_number());
    case Value::Kind::big_integer:
      return write_big_integer(*value.as_big_integer());
    case Value::Kind::string:
      return cbor::append_text(out_, *value.as_string());
    case Value::Kind::blob:
      return cbor::append_bytes(out_, value.as_blob()->bytes);
    case Value::Kind::timestamp:
      return write_timestamp(value);
    case Value::Kind::list:
      cbor::append_list(out_, value.as_list()->size());
      for (const auto& item : *value.as_list()) {
        write_any(item, depth + 1);
      }
      return;
    case Value::Kind::map:
      cbor::append_map(out_, value.as_map()->size());
      for (const auto& [key, item] : *value.as_map()) {
        cbor::append_text(out_, key);
        write_any(item, depth + 1);
      }
      return;
  }
}

void CborBody::write_big_integer(const BigInteger& number) {
  std::uint64_t value = 0;
  const auto* end = number.digits.data() + number.digits.size();
  const auto read = std::from_chars(number.digits.data(), end, value);
  if (read.ec != std::errc() || read.ptr != end) {
    problems_.note(concat("The number ", number.digits, " does not fit into 64 bits"));
    return;
  }
  cbor::append_unsigned(out_, value);
}

}  // namespace

Status write_cbor_request(const RequestInput& input, http::Request& request) {
  const auto service = input.operation.service();
  request.method = "POST";
  request.path =
      concat("/service/", service.metadata("targetPrefix"), "/operation/", input.operation.name());
  request.headers.add("smithy-protocol", "rpc-v2-cbor");
  add_query_mode_header(input, request);
  const std::string_view type = input.operation.event_stream_output()
                                    ? "application/vnd.amazon.eventstream"
                                    : "application/cbor";
  request.headers.add("Accept", std::string(type));
  if (!input.shape) {
    return {};
  }
  request.headers.add("Content-Type", std::string(type));
  Problems problems;
  CborBody(request.body, problems).write_fields(input.fields);
  return problems.status();
}

}  // namespace virga::protocol
