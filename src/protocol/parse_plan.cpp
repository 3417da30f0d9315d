// SPDX-License-Identifier: Apache-2.0
#include "protocol/parse_plan.hpp"

namespace virga::protocol {

using model::Location;
using model::MemberFlag;
using model::ShapeFlag;
using model::ShapeKind;

namespace {

/// Without measuring the tag first: most guesses are right, and wrong ones differ early.
bool is_tag(const char* tag, std::string_view name) {
  for (const char c : name) {
    if (*tag++ != c) {  // a name holds no NUL, so this stops at the tag's end
      return false;
    }
  }
  return *tag == '\0';
}

}  // namespace

TypePlan& Plans::of(const model::Shape& shape) {
  auto& slot = types_[shape.index()];
  if (slot == nullptr) {
    slot = std::make_unique<TypePlan>(shape);
    fill(*slot);
  }
  return *slot;
}

TypePlan& Plans::resolve(MemberPlan& member) {
  member.type = &of(member.member.shape());
  return *member.type;
}

MemberPlan Plans::plan_member(const model::Member& member) const {
  MemberPlan plan(member);
  plan.name = member.name();
  plan.wire = names_ == WireNames::cbor ? plan.name : member.wire_name();
  const auto location = member.location();
  plan.is_located = location == Location::header || location == Location::headers ||
                    location == Location::status_code;
  if (names_ == WireNames::xml) {
    plan.is_flattened = member.is_flattened();
    plan.is_attribute = member.has(MemberFlag::xml_attribute);
    plan.is_located = plan.is_located || member.has(MemberFlag::event_header);
    // A name that only the shape has is meant for the root of a document, but botocore takes it
    // here too.
    if (plan.wire != plan.name && plan.wire == member.shape().location_name()) {
      plan.other_wire = plan.name;
    }
    if (plan.kind == ShapeKind::list && plan.is_flattened) {
      const auto element_name = member.shape().element().location_name();
      // Old models name a flattened list by its elements (SQS's QueueUrl), Smithy by the member.
      if (!element_name.empty()) {
        plan.other_wire = plan.wire;
        plan.wire = element_name;
      }
    }
  }
  return plan;
}

void Plans::link_equal_tags(TypePlan& type) {
  // s3's QueueConfiguration has both Event, of old, and Events, a flattened list of elements named
  // Event.
  auto& members = type.members;
  for (std::uint32_t i = 1; i < members.size(); ++i) {
    for (std::uint32_t j = 0; j < i && members[i].same_as == k_none; ++j) {
      if (members[i].wire == members[j].wire && !members[i].is_located && !members[j].is_located) {
        members[i].same_as = j;
      }
    }
  }
}

void Plans::fill(TypePlan& type) const {
  const auto& shape = type.shape;
  type.is_union = shape.has(ShapeFlag::union_type);
  type.is_document = shape.has(ShapeFlag::document);
  type.is_exception = shape.has(ShapeFlag::exception);
  switch (shape.kind()) {
    case ShapeKind::structure: {
      const auto count = shape.member_count();
      type.members.reserve(count);
      for (std::uint32_t i = 0; i < count; ++i) {
        type.members.push_back(plan_member(shape.member(i)));
      }
      if (names_ == WireNames::xml) {
        link_equal_tags(type);
      }
      break;
    }
    case ShapeKind::list:
      type.members.push_back(plan_member(shape.element()));
      break;
    case ShapeKind::map:
      type.members.push_back(plan_member(shape.key()));
      type.members.push_back(plan_member(shape.value()));
      break;
    default:
      break;
  }
}

std::uint32_t Plans::find_tag(TypePlan& type, const char* tag, std::uint32_t previous) {
  const auto guess = previous == k_none ? type.first_guess : type.members[previous].next_guess;
  if (guess < type.members.size() && is_tag(tag, type.members[guess].wire)) {
    return guess;
  }
  const std::string_view name(tag);
  const auto colon = name.find(':');
  return find(type, colon == std::string_view::npos ? name : name.substr(colon + 1), previous);
}

std::uint32_t Plans::find(TypePlan& type, std::string_view wire, std::uint32_t previous) {
  auto& members = type.members;
  auto& guess = previous == k_none ? type.first_guess : members[previous].next_guess;
  if (guess < members.size() && members[guess].wire == wire) {
    return guess;
  }
  std::uint32_t found = k_none;
  for (std::uint32_t i = 0; i < members.size(); ++i) {
    if (members[i].wire != wire) {
      continue;
    }
    // A header of the same name is not what the body means.
    if (found == k_none || members[found].is_located) {
      found = i;
    }
  }
  for (std::uint32_t i = 0; found == k_none && i < members.size(); ++i) {
    if (!members[i].other_wire.empty() && members[i].other_wire == wire) {
      found = i;
    }
  }
  if (found != k_none) {
    guess = members[found].wire == wire ? found : guess;
  }
  return found;
}

}  // namespace virga::protocol
