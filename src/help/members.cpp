// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <vector>

#include "base/strings.hpp"
#include "help/html_text.hpp"
#include "help/sections.hpp"
#include "help/syntax.hpp"

namespace virga::help {
namespace {

/// Describes members, and members of members.
class MemberTree {
 public:
  MemberTree(const model::Documentation& documentation, Layout& layout)
      : documentation_(documentation), layout_(layout) {}

  /// The members of a structure, the element of a list, key and value of a map.
  void add_inside(const model::Shape& shape) {
    stack_.push_back(shape);
    if (shape.is_structure()) {
      for (std::uint32_t i = 0; i < shape.member_count(); ++i) {
        add(shape.member(i).name(), shape.member(i));
      }
    } else if (shape.kind() == model::ShapeKind::list) {
      add({}, shape.element());
    } else if (shape.kind() == model::ShapeKind::map) {
      add("key", shape.key());
      add("value", shape.value());
    }
    stack_.pop_back();
  }

 private:
  void add(std::string_view name, const model::Member& member) {
    const auto shape = member.shape();
    if (!name.empty()) {
      layout_.text(name, Style::bold);
      layout_.text(" -> ");
    }
    layout_.text(concat("(", type_name(member), ")"));
    if (member.has(model::MemberFlag::required)) {
      layout_.text(" [required]");
    }
    layout_.indent(k_text_indent);
    set_html(documentation_.of(member), layout_);
    add_type_notes(member, layout_);
    add_enum_values(shape, layout_);
    if (std::find(stack_.begin(), stack_.end(), shape) != stack_.end()) {
      layout_.text("( ... recursive ... )");
      layout_.end_paragraph();
    } else if (!is_scalar(shape)) {
      add_inside(shape);
    }
    layout_.dedent(k_text_indent);
    layout_.end_paragraph();
  }

  const model::Documentation& documentation_;
  Layout& layout_;
  std::vector<model::Shape> stack_;
};

}  // namespace

void add_members(const model::Shape& shape,
                 const model::Documentation& documentation,
                 Layout& layout) {
  MemberTree(documentation, layout).add_inside(shape);
}

void add_nested(const model::Member& member,
                const model::Documentation& documentation,
                Layout& layout) {
  if (!is_scalar(member.shape())) {
    MemberTree(documentation, layout).add_inside(member.shape());
  }
}

void add_enum_values(const model::Shape& shape, Layout& layout) {
  const auto values = shape.enum_values();
  if (shape.kind() != model::ShapeKind::string || values.size() == 0) {
    return;
  }
  layout.end_paragraph();
  layout.text("Possible values:");
  layout.end_line();
  for (std::uint32_t i = 0; i < values.size(); ++i) {
    layout.begin_item("* ");
    layout.text(values.at(i).text(), Style::bold);
    layout.end_item("* ");
  }
  layout.end_paragraph();
}

void add_type_notes(const model::Member& member, Layout& layout) {
  const auto type = type_name(member);
  if (type == "streaming blob") {
    layout.end_paragraph();
    set_inline(
        "The value is the path of a file, or `-` for standard input, without `file://` or "
        "`fileb://` in front.",
        layout);
    layout.end_paragraph();
  }
  if (member.shape().has(model::ShapeFlag::union_type)) {
    layout.end_paragraph();
    layout.text("Exactly one of these members can be set:");
    const auto shape = member.shape();
    for (std::uint32_t i = 0; i < shape.member_count(); ++i) {
      layout.text(" ");
      layout.text(shape.member(i).name(), Style::bold);
      layout.text(i + 1 < shape.member_count() ? "," : ".");
    }
    layout.end_paragraph();
  }
}

}  // namespace virga::help
