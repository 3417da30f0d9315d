// SPDX-License-Identifier: Apache-2.0
#include "nushell/nu_value.hpp"

#include <algorithm>
#include <array>
#include <utility>

#include "base/encoding.hpp"
#include "base/strings.hpp"
#include "nushell/msgpack.hpp"
#include "value/json_write.hpp"
#include "value/timestamp.hpp"

namespace virga::nushell {
namespace {

constexpr std::int64_t k_nanoseconds_per_second = 1'000'000'000;
constexpr std::int64_t k_nanoseconds_per_millisecond = 1'000'000;

class NoUnits final : public Units {
 public:
  [[nodiscard]] Unit of(std::string_view) const override { return Unit::none; }
};

struct ByteCount {
  std::string_view service;
  std::string_view member;
};

// Integers that are bytes although their names do not say so; ec2's Size, for one, is GiB.
constexpr std::array k_byte_counts = {
    ByteCount{"s3", "Size"},
    ByteCount{"s3", "ObjectSize"},
    ByteCount{"s3", "ContentLength"},
    ByteCount{"lambda", "CodeSize"},
    ByteCount{"glacier", "Size"},
    ByteCount{"mediastore-data", "ContentLength"},
    ByteCount{"codecommit", "fileSize"},
    ByteCount{"ecr", "layerSize"},
};

void pack_span(std::string& out, Span span) {
  pack_text(out, "span");
  pack_map(out, 2);
  pack_text(out, "start");
  pack_integer(out, span.start);
  pack_text(out, "end");
  pack_integer(out, span.end);
}

/// The head of {"Kind": {key: ...; the payload and then the span follow.
void pack_head(std::string& out, std::string_view kind, std::string_view key) {
  pack_map(out, 1);
  pack_text(out, kind);
  pack_map(out, 2);
  pack_text(out, key);
}

void pack_string(std::string& out, std::string_view text, Span span) {
  pack_head(out, "String", "val");
  pack_text(out, text);
  pack_span(out, span);
}

void pack_timestamp(std::string& out, const Timestamp& timestamp, Span span) {
  const auto moment = parse_timestamp(timestamp);
  if (!moment) {
    pack_string(out, timestamp.wire, span);
    return;
  }
  pack_head(out, "Date", "val");
  pack_text(out, format_timestamp(timestamp, TimestampStyle::iso8601).text);
  pack_span(out, span);
}

void pack_whole(std::string& out, std::int64_t number, Span span, Unit unit) {
  std::string_view kind = "Int";
  if (unit == Unit::bytes) {
    kind = "Filesize";
  } else if (unit != Unit::none) {
    kind = "Duration";
    number *= unit == Unit::seconds        ? k_nanoseconds_per_second
              : unit == Unit::milliseconds ? k_nanoseconds_per_millisecond
                                           : 1;
  }
  pack_head(out, kind, "val");
  pack_integer(out, number);
  pack_span(out, span);
}

void pack_member(
    std::string& out, const Value& value, Span span, const Units& units, Unit own_unit) {
  switch (value.kind()) {
    case Value::Kind::null:
      pack_map(out, 1);
      pack_text(out, "Nothing");
      pack_map(out, 1);
      pack_span(out, span);
      break;
    case Value::Kind::boolean:
      pack_head(out, "Bool", "val");
      pack_bool(out, *value.as_bool());
      pack_span(out, span);
      break;
    case Value::Kind::integer:
      pack_whole(out, *value.as_integer(), span, own_unit);
      break;
    case Value::Kind::number: {
      const double number = *value.as_number();
      if (own_unit == Unit::seconds) {
        pack_whole(out, static_cast<std::int64_t>(number * 1e9), span, Unit::nanoseconds);
        break;
      }
      pack_head(out, "Float", "val");
      pack_double(out, number);
      pack_span(out, span);
      break;
    }
    case Value::Kind::big_integer:
      pack_string(out, value.as_big_integer()->digits, span);
      break;
    case Value::Kind::string:
      pack_string(out, *value.as_string(), span);
      break;
    case Value::Kind::blob:
      pack_head(out, "Binary", "val");
      pack_binary(out, value.as_blob()->bytes);
      pack_span(out, span);
      break;
    case Value::Kind::timestamp:
      pack_timestamp(out, *value.as_timestamp(), span);
      break;
    case Value::Kind::list:
      pack_head(out, "List", "vals");
      pack_array(out, value.as_list()->size());
      for (const auto& element : *value.as_list()) {
        pack_member(out, element, span, units, own_unit);
      }
      pack_span(out, span);
      break;
    case Value::Kind::map:
      pack_head(out, "Record", "val");
      pack_map(out, value.as_map()->size());
      for (const auto& [name, member] : *value.as_map()) {
        pack_text(out, name);
        pack_member(out, member, span, units, units.of(name));
      }
      pack_span(out, span);
      break;
  }
}

Span read_span(const Value* tree) {
  Span out;
  const auto* start = tree == nullptr ? nullptr : tree->find("start");
  const auto* end = tree == nullptr ? nullptr : tree->find("end");
  if (start != nullptr && start->is_integer() && end != nullptr && end->is_integer()) {
    out = {*start->as_integer(), *end->as_integer()};
  }
  return out;
}

/// Bytes come as an array of integers, or as bin.
std::string bytes_of(const Value& payload) {
  if (const auto* blob = payload.as_blob()) {
    return blob->bytes;
  }
  std::string out;
  if (const auto* list = payload.as_list()) {
    out.reserve(list->size());
    for (const auto& byte : *list) {
      const auto* number = byte.as_integer();
      out += static_cast<char>(number == nullptr ? 0 : *number);
    }
  }
  return out;
}

tl::unexpected<Error> no_value() {
  return fail(ErrorCode::response, "Nushell sent something that is no value.");
}

/// Nanoseconds in the unit that a name says. Whole numbers where they are: most members are
/// integers.
Value duration_as(std::string_view name, std::int64_t nanoseconds) {
  struct Unit {
    std::string_view mark;
    std::int64_t nanoseconds;
  };

  constexpr std::array<Unit, 6> k_units = {{{"nano", 1},
                                            {"micro", 1'000},
                                            {"milli", 1'000'000},
                                            {"minutes", 60 * k_nanoseconds_per_second},
                                            {"hours", 3600 * k_nanoseconds_per_second},
                                            {"days", 86400 * k_nanoseconds_per_second}}};
  const std::string lower = to_lower(name);
  const auto* const unit = std::find_if(k_units.begin(), k_units.end(), [&](const Unit& one) {
    return lower.find(one.mark) != std::string::npos;
  });
  const std::int64_t one = unit == k_units.end() ? k_nanoseconds_per_second : unit->nanoseconds;
  if (nanoseconds % one == 0) {
    return nanoseconds / one;
  }
  return static_cast<double>(nanoseconds) / static_cast<double>(one);
}

}  // namespace

const Units& no_units() {
  static const NoUnits k_none;
  return k_none;
}

Unit ServiceUnits::of(std::string_view member) const {
  const bool is_bytes = member.ends_with("InBytes") || member.ends_with("SizeBytes") ||
                        member.ends_with("storedBytes") || member.ends_with("StoredBytes");
  const bool is_listed =
      std::any_of(k_byte_counts.begin(), k_byte_counts.end(), [&](const ByteCount& row) {
        return row.service == service_ && row.member == member;
      });
  return is_bytes || is_listed ? Unit::bytes : Unit::none;
}

void pack_nu_value(std::string& out, const Value& value, Span span, const Units& units) {
  pack_member(out, value, span, units, Unit::none);
}

void pack_nu_row(std::string& out, std::span<const Column> columns, Span span) {
  pack_head(out, "Record", "val");
  pack_map(out, columns.size());
  for (const auto& column : columns) {
    pack_text(out, column.name);
    pack_member(out, column.value, span, column.units, column.unit);
  }
  pack_span(out, span);
}

Result<NuValue> read_nu_value(const Value& tree) {
  const auto* map = tree.as_map();
  if (map == nullptr || map->size() != 1) {
    return no_value();
  }
  const auto& [kind, body] = *map->begin();
  if (!body.is_map()) {
    return no_value();
  }
  NuValue out;
  out.kind_view = kind;
  out.payload = body.find(kind == "List" ? "vals" : kind == "Error" ? "error" : "val");
  out.span = read_span(body.find("span"));
  if (out.payload == nullptr && kind != "Nothing") {
    return no_value();
  }
  return out;
}

Result<Value> from_nu_value(const Value& tree, Span& at, std::string_view name) {
  VIRGA_TRY_ASSIGN(const auto value, read_nu_value(tree));
  const auto kind = value.kind_view;
  if (kind == "Nothing") {
    return Value();
  }
  if (kind == "Bool" || kind == "Int" || kind == "Float" || kind == "String" ||
      kind == "Filesize" || kind == "Glob") {
    return *value.payload;
  }
  if (kind == "Duration" && value.payload->as_integer() != nullptr) {
    return duration_as(name, *value.payload->as_integer());
  }
  if (kind == "Date" && value.payload->is_string()) {
    return Timestamp{*value.payload->as_string()};
  }
  if (kind == "Binary") {
    return Blob{bytes_of(*value.payload)};
  }
  if (kind == "List" && value.payload->is_list()) {
    List list;
    for (const auto& element : *value.payload->as_list()) {
      VIRGA_TRY_ASSIGN(auto converted, from_nu_value(element, at, name));
      list.push_back(std::move(converted));
    }
    return list;
  }
  if (kind == "Record" && value.payload->is_map()) {
    Map map;
    for (const auto& [key, member] : *value.payload->as_map()) {
      VIRGA_TRY_ASSIGN(auto converted, from_nu_value(member, at, key));
      map.append(key, std::move(converted));
    }
    return map;
  }
  at = value.span;
  return fail(ErrorCode::usage,
              concat("A ",
                     to_lower(kind),
                     " cannot be given to AWS; give text, a number, a date, "
                     "binary data, a list or a record."));
}

Result<Value> without_spans(const Value& tree, Span& at) {
  VIRGA_TRY_ASSIGN(const auto value, read_nu_value(tree));
  const auto kind = value.kind_view;
  Map body;
  if (kind == "Closure" || kind == "Custom" || kind == "Error") {
    at = value.span;
    return fail(ErrorCode::usage, concat("A ", to_lower(kind), " value cannot be kept."));
  }
  if (kind == "List" && value.payload->is_list()) {
    List list;
    for (const auto& element : *value.payload->as_list()) {
      VIRGA_TRY_ASSIGN(auto kept, without_spans(element, at));
      list.push_back(std::move(kept));
    }
    body.append("vals", std::move(list));
  } else if (kind == "Record" && value.payload->is_map()) {
    Map map;
    for (const auto& [name, member] : *value.payload->as_map()) {
      VIRGA_TRY_ASSIGN(auto kept, without_spans(member, at));
      map.append(name, std::move(kept));
    }
    body.append("val", std::move(map));
  } else if (kind == "Binary") {
    body.append("val", Blob{bytes_of(*value.payload)});
  } else {
    for (const auto& [name, field] : *tree.as_map()->begin()->second.as_map()) {
      if (name != "span") {
        body.append(name, field);
      }
    }
  }
  Map out;
  out.append(std::string(kind), std::move(body));
  return Value(std::move(out));
}

Value with_spans(const Value& kept, Span span) {
  const auto* map = kept.as_map();
  if (map == nullptr || map->size() != 1 || !map->begin()->second.is_map()) {
    return kept;  // nothing of ours; nu will say so
  }
  const auto& [kind, fields] = *map->begin();
  Map body;
  for (const auto& [name, field] : *fields.as_map()) {
    const auto* list = kind == "List" ? field.as_list() : nullptr;
    const auto* record = kind == "Record" ? field.as_map() : nullptr;
    if (list != nullptr) {
      List elements;
      for (const auto& element : *list) {
        elements.push_back(with_spans(element, span));
      }
      body.append(name, std::move(elements));
    } else if (record != nullptr) {
      Map members;
      for (const auto& [member, value] : *record) {
        members.append(member, with_spans(value, span));
      }
      body.append(name, std::move(members));
    } else {
      body.append(name, field);
    }
  }
  Map place;
  place.append("start", span.start);
  place.append("end", span.end);
  body.append("span", std::move(place));
  Map out;
  out.append(kind, std::move(body));
  return out;
}

Result<std::string> word_of(const Value& tree, Span& at, std::string_view name) {
  VIRGA_TRY_ASSIGN(const auto nu, read_nu_value(tree));
  VIRGA_TRY_ASSIGN(const auto value, from_nu_value(tree, at, name));
  if (const auto* text = value.as_string()) {
    return *text;
  }
  if (const auto* seconds = value.as_number();
      nu.kind_view == "Duration" && name.empty() && seconds != nullptr) {
    return std::to_string(static_cast<std::int64_t>(*seconds));
  }
  if (const auto* blob = value.as_blob()) {
    return base64_encode(blob->bytes);
  }
  if (const auto* timestamp = value.as_timestamp()) {
    return timestamp->wire;
  }
  return to_json(value);
}

}  // namespace virga::nushell
