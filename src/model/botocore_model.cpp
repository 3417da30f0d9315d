// SPDX-License-Identifier: Apache-2.0
#include "model/botocore_model.hpp"

#include <algorithm>
#include <array>
#include <unordered_map>

namespace virga::model {
namespace {

/// The protocols that virga speaks, in the order of preference that botocore has.
constexpr std::array<std::string_view, 6> k_protocols = {
    "json", "rest-json", "rest-xml", "smithy-rpc-v2-cbor", "query", "ec2"};

}  // namespace

const Value& member_of(const Value& value, std::string_view key) {
  static const Value k_null;
  const auto* found = value.find(key);
  return found == nullptr ? k_null : *found;
}

bool is_true(const Value& value, std::string_view key) {
  const auto* flag = member_of(value, key).as_bool();
  return flag != nullptr && *flag;
}

std::string_view xml_uri(const Value& xml) {
  const auto* plain = xml.as_string();
  return plain == nullptr ? xml.text("uri") : std::string_view(*plain);
}

double number_of(const Value& value) {
  if (const auto* integer = value.as_integer()) {
    return static_cast<double>(*integer);
  }
  return value.as_number() == nullptr ? 0.0 : *value.as_number();
}

ShapeKind shape_kind(std::string_view type) {
  static const std::unordered_map<std::string_view, ShapeKind> k_kinds = {
      {"structure", ShapeKind::structure},
      {"list", ShapeKind::list},
      {"map", ShapeKind::map},
      {"string", ShapeKind::string},
      {"character", ShapeKind::string},
      {"blob", ShapeKind::blob},
      {"boolean", ShapeKind::boolean},
      {"integer", ShapeKind::integer},
      {"long", ShapeKind::long_integer},
      {"float", ShapeKind::float_number},
      {"double", ShapeKind::double_number},
      {"timestamp", ShapeKind::timestamp},
      {"short", ShapeKind::integer},
      {"bigdecimal", ShapeKind::double_number},
      {"biginteger", ShapeKind::long_integer},
  };
  const auto found = k_kinds.find(type);
  return found == k_kinds.end() ? ShapeKind::string : found->second;
}

Location location_of(std::string_view name) {
  if (name == "uri") {
    return Location::uri;
  }
  if (name == "querystring") {
    return Location::query_string;
  }
  if (name == "header") {
    return Location::header;
  }
  if (name == "headers") {
    return Location::headers;
  }
  return name == "statusCode" ? Location::status_code : Location::body;
}

TimestampFormat timestamp_format_of(std::string_view name) {
  if (name == "iso8601") {
    return TimestampFormat::iso8601;
  }
  if (name == "rfc822") {
    return TimestampFormat::rfc822;
  }
  return name == "unixTimestamp" ? TimestampFormat::unix_timestamp : TimestampFormat::unspecified;
}

std::string_view choose_protocol(const Value& metadata) {
  const auto* offered = member_of(metadata, "protocols").as_list();
  if (offered != nullptr && !offered->empty()) {
    for (const auto protocol : k_protocols) {
      if (std::find(offered->begin(), offered->end(), Value(protocol)) != offered->end()) {
        return protocol;
      }
    }
  }
  return metadata.text("protocol");
}

Value shape_values(const Value& model) {
  if (shape_kind(model.text("type")) != ShapeKind::structure) {
    return member_of(model, "enum");
  }
  const auto* required = member_of(model, "required").as_list();
  const auto* members = member_of(model, "members").as_map();
  if (required == nullptr || members == nullptr) {
    return {};
  }
  List in_member_order;
  for (const auto& [name, reference] : *members) {
    if (std::find(required->begin(), required->end(), Value(name)) != required->end()) {
      in_member_order.emplace_back(name);
    }
  }
  return in_member_order == *required ? Value() : Value(*required);
}

}  // namespace virga::model
