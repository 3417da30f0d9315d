// SPDX-License-Identifier: Apache-2.0
#include "protocol/parse_rest.hpp"

#include <algorithm>
#include <vector>

#include "base/encoding.hpp"
#include "base/strings.hpp"
#include "value/json_read.hpp"

namespace virga::protocol {
namespace {

using model::Location;
using model::ShapeKind;

/// The items of a list in a header. HTTP dates hold a comma themselves; an item may stand in double
/// quotes.
std::vector<std::string> split_header(std::string_view text, bool holds_dates) {
  std::vector<std::string> items;
  std::string item;
  bool is_quoted = false;
  bool was_quoted = false;
  int commas = 0;
  const auto finish = [&] {
    items.emplace_back(was_quoted ? item : std::string(trim(item)));
    item.clear();
    was_quoted = false;
  };
  for (std::size_t i = 0; i < text.size(); ++i) {
    const char c = text[i];
    if (is_quoted && c == '\\' && i + 1 < text.size()) {
      item += text[++i];
    } else if (is_quoted) {
      is_quoted = c != '"';
      item.append(is_quoted ? 1U : 0U, c);
    } else if (c == '"' && trim(item).empty()) {
      is_quoted = was_quoted = true;
      item.clear();
    } else if (c == ',' && !(holds_dates && ++commas % 2 == 1)) {
      finish();
    } else if (!(was_quoted && is_ascii_space(c))) {
      item += c;
    }
  }
  finish();
  return items;
}

Result<Value> header_list(const model::Shape& shape, std::string_view text, TextRules rules) {
  const auto element = shape.element().shape();
  const auto format = element.timestamp_format();
  const bool holds_dates =
      element.kind() == ShapeKind::timestamp && text.find(" GMT") != std::string_view::npos &&
      (format == model::TimestampFormat::unspecified || format == model::TimestampFormat::rfc822);
  List list;
  for (const auto& item : split_header(text, holds_dates)) {
    VIRGA_TRY_ASSIGN(Value value, scalar_of(element.kind(), item, rules));
    list.push_back(std::move(value));
  }
  return Value(std::move(list));
}

Result<Value> header_value(const model::Member& member, std::string_view text, TextRules rules) {
  if (member.has(model::MemberFlag::json_value)) {
    return read_json(base64_decode(text).value_or(std::string()));
  }
  const auto shape = member.shape();
  if (shape.kind() == ShapeKind::list) {
    return header_list(shape, text, rules);
  }
  return scalar_of(shape.kind(), text, rules);
}

Map headers_with_prefix(const http::Headers& headers, std::string_view prefix) {
  Map map;
  for (const auto& [name, value] : headers) {
    if (name.size() < prefix.size() ||
        !equals_ignore_case(std::string_view(name).substr(0, prefix.size()), prefix)) {
      continue;
    }
    const auto key = name.substr(prefix.size());
    const auto is_same = [&](const Map::Entry& entry) {
      return equals_ignore_case(entry.first, key);
    };
    const auto present = std::find_if(map.begin(), map.end(), is_same);
    if (present == map.end()) {
      map.append(key, value);
    } else {
      append(*present->second.as_string(), ", ", value);
    }
  }
  return map;
}

}  // namespace

std::optional<std::string> joined_header(const http::Headers& headers, std::string_view name) {
  std::optional<std::string> joined;
  for (const auto& [field, value] : headers) {
    if (!equals_ignore_case(field, name)) {
      continue;
    }
    if (joined) {
      append(*joined, ", ", value);
    } else {
      joined = value;
    }
  }
  return joined;
}

Status append_located_members(const model::Shape& shape,
                              const http::Response& response,
                              TextRules rules,
                              Map& out) {
  const auto count = shape.member_count();
  for (std::uint32_t i = 0; i < count; ++i) {
    const auto member = shape.member(i);
    switch (member.location()) {
      case Location::status_code:
        out.append(std::string(member.name()), response.status);
        break;
      case Location::headers:
        out.append(std::string(member.name()),
                   headers_with_prefix(response.headers, member.location_name()));
        break;
      case Location::header:
        if (const auto text = joined_header(response.headers, member.wire_name())) {
          VIRGA_TRY_ASSIGN(Value value, header_value(member, *text, rules));
          out.append(std::string(member.name()), std::move(value));
        }
        break;
      default:
        break;
    }
  }
  return {};
}

}  // namespace virga::protocol
