// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <optional>
#include <vector>

#include "base/strings.hpp"
#include "cli/argument_table.hpp"
#include "engine/cacheable.hpp"
#include "help/html_text.hpp"
#include "help/page.hpp"
#include "help/sections.hpp"
#include "help/syntax.hpp"

namespace virga::help {
namespace {

using cli::Argument;
using cli::Arity;

/// One line of the synopsis and one entry of the options: an argument, or two that exclude each
/// other.
struct Entry {
  const Argument* argument;
  const Argument* other = nullptr;
};

class OperationPage {
 public:
  OperationPage(const OperationTopic& topic, const LayoutOptions& options)
      : topic_(topic),
        layout_(options),
        arguments_(cli::build_arguments(
            topic.operation,
            // The customizations of options go by the names of commands, which a waiter's are not.
            topic.waiter ? "wait" : topic.service_command,
            topic.operation_command,
            topic.compat)) {
    if (topic.waiter) {
      cli::add_wait_options(arguments_.table);
    }
    list_entries();
  }

  std::string make() {
    add_name(command(), layout_);
    add_description();
    add_synopsis();
    add_options();
    add_global_options(topic_.compat, &arguments_.table, layout_);
    add_output();
    return layout_.finish();
  }

 private:
  [[nodiscard]] std::string command() const {
    return concat(
        "virga ", topic_.service_command, topic_.waiter ? " wait " : " ", topic_.operation_command);
  }

  void list_entries();
  void add_description();
  void add_synopsis();
  void add_options();
  void add_option(const Entry& entry);
  void add_option_text(const Argument& argument, const std::optional<model::Member>& member);
  void add_syntax(const Argument& argument, const model::Shape& shape);
  void add_example(std::string_view title, std::string_view example);
  void add_output();

  OperationTopic topic_;
  Layout layout_;
  cli::OperationArguments arguments_;
  std::vector<Entry> entries_;
};

bool is_required(const Argument& argument) { return argument.required || argument.shown_required; }

std::string name_of(const Entry& entry) {
  return entry.other == nullptr
             ? entry.argument->display_name()
             : concat(entry.argument->display_name(), " | ", entry.other->display_name());
}

/// What a value of the option is: the member it goes to, which may be inside of the one that the
/// option was made from.
std::optional<model::Member> value_member(const Argument& argument) {
  if (argument.member && !argument.detail.empty() && argument.member->shape().is_structure()) {
    if (const auto inner = argument.member->shape().find_member(argument.detail)) {
      return inner;
    }
  }
  return argument.member;
}

std::string_view option_type(const Argument& argument, const std::optional<model::Member>& member) {
  if (argument.arity == Arity::flag) {
    return "boolean";
  }
  if (member) {
    return type_name(*member);
  }
  if (argument.arity != Arity::one && argument.arity != Arity::at_most_one) {
    return "list";
  }
  return argument.type == cli::TextType::integer ? "integer" : "string";
}

void OperationPage::list_entries() {
  const auto& all = arguments_.table.arguments();
  for (const auto& argument : all) {
    const bool is_partner = std::any_of(entries_.begin(), entries_.end(), [&](const Entry& entry) {
      return entry.other == &argument;
    });
    if (argument.hidden || is_partner) {
      continue;
    }
    Entry entry{&argument};
    for (const auto& other : all) {
      const bool excludes = (argument.arity == Arity::flag && other.arity == Arity::flag &&
                             other.dest == argument.dest && &other != &argument) ||
                            (argument.name == "cli-input-json" && other.name == "cli-input-yaml");
      entry.other = excludes && !other.hidden ? &other : entry.other;
    }
    entries_.push_back(entry);
  }
}

void OperationPage::add_description() {
  layout_.heading("DESCRIPTION");
  if (topic_.waiter) {
    add_waiter_text(*topic_.waiter, layout_);
    return;
  }
  set_html(topic_.documentation.of(topic_.operation), layout_);
  if (topic_.operation.has(model::OperationFlag::deprecated)) {
    layout_.text("This operation is deprecated.");
    layout_.end_paragraph();
  }
  if (const auto uid = topic_.operation.service().metadata("uid"); !uid.empty()) {
    layout_.text("See also: AWS API Documentation");
    layout_.link(
        concat("https://docs.aws.amazon.com/goto/WebAPI/", uid, "/", topic_.operation.name()));
    layout_.end_paragraph();
  }
  if (!topic_.operation.paginator().is_null()) {
    set_inline(
        "The service answers in pages; all of them are fetched and printed as one result. "
        "`--no-paginate` fetches the first only, `--max-items` stops early.",
        layout_);
    layout_.end_paragraph();
  } else if (!topic_.operation.derived_paginator().is_null() && engine::is_read(topic_.operation) &&
             topic_.compat == cli::Compat::v2) {
    set_inline(
        "The service answers in pages, of which one is fetched; `--paginate-all` fetches all of "
        "them and prints them as one result.",
        layout_);
    layout_.end_paragraph();
  }
}

void OperationPage::add_synopsis() {
  layout_.heading("SYNOPSIS");
  layout_.text(command(), Style::bold);
  layout_.indent(2);
  for (const auto& entry : entries_) {
    std::string text = name_of(entry);
    if (entry.argument->positional) {
      text = concat("<", text, ">");
    } else if (entry.argument->arity != Arity::flag && entry.other == nullptr) {
      text += " <value>";
    }
    layout_.text(is_required(*entry.argument) ? text : concat("[", text, "]"));
    layout_.end_line();
  }
  add_global_synopsis(topic_.compat, &arguments_.table, layout_);
  layout_.dedent(2);
}

void OperationPage::add_example(std::string_view title, std::string_view example) {
  layout_.end_paragraph();
  layout_.text(title);
  layout_.end_paragraph();
  layout_.indent(k_text_indent);
  layout_.preformatted(example);
  layout_.dedent(k_text_indent);
  layout_.end_paragraph();
}

void OperationPage::add_syntax(const Argument& argument, const model::Shape& shape) {
  if (const auto example = shorthand_example(shape); !example.empty()) {
    add_example("Shorthand Syntax:", example);
  }
  if (shape.kind() == model::ShapeKind::list && is_scalar(shape.element().shape())) {
    const auto element = shape.element().shape();
    const auto word = element.kind() == model::ShapeKind::string
                          ? std::string("\"string\"")
                          : std::string(type_name(element.kind()));
    std::string example = concat(word, " ", word, " ...");
    const auto values = element.enum_values();
    for (std::uint32_t i = 0; i < values.size(); ++i) {
      append(example, i == 0 ? "\n\nWhere valid values are:\n  " : "\n  ", values.at(i).text());
    }
    add_example("Syntax:", example);
  } else if (!is_scalar(shape) && argument.arity != Arity::flag) {
    add_example("JSON Syntax:", json_example(shape));
  }
}

void OperationPage::add_option_text(const Argument& argument,
                                    const std::optional<model::Member>& member) {
  const auto own = argument_text(
      topic_.waiter ? "wait" : topic_.service_command, topic_.operation_command, argument.name);
  if (!own.empty() && (!argument.member || argument.target.empty())) {
    set_inline(own, layout_);
    layout_.end_paragraph();
  } else if (member) {
    set_html(topic_.documentation.of(*member), layout_);
  }
}

void OperationPage::add_option(const Entry& entry) {
  const auto& argument = *entry.argument;
  const auto member = value_member(argument);
  layout_.text(name_of(entry), Style::bold);
  layout_.text(concat(" (", option_type(argument, member), ")"));
  layout_.text(is_required(argument) ? " [required]" : "");
  layout_.indent(k_text_indent);
  add_option_text(argument, member);
  if (member && argument.arity != Arity::flag) {
    add_type_notes(*member, layout_);
    add_enum_values(member->shape(), layout_);
    add_nested(*member, topic_.documentation, layout_);
    add_syntax(argument, member->shape());
  }
  layout_.dedent(k_text_indent);
  layout_.end_paragraph();
}

void OperationPage::add_options() {
  layout_.heading("OPTIONS");
  if (entries_.empty()) {
    layout_.text("None");
  }
  for (const auto& entry : entries_) {
    add_option(entry);
  }
}

void OperationPage::add_output() {
  layout_.heading("OUTPUT");
  const auto output = topic_.operation.output();
  if (topic_.waiter || !output || output->member_count() == 0) {
    layout_.text("None");
    return;
  }
  add_members(*output, topic_.documentation, layout_);
}

}  // namespace

std::string operation_page(const OperationTopic& topic, const LayoutOptions& options) {
  return OperationPage(topic, options).make();
}

}  // namespace virga::help
