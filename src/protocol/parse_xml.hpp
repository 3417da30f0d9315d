// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <vector>

#include <pugixml.hpp>

#include "base/result.hpp"
#include "protocol/parse_plan.hpp"
#include "value/value.hpp"

namespace virga::protocol {

/// Makes values of XML elements by their shapes. Namespaces are ignored, as botocore does.
/// Thread-compatible.
class XmlShaper {
 public:
  XmlShaper() : plans_(WireNames::xml) {}

  /// Where the error's own members are in an error document of query and ec2, for exception shapes.
  [[nodiscard]] static pugi::xml_node error_root(pugi::xml_node root);

  /// Errors: response, for what cannot be of the shape (text that is no number, a map with foreign
  /// tags).
  [[nodiscard]] Result<Value> shape(const model::Shape& shape, pugi::xml_node element);
  /// The same for a member, whose element is its only one.
  [[nodiscard]] Result<Value> shape(const model::Member& member, pugi::xml_node element);

 private:
  /// The elements of one member: `first` and those of the same name after it.
  struct Run {
    pugi::xml_node first;
    std::uint32_t count = 0;
  };

  [[nodiscard]] bool shape_member(MemberPlan& member, Run run, Value& out, int depth);
  [[nodiscard]] bool shape_structure(TypePlan& type, pugi::xml_node element, Value& out, int depth);
  [[nodiscard]] bool shape_list(MemberPlan& member, Run run, Value& out, int depth);
  [[nodiscard]] bool shape_map(MemberPlan& member, Run run, Value& out, int depth);
  [[nodiscard]] bool shape_entry(TypePlan& type, pugi::xml_node entry, Map& out, int depth);
  [[nodiscard]] bool shape_scalar(model::ShapeKind kind, pugi::xml_node element, Value& out);
  [[nodiscard]] bool find_unknown_union(const TypePlan& type,
                                        pugi::xml_node element,
                                        std::string& unknown,
                                        bool& has_one_member) const;
  void collect(TypePlan& type, pugi::xml_node element, std::size_t base);
  /// The elements of a member, after collect(). By value: runs_ grows while members are shaped.
  [[nodiscard]] Run run_of(const TypePlan& type, std::size_t index, std::size_t base) const;
  [[nodiscard]] bool set_error(std::string message);

  Plans plans_;
  std::vector<Run> runs_;  // of the structures being shaped, innermost last
  std::string scratch_;
  std::string error_;
};

}  // namespace virga::protocol
