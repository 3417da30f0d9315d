// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <memory>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "model/catalog.hpp"

namespace virga::protocol {

struct TypePlan;

constexpr std::uint32_t k_none = UINT32_MAX;

/// What a parser asks of a member again and again, looked up in the pack once. Texts are views into
/// the pack.
struct MemberPlan {
  explicit MemberPlan(const model::Member& of) : member(of), kind(of.shape().kind()) {}

  model::Member member;
  std::string_view name;  ///< the key in the output
  std::string_view wire;  ///< the key or tag in the body
  std::string_view
      other_wire;  ///< another tag that means it where nothing has `wire`; empty if none
  model::ShapeKind kind;
  bool is_located = false;    ///< in a header or the status, not in the body
  bool is_flattened = false;  ///< repeated in the parent's place instead of wrapped (XML)
  bool is_attribute = false;  ///< an attribute of the parent (XML)
  TypePlan* type = nullptr;   ///< owner: the Plans; null until Plans::of(member)
  std::uint32_t next_guess = 0;
  std::uint32_t same_as = k_none;  ///< an earlier member of the same tag, whose elements are this
                                   ///< one's too, or k_none (XML)
};

/// A shape. Of a list, members[0] is the element; of a map, members[0] and [1] are key and value.
struct TypePlan {
  explicit TypePlan(const model::Shape& of) : shape(of) {}

  model::Shape shape;
  bool is_union = false;
  bool is_document = false;
  bool is_exception = false;
  std::vector<MemberPlan> members;
  std::uint32_t first_guess = 0;
};

/// How members are named in bodies.
enum class WireNames {
  json,  ///< locationName or the name
  xml,   ///< as json, but flattened lists are named by their elements
  cbor,  ///< always the name
};

/// The plans of the shapes that one response uses, made when first needed. Thread-compatible.
class Plans {
 public:
  explicit Plans(WireNames names) : names_(names) {}

  [[nodiscard]] TypePlan& of(const model::Shape& shape);

  [[nodiscard]] TypePlan& of(MemberPlan& member) {
    return member.type != nullptr ? *member.type : resolve(member);
  }

  /// The member that the body calls `wire`, or k_none. `previous` is the last one found in the same
  /// structure: services write members in the same order every time, so the successor seen last is
  /// tried first.
  [[nodiscard]] static std::uint32_t find(TypePlan& type,
                                          std::string_view wire,
                                          std::uint32_t previous);
  /// The same for an XML tag, whose prefix does not count.
  [[nodiscard]] static std::uint32_t find_tag(TypePlan& type,
                                              const char* tag,
                                              std::uint32_t previous);

 private:
  TypePlan& resolve(MemberPlan& member);
  void fill(TypePlan& type) const;
  static void link_equal_tags(TypePlan& type);
  [[nodiscard]] MemberPlan plan_member(const model::Member& member) const;

  WireNames names_;
  std::unordered_map<std::uint32_t, std::unique_ptr<TypePlan>> types_;
};

}  // namespace virga::protocol
