// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>

#include "base/result.hpp"
#include "protocol/parse_plan.hpp"
#include "value/value.hpp"

namespace virga::protocol {

/// How values of a JSON or CBOR document become values of their shapes.
enum class TreeRules {
  json,       ///< numbers and booleans stay as parsed
  rest_json,  ///< they become what the shape says, from text too
  cbor,
};

/// Gives a parsed document the form of its shape, in place: members get the model's names and
/// order, unknown ones and nulls of structures are dropped, blobs and timestamps are made of their
/// spellings. No text is copied. Thread-compatible.
class TreeShaper {
 public:
  explicit TreeShaper(TreeRules rules);

  /// Errors: response. `value` is then in no particular state.
  [[nodiscard]] Status shape(const model::Shape& shape, Value& value);

 private:
  [[nodiscard]] bool shape_member(MemberPlan& member, Value& value);
  [[nodiscard]] bool shape_structure(TypePlan& type, Value& value);
  [[nodiscard]] bool shape_members(TypePlan& type, Map& map);
  [[nodiscard]] bool shape_list(TypePlan& type, Value& value);
  [[nodiscard]] bool shape_map(TypePlan& type, Value& value);
  [[nodiscard]] bool shape_number(model::ShapeKind kind, Value& value);
  [[nodiscard]] bool is_left_alone(model::ShapeKind kind) const;
  [[nodiscard]] bool set_error(std::string message);

  TreeRules rules_;
  Plans plans_;
  std::string error_;
};

}  // namespace virga::protocol
