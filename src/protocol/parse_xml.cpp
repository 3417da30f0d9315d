// SPDX-License-Identifier: Apache-2.0
#include "protocol/parse_xml.hpp"

#include <algorithm>
#include <cstring>
#include <optional>

#include "base/strings.hpp"
#include "protocol/parse_scalar.hpp"
#include "protocol/parse_union.hpp"
#include "protocol/xml.hpp"

namespace virga::protocol {
namespace {

using model::ShapeKind;

/// Recursive shapes let a document decide how deep the walk goes.
constexpr int k_max_depth = 256;

bool is_named(pugi::xml_node element, std::string_view name) {
  const char* const tag = element.name();
  if (std::strncmp(tag, name.data(), name.size()) == 0 && tag[name.size()] == '\0') {
    return true;
  }
  return local_name(tag) == name;
}

/// The attribute that the model calls for instance xsi:type. In a document its prefix may be any.
std::optional<std::string_view> find_attribute(pugi::xml_node element, std::string_view wanted) {
  const auto wanted_colon = wanted.find(':');
  const auto wanted_local =
      wanted_colon == std::string_view::npos ? std::string_view() : wanted.substr(wanted_colon + 1);
  for (const auto attribute : element.attributes()) {
    const std::string_view name = attribute.name();
    const auto colon = name.find(':');
    const bool has_prefix = colon != std::string_view::npos && !name.starts_with("xmlns:");
    if (has_prefix ? !wanted_local.empty() && name.substr(colon + 1) == wanted_local
                   : name == wanted) {
      return attribute.value();
    }
  }
  return std::nullopt;
}

}  // namespace

bool XmlShaper::set_error(std::string message) {
  error_ = std::move(message);
  return false;
}

pugi::xml_node XmlShaper::error_root(pugi::xml_node root) {
  const auto name = local_name(root.name());
  const auto holder = name == "ErrorResponse" ? root : find_child(root, "Errors");
  const auto error = holder ? find_child(holder, "Error") : pugi::xml_node();
  return error ? error : root;
}

Result<Value> XmlShaper::shape(const model::Shape& shape, pugi::xml_node element) {
  auto& type = plans_.of(shape);
  Value out;
  runs_.clear();
  if (!shape_structure(type, element, out, 0)) {
    return fail(ErrorCode::response, std::move(error_));
  }
  return out;
}

Result<Value> XmlShaper::shape(const model::Member& member, pugi::xml_node element) {
  MemberPlan plan(member);
  plan.is_flattened = member.is_flattened();
  Value out;
  runs_.clear();
  if (!shape_member(plan, {element, 1}, out, 0)) {
    return fail(ErrorCode::response, std::move(error_));
  }
  return out;
}

bool XmlShaper::shape_member(MemberPlan& member, Run run, Value& out, int depth) {
  switch (member.kind) {
    case ShapeKind::structure:
      return shape_structure(plans_.of(member), run.first, out, depth);
    case ShapeKind::list:
      return shape_list(member, run, out, depth);
    case ShapeKind::map:
      return shape_map(member, run, out, depth);
    default:
      return shape_scalar(member.kind, run.first, out);
  }
}

bool XmlShaper::shape_scalar(ShapeKind kind, pugi::xml_node element, Value& out) {
  const auto text = element_text(element, scratch_);
  if (kind == ShapeKind::string) {
    out.become_string().assign(text);
    return true;
  }
  auto value = scalar_of(kind, text, TextRules::xml);
  if (!value) {
    return set_error(std::move(value.error().message));
  }
  out = std::move(*value);
  return true;
}

void XmlShaper::collect(TypePlan& type, pugi::xml_node element, std::size_t base) {
  std::uint32_t previous = k_none;
  auto child = element.first_child();
  for (auto type_of = child.type(); type_of != pugi::node_null; type_of = child.type()) {
    const auto here = child;
    child = child.next_sibling();
    if (type_of != pugi::node_element) {
      continue;
    }
    const auto index = Plans::find_tag(type, here.name(), previous);
    if (index == k_none) {
      continue;
    }
    previous = index;
    Run& run = runs_[base + index];
    if (run.count++ == 0) {
      run.first = here;
    }
  }
}

XmlShaper::Run XmlShaper::run_of(const TypePlan& type, std::size_t index, std::size_t base) const {
  const auto& member = type.members[index];
  const Run own = runs_[base + index];
  if (own.count != 0 || member.same_as == k_none) {
    return own;
  }
  const Run other = runs_[base + member.same_as];
  return other.count != 0 && is_named(other.first, member.wire) ? other : own;
}

bool XmlShaper::find_unknown_union(const TypePlan& type,
                                   pugi::xml_node element,
                                   std::string& unknown,
                                   bool& has_one_member) const {
  std::string_view tag;
  has_one_member = false;
  for (const auto child : element.children()) {
    if (!is_element(child)) {
      continue;
    }
    const auto name = local_name(child.name());
    if (has_one_member && name != tag) {
      has_one_member = false;
      return false;
    }
    tag = name;
    has_one_member = true;
  }
  const auto is_it = [&](const MemberPlan& plan) { return plan.wire == tag; };
  unknown = tag;
  return has_one_member && std::none_of(type.members.begin(), type.members.end(), is_it);
}

bool XmlShaper::shape_structure(TypePlan& type, pugi::xml_node element, Value& out, int depth) {
  if (depth > k_max_depth) {
    return set_error("Unable to parse response: XML is nested too deeply.");
  }
  if (type.is_exception) {
    element = error_root(element);
  }
  if (type.is_union) {
    std::string unknown;
    bool has_one_member = false;
    if (find_unknown_union(type, element, unknown, has_one_member)) {
      out = unknown_union_member(std::move(unknown));
      return true;
    }
    if (!has_one_member) {
      return set_error(union_error(type.shape.name()));
    }
  }
  const std::size_t base = runs_.size();
  const std::size_t count = type.members.size();
  runs_.resize(base + count);
  collect(type, element, base);

  Map& map = out.become_map();
  map.entries().reserve(static_cast<std::size_t>(std::count_if(
      runs_.begin() + static_cast<std::ptrdiff_t>(base), runs_.end(), [](const Run& run) {
        return run.count != 0;
      })));
  for (std::size_t i = 0; i < count; ++i) {
    auto& member = type.members[i];
    const Run run = run_of(type, i, base);
    if (member.is_located) {
      continue;
    }
    if (run.count != 0) {
      if (!shape_member(member, run, map.append_null(member.name), depth + 1)) {
        return false;
      }
    } else if (member.is_attribute) {
      if (const auto text = find_attribute(element, member.member.location_name())) {
        map.append(std::string(member.name), *text);
      }
    }
  }
  runs_.resize(base);
  return true;
}

bool XmlShaper::shape_list(MemberPlan& member, Run run, Value& out, int depth) {
  if (depth > k_max_depth) {
    return set_error("Unable to parse response: XML is nested too deeply.");
  }
  auto& element = plans_.of(member).members.front();
  List& list = out.become_list();
  if (!member.is_flattened) {
    const auto children = run.first.children();
    list.reserve(
        static_cast<std::size_t>(std::count_if(children.begin(), children.end(), is_element)));
    for (auto child = run.first.first_child(); child; child = child.next_sibling()) {
      if (is_element(child) && !shape_member(element, {child, 1}, list.emplace_back(), depth + 1)) {
        return false;
      }
    }
    return true;
  }
  list.reserve(run.count);
  const auto name = local_name(run.first.name());
  for (auto item = run.first; item && list.size() < run.count; item = item.next_sibling()) {
    if (!is_element(item) || !is_named(item, name)) {
      continue;
    }
    if (!shape_member(element, {item, 1}, list.emplace_back(), depth + 1)) {
      return false;
    }
  }
  return true;
}

bool XmlShaper::shape_map(MemberPlan& member, Run run, Value& out, int depth) {
  if (depth > k_max_depth) {
    return set_error("Unable to parse response: XML is nested too deeply.");
  }
  auto& type = plans_.of(member);
  Map& map = out.become_map();
  if (!member.is_flattened) {
    for (const auto entry : run.first.children()) {
      if (is_element(entry) && !shape_entry(type, entry, map, depth)) {
        return false;
      }
    }
    map.unify_keys();
    return true;
  }
  const auto name = local_name(run.first.name());
  std::uint32_t left = run.count;
  for (auto entry = run.first; entry && left > 0; entry = entry.next_sibling()) {
    if (!is_element(entry) || !is_named(entry, name)) {
      continue;
    }
    --left;
    if (!shape_entry(type, entry, map, depth)) {
      return false;
    }
  }
  map.unify_keys();
  return true;
}

bool XmlShaper::shape_entry(TypePlan& type, pugi::xml_node entry, Map& out, int depth) {
  auto& key_plan = type.members.front();
  auto& value_plan = type.members.back();
  const auto given_key = key_plan.member.location_name();
  const auto given_value = value_plan.member.location_name();
  const std::string_view key_tag = given_key.empty() ? "key" : given_key;
  const std::string_view value_tag = given_value.empty() ? "value" : given_value;
  pugi::xml_node key;
  pugi::xml_node value;
  for (const auto child : entry.children()) {
    if (!is_element(child)) {
      continue;
    }
    if (is_named(child, key_tag)) {
      key = child;
    } else if (is_named(child, value_tag)) {
      value = child;
    } else {
      return set_error(concat("Unknown tag: ", local_name(child.name())));
    }
  }
  if (!key || !value) {
    return set_error(concat("An entry of a map lacks its ", key ? value_tag : key_tag, "."));
  }
  Value& slot = out.append_null(element_text(key, scratch_));
  return shape_member(value_plan, {value, 1}, slot, depth + 1);
}

}  // namespace virga::protocol
