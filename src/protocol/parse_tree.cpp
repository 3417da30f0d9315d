// SPDX-License-Identifier: Apache-2.0
#include "protocol/parse_tree.hpp"

#include <algorithm>

#include "base/strings.hpp"
#include "protocol/parse_scalar.hpp"
#include "protocol/parse_union.hpp"

namespace virga::protocol {
namespace {

using model::ShapeKind;

const char* python_type(const Value& value) {
  switch (value.kind()) {
    case Value::Kind::null:
      return "NoneType";
    case Value::Kind::boolean:
      return "bool";
    case Value::Kind::integer:
    case Value::Kind::big_integer:
      return "int";
    case Value::Kind::number:
      return "float";
    case Value::Kind::blob:
      return "bytes";
    case Value::Kind::list:
      return "list";
    case Value::Kind::map:
      return "dict";
    default:
      return "str";
  }
}

/// A union has one member; of others the service may still say the type or null. An unknown one
/// becomes its name.
bool is_unknown_union(const TypePlan& type, Map& map, bool& has_one_member) {
  const Map::Entry* member = nullptr;
  std::size_t count = 0;
  for (const auto& entry : map) {
    if (entry.first != "__type" && !entry.second.is_null()) {
      member = &entry;
      ++count;
    }
  }
  has_one_member = count == 1;
  if (!has_one_member) {
    return false;
  }
  const auto is_it = [&](const MemberPlan& plan) { return plan.wire == member->first; };
  return std::none_of(type.members.begin(), type.members.end(), is_it);
}

struct Found {
  std::uint32_t member;
  std::uint32_t entry;
};

/// Leaves the found entries, in the order of their members.
void keep_found(std::vector<Map::Entry>& entries, std::vector<Found>& found) {
  const auto by_member = [](const Found& a, const Found& b) { return a.member < b.member; };
  if (std::is_sorted(found.begin(), found.end(), by_member)) {
    for (std::uint32_t i = 0; i < found.size(); ++i) {
      if (found[i].entry != i) {
        entries[i] = std::move(entries[found[i].entry]);
      }
    }
    entries.resize(found.size());
    return;
  }
  std::sort(found.begin(), found.end(), by_member);
  std::vector<Map::Entry> ordered;
  ordered.reserve(found.size());
  for (const auto& item : found) {
    ordered.push_back(std::move(entries[item.entry]));
  }
  entries = std::move(ordered);
}

WireNames wire_names(TreeRules rules) {
  return rules == TreeRules::cbor ? WireNames::cbor : WireNames::json;
}

}  // namespace

TreeShaper::TreeShaper(TreeRules rules) : rules_(rules), plans_(wire_names(rules)) {}

bool TreeShaper::set_error(std::string message) {
  error_ = std::move(message);
  return false;
}

Status TreeShaper::shape(const model::Shape& shape, Value& value) {
  bool is_fine = true;
  switch (shape.kind()) {
    case ShapeKind::structure:
      is_fine = shape_structure(plans_.of(shape), value);
      break;
    case ShapeKind::list:
      is_fine = shape_list(plans_.of(shape), value);
      break;
    case ShapeKind::map:
      is_fine = shape_map(plans_.of(shape), value);
      break;
    default:
      is_fine = shape_number(shape.kind(), value);
      break;
  }
  return is_fine ? Status() : Status(fail(ErrorCode::response, std::move(error_)));
}

bool TreeShaper::is_left_alone(ShapeKind kind) const {
  switch (kind) {
    case ShapeKind::string:
      return true;
    case ShapeKind::boolean:
    case ShapeKind::integer:
    case ShapeKind::long_integer:
    case ShapeKind::float_number:
    case ShapeKind::double_number:
      return rules_ != TreeRules::rest_json;
    case ShapeKind::timestamp:
    case ShapeKind::blob:
      return rules_ == TreeRules::cbor;
    default:
      return false;
  }
}

bool TreeShaper::shape_member(MemberPlan& member, Value& value) {
  switch (member.kind) {
    case ShapeKind::structure:
      return shape_structure(plans_.of(member), value);
    case ShapeKind::list:
      return shape_list(plans_.of(member), value);
    case ShapeKind::map:
      return shape_map(plans_.of(member), value);
    case ShapeKind::string:
      return true;
    default:
      return shape_number(member.kind, value);
  }
}

bool TreeShaper::shape_number(ShapeKind kind, Value& value) {
  if (is_left_alone(kind) || value.is_null()) {
    return true;
  }
  if (kind == ShapeKind::timestamp) {
    value = timestamp_of(std::move(value));
    return true;
  }
  if (kind == ShapeKind::blob) {
    if (auto* text = value.as_string()) {
      value = blob_of(std::move(*text));
    }
    return true;
  }
  if (kind == ShapeKind::boolean && !value.is_string()) {
    value = value.is_bool() && *value.as_bool();
    return true;
  }
  if (const auto* text = value.as_string()) {
    auto converted = scalar_of(kind, *text, TextRules::json);
    if (!converted) {
      return set_error(std::move(converted.error().message));
    }
    value = std::move(*converted);
    return true;
  }
  const bool to_integer = kind == ShapeKind::integer || kind == ShapeKind::long_integer;
  if (const auto* truth = value.as_bool()) {
    value = to_integer ? Value(std::int64_t{*truth}) : Value(*truth ? 1.0 : 0.0);
    return true;
  }
  if (const auto* number = value.as_number(); number != nullptr && to_integer) {
    auto whole = truncate_to_integer(*number);
    if (!whole) {
      return set_error(
          concat("cannot convert float ", *number != *number ? "NaN" : "infinity", " to integer"));
    }
    value = std::move(*whole);
    return true;
  }
  if (to_integer || value.is_number()) {
    return value.is_list() || value.is_map()
               ? set_error(concat("a number is expected, not ", python_type(value)))
               : true;
  }
  if (const auto* integer = value.as_integer()) {
    value = static_cast<double>(*integer);
    return true;
  }
  if (const auto* big = value.as_big_integer()) {
    value = python_float_of(big->digits).value_or(0.0);
    return true;
  }
  return set_error(concat("a number is expected, not ", python_type(value)));
}

bool TreeShaper::shape_structure(TypePlan& type, Value& value) {
  if (type.is_document || value.is_null()) {
    return true;
  }
  Map* const map = value.as_map();
  if (map == nullptr) {
    return set_error(concat("Invalid service response: ",
                            type.shape.name(),
                            " must be an object, not ",
                            python_type(value),
                            "."));
  }
  if (type.is_union) {
    bool has_one_member = false;
    if (is_unknown_union(type, *map, has_one_member)) {
      value = unknown_union_member(map->begin()->first);
      return true;
    }
    if (!has_one_member) {
      return set_error(union_error(type.shape.name()));
    }
  }
  return shape_members(type, *map);
}

bool TreeShaper::shape_members(TypePlan& type, Map& map) {
  auto& entries = map.entries();
  std::vector<Found> found;
  found.reserve(entries.size());
  std::uint32_t previous = k_none;
  for (std::uint32_t i = 0; i < entries.size(); ++i) {
    auto& [key, value] = entries[i];
    const auto index = Plans::find(type, key, previous);
    if (index == k_none) {
      continue;
    }
    previous = index;
    if (value.is_null()) {
      continue;
    }
    auto& member = type.members[index];
    if (!shape_member(member, value)) {
      return false;
    }
    if (key != member.name) {
      key = member.name;
    }
    found.push_back({index, i});
  }
  keep_found(entries, found);
  return true;
}

bool TreeShaper::shape_list(TypePlan& type, Value& value) {
  List* const list = value.as_list();
  if (list == nullptr) {
    return value.is_null() || set_error(concat("Invalid service response: ",
                                               type.shape.name(),
                                               " must be a list, not ",
                                               python_type(value),
                                               "."));
  }
  auto& element = type.members.front();
  if (is_left_alone(element.kind)) {
    return true;
  }
  return std::all_of(list->begin(), list->end(), [&](Value& item) {
    return item.is_null() || shape_member(element, item);
  });
}

bool TreeShaper::shape_map(TypePlan& type, Value& value) {
  Map* const map = value.as_map();
  if (map == nullptr) {
    return value.is_null() || set_error(concat("Invalid service response: ",
                                               type.shape.name(),
                                               " must be an object, not ",
                                               python_type(value),
                                               "."));
  }
  auto& of_value = type.members.back();
  if (is_left_alone(of_value.kind)) {
    return true;
  }
  // botocore keeps nulls of other kinds and fails over these; Smithy drops them unless the map is
  // sparse.
  const bool drops_nulls = (of_value.kind == ShapeKind::list || of_value.kind == ShapeKind::map) &&
                           !type.shape.has(model::ShapeFlag::sparse);
  if (drops_nulls) {
    std::erase_if(map->entries(), [](const Map::Entry& entry) { return entry.second.is_null(); });
  }
  return std::all_of(map->begin(), map->end(), [&](Map::Entry& entry) {
    return entry.second.is_null() || shape_member(of_value, entry.second);
  });
}

}  // namespace virga::protocol
