// SPDX-License-Identifier: Apache-2.0
#include "protocol/serialize_input.hpp"

#include <algorithm>
#include <cmath>

#include "base/encoding.hpp"
#include "base/strings.hpp"
#include "value/json_write.hpp"
#include "value/timestamp.hpp"

namespace virga::protocol {
namespace {

constexpr std::int64_t k_micro = 1'000'000;
/// Years 1 and 9999: what Python's datetime holds.
constexpr std::int64_t k_first_second = -62'135'596'800;
constexpr std::int64_t k_last_second = 253'402'300'799;

std::string_view json_or_text(const Value& value, std::string& buffer) {
  if (const auto* text = value.as_string()) {
    return *text;
  }
  buffer = to_json(value);
  return buffer;
}

std::optional<Moment> to_moment(const Value& value) {
  switch (value.kind()) {
    case Value::Kind::integer: {
      const auto seconds = *value.as_integer();
      if (seconds < k_first_second || seconds > k_last_second) {
        return std::nullopt;
      }
      return Moment{seconds * k_micro, 0};
    }
    case Value::Kind::number:
      return parse_timestamp(python_float(*value.as_number()));
    case Value::Kind::string:
      return parse_timestamp(*value.as_string());
    case Value::Kind::timestamp:
      return parse_timestamp(*value.as_timestamp());
    default:
      return std::nullopt;
  }
}

std::optional<Moment> moment_or_note(const Value& value, Problems& problems) {
  auto moment = to_moment(value);
  if (!moment) {
    std::string buffer;
    problems.note(concat("Invalid timestamp \"", json_or_text(value, buffer), "\""));
  }
  return moment;
}

/// 2023-01-02T03:04:05.250Z, always with three digits; what is finer is cut off.
void append_iso8601_milliseconds(std::string& out, Moment moment) {
  std::string whole = format_iso8601({moment.seconds() * k_micro, 0});
  whole.pop_back();
  const std::string digits = concat(moment.fraction() / 1000);
  append(out, whole, ".", std::string_view("000").substr(digits.size()), digits, "Z");
}

bool is_host_label(std::string_view text) {
  return !text.empty() && std::all_of(text.begin(), text.end(), [](char c) {
    return is_ascii_alnum(c) || c == '-' || c == '.';
  });
}

/// Replaces {Name} by the text of that member.
Result<std::string> fill_labels(std::string_view pattern, const RequestInput& input) {
  std::string out;
  while (!pattern.empty()) {
    const auto open = pattern.find('{');
    const auto close = pattern.find('}', open);
    if (open == std::string_view::npos || close == std::string_view::npos) {
      break;
    }
    out += pattern.substr(0, open);
    const auto name = pattern.substr(open + 1, close - open - 1);
    const auto* value = input.find(name);
    if (value == nullptr) {
      return fail(
          ErrorCode::validation,
          concat(
              "Parameter validation failed:\nMissing required parameter in input: \"", name, "\""));
    }
    append_text(out, *value);
    pattern.remove_prefix(close + 1);
  }
  out += pattern;
  return out;
}

}  // namespace

void Problems::note(std::string message, ErrorCode code) {
  if (!first_) {
    first_ = Error{code, std::move(message), std::nullopt, NetworkFailure::none};
  }
}

Status Problems::status() const {
  if (first_) {
    return fail(*first_);
  }
  return {};
}

bool Problems::too_deep(int depth) {
  if (depth <= k_max_input_depth) {
    return false;
  }
  note(concat("The input is nested more than ", k_max_input_depth, " levels deep"));
  return true;
}

const Value* RequestInput::find(std::string_view name) const {
  for (const auto& field : fields) {
    if (field.member.name() == name) {
      return field.value;
    }
  }
  return nullptr;
}

Status read_input(RequestInput& input, const Value& params, Random& random) {
  input.shape = input.operation.input();
  if (!input.shape) {
    return {};
  }
  Problems problems;
  const auto& shape = *input.shape;
  input.fields.reserve(shape.member_count());
  for_each_member(shape, params, problems, [&](const model::Member& member, const Value& value) {
    input.fields.push_back({member, &value});
  });
  VIRGA_TRY(problems.status());
  const auto needs_token = [&](const model::Member& member) {
    return member.has(model::MemberFlag::idempotency_token) && input.find(member.name()) == nullptr;
  };
  std::vector<model::Member> missing;
  for (std::uint32_t i = 0; i < shape.member_count(); ++i) {
    if (needs_token(shape.member(i))) {
      missing.push_back(shape.member(i));
      input.tokens.emplace_back(random.uuid());
    }
  }
  for (std::size_t i = 0; i < missing.size(); ++i) {
    input.fields.push_back({missing[i], &input.tokens[i]});
  }
  return {};
}

Result<std::string> expand_host_prefix(const RequestInput& input) {
  const auto pattern = input.operation.host_prefix();
  if (pattern.find('{') == std::string_view::npos) {
    return std::string(pattern);
  }
  std::string bad;
  for (const auto& field : input.fields) {
    if (!field.member.has(model::MemberFlag::host_label)) {
      continue;
    }
    const auto* text = field.value->as_string();
    if (text == nullptr || !is_host_label(*text)) {
      append(bad, bad.empty() ? "" : ", ", field.member.name());
    }
  }
  if (!bad.empty()) {
    return fail(ErrorCode::validation,
                concat("Parameter validation failed:\nInvalid value for parameter(s): ",
                       bad,
                       ". Must contain only alphanumeric characters, hyphen, or period."));
  }
  return fill_labels(pattern, input);
}

std::optional<model::Member> MemberFinder::find(std::string_view name) {
  for (std::uint32_t i = 0; i < count_; ++i) {
    const std::uint32_t at = next_ < count_ ? next_ : 0;
    next_ = at + 1;
    const auto member = shape_.member(at);
    if (member.name() == name) {
      return member;
    }
  }
  return std::nullopt;
}

void note_unknown_member(Problems& problems, std::string_view name) {
  problems.note(concat("Parameter validation failed:\nUnknown parameter in input: \"", name, "\""));
}

void note_wrong_kind(Problems& problems, const model::Shape& shape, std::string_view wanted) {
  problems.note(concat("Parameter validation failed:\nInvalid type for parameter of shape ",
                       shape.name(),
                       ", wanted ",
                       wanted));
}

const List* list_of(const model::Shape& shape, const Value& value, Problems& problems) {
  const auto* list = value.as_list();
  if (list == nullptr) {
    note_wrong_kind(problems, shape, "a list");
  }
  return list;
}

const Map* map_of(const model::Shape& shape, const Value& value, Problems& problems) {
  const auto* map = value.as_map();
  if (map == nullptr) {
    note_wrong_kind(problems, shape, "a map");
  }
  return map;
}

bool is_deeper_than(const Value& value, int levels) {
  const auto inner = [levels](const Value& item) { return is_deeper_than(item, levels - 1); };
  if (const auto* list = value.as_list()) {
    return levels <= 0 || std::any_of(list->begin(), list->end(), inner);
  }
  if (const auto* map = value.as_map()) {
    return levels <= 0 || std::any_of(map->begin(), map->end(), [&](const Map::Entry& entry) {
             return inner(entry.second);
           });
  }
  return false;
}

void append_text(std::string& out, const Value& value) {
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
      out += value.as_blob()->bytes;
      return;
    case Value::Kind::timestamp:
      out += value.as_timestamp()->wire;
      return;
    case Value::Kind::list:
    case Value::Kind::map:
      write_json(out, value);
      return;
  }
}

std::string_view special_float_name(double number) {
  if (std::isnan(number)) {
    return "NaN";
  }
  if (std::isinf(number)) {
    return number < 0 ? "-Infinity" : "Infinity";
  }
  return {};
}

void append_float(std::string& out, const Value& value) {
  if (const auto* number = value.as_number()) {
    const auto name = special_float_name(*number);
    if (!name.empty()) {
      out += name;
      return;
    }
  }
  append_text(out, value);
}

bool is_true(const Value& value) {
  switch (value.kind()) {
    case Value::Kind::null:
      return false;
    case Value::Kind::boolean:
      return *value.as_bool();
    case Value::Kind::integer:
      return *value.as_integer() != 0;
    case Value::Kind::number:
      return *value.as_number() != 0.0;
    case Value::Kind::string:
      return !value.as_string()->empty();
    case Value::Kind::list:
      return !value.as_list()->empty();
    case Value::Kind::map:
      return !value.as_map()->empty();
    default:
      return true;
  }
}

std::string_view bytes_of(const Value& value, Problems& problems) {
  if (const auto* blob = value.as_blob()) {
    return blob->bytes;
  }
  if (const auto* text = value.as_string()) {
    return *text;
  }
  problems.note("Parameter validation failed:\nInvalid type for a blob, wanted bytes or text");
  return {};
}

void append_base64(std::string& out, std::string_view bytes) {
  // In pieces that are a multiple of three bytes, so that a large blob is not held a third time.
  constexpr std::size_t k_piece = std::size_t{3} * 16384;
  out.reserve(out.size() + (bytes.size() + 2) / 3 * 4);
  for (; bytes.size() > k_piece; bytes.remove_prefix(k_piece)) {
    out += base64_encode(bytes.substr(0, k_piece));
  }
  out += base64_encode(bytes);
}

void append_timestamp(std::string& out,
                      const Value& value,
                      model::TimestampFormat format,
                      Precision precision,
                      Problems& problems,
                      Seconds seconds) {
  auto moment = moment_or_note(value, problems);
  if (!moment) {
    return;
  }
  if (seconds == Seconds::whole) {
    moment->microseconds = moment->seconds() * k_micro;
  }
  switch (format) {
    case model::TimestampFormat::rfc822:
      out += format_rfc822(*moment);
      return;
    case model::TimestampFormat::unix_timestamp:
      if (precision == Precision::millisecond) {
        const double fraction = static_cast<double>(moment->fraction() / 1000) / 1000.0;
        out += python_float(static_cast<double>(moment->seconds()) + fraction);
      } else {
        append(out, moment->seconds());
      }
      return;
    default:
      if (precision == Precision::millisecond) {
        append_iso8601_milliseconds(out, *moment);
      } else {
        out += format_iso8601(*moment);
      }
      return;
  }
}

std::optional<std::int64_t> epoch_seconds(const Value& value, Problems& problems) {
  const auto moment = moment_or_note(value, problems);
  return moment ? std::optional(moment->seconds()) : std::nullopt;
}

}  // namespace virga::protocol
