// SPDX-License-Identifier: Apache-2.0
#include "cli/skeleton.hpp"

#include <algorithm>
#include <string_view>
#include <utility>
#include <vector>

#include "base/strings.hpp"
#include "cli/result_printer.hpp"
#include "output/yaml_scalar.hpp"
#include "params/params.hpp"
#include "value/json_write.hpp"

namespace virga::cli {
namespace {

using model::Shape;
using model::ShapeKind;

/// Walks a shape, and knows which structures it is inside of.
class Generator {
 public:
  explicit Generator(bool use_names) : use_names_(use_names) {}

  Value value(const Shape& shape, std::string_view name) {
    switch (shape.kind()) {
      case ShapeKind::structure:
        return structure(shape);
      case ShapeKind::list: {
        List list;
        const auto element = shape.element().shape();
        list.push_back(value(element, use_names_ ? element.name() : ""));
        return list;
      }
      case ShapeKind::map: {
        Map map;
        map.append("KeyName", value(shape.value().shape(), ""));
        return map;
      }
      case ShapeKind::string: {
        const auto choices = shape.enum_values();
        const bool is_enum = !use_names_ && choices.size() > 0;
        return Value(use_names_ ? name : is_enum ? choices.at(0).text() : "");
      }
      case ShapeKind::integer:
      case ShapeKind::long_integer:
        return 0;
      case ShapeKind::float_number:
      case ShapeKind::double_number:
        return 0.0;
      case ShapeKind::boolean:
        return true;
      case ShapeKind::timestamp:
        return Value("1970-01-01T00:00:00");
      case ShapeKind::blob:
        break;
    }
    return {};
  }

 private:
  Value structure(const Shape& shape) {
    Map map;
    if (std::find(inside_.begin(), inside_.end(), shape.index()) != inside_.end()) {
      return map;
    }
    inside_.push_back(shape.index());
    for (std::uint32_t i = 0; i < shape.member_count(); ++i) {
      const auto member = shape.member(i);
      map.append(std::string(member.name()), value(member.shape(), member.name()));
    }
    inside_.pop_back();
    return map;
  }

  bool use_names_;
  std::vector<std::uint32_t> inside_;
};

/// A text of a model, none of which has several lines.
std::string yaml_text(std::string_view text) {
  const bool plain =
      output::analyze_yaml_scalar(text).plain && !output::resolves_to_other_type(text);
  return plain ? std::string(text) : concat("'", replace_all(text, "'", "''"), "'");
}

/// Writes the input's skeleton as ruamel.yaml's round-trip dumper lays it out, comments included.
class YamlWriter {
 public:
  std::string document(const Shape& shape) {
    value(shape, 0, "", false);
    return std::move(out_);
  }

 private:
  /// `comment` comes behind a scalar, or above the lines of a collection. The value follows a key
  /// or, `in_list`, a dash.
  void value(const Shape& shape, std::size_t indent, const std::string& comment, bool in_list) {
    switch (shape.kind()) {
      case ShapeKind::structure:
        structure(shape, indent, comment, in_list);
        return;
      case ShapeKind::list: {
        append(out_, in_list ? "" : comment + "\n");
        // The list below a key is not farther in than the key.
        const auto dash = in_list || indent == 0 ? indent : indent - 2;
        append(out_, in_list ? "" : std::string(dash, ' '), "- ");
        value(shape.element().shape(), dash + 2, "", true);
        return;
      }
      case ShapeKind::map:
        append(out_, in_list ? "" : concat(comment, "\n", std::string(indent, ' ')), "KeyName:");
        entry(shape.value().shape(), indent, "");
        return;
      default:
        append(out_, scalar(shape), comment, "\n");
    }
  }

  void structure(const Shape& shape, std::size_t indent, const std::string& comment, bool in_list) {
    const bool is_inside =
        std::find(inside_.begin(), inside_.end(), shape.index()) != inside_.end();
    if (is_inside || shape.member_count() == 0) {
      append(out_, "{}", comment, "\n");
      return;
    }
    if (!in_list && !inside_.empty()) {
      append(out_, comment, "\n");
    }
    const bool starts_line = !in_list;
    std::vector<std::string> remarks;
    inside_.push_back(shape.index());
    for (std::uint32_t i = 0; i < shape.member_count(); ++i) {
      const auto member = shape.member(i);
      remarks.push_back(remark_of(member));
      const auto column = is_aligned(shape, remarks) ? " #" : "  #";
      append(out_,
             i > 0 || starts_line ? std::string(indent, ' ') : "",
             yaml_text(member.name()),
             ":");
      entry(member.shape(), indent, remarks.back().empty() ? "" : column + remarks.back());
    }
    inside_.pop_back();
  }

  /// What follows "Key:".
  void entry(const Shape& shape, std::size_t indent, const std::string& comment) {
    const bool is_empty_structure =
        shape.is_structure() &&
        (shape.member_count() == 0 ||
         std::find(inside_.begin(), inside_.end(), shape.index()) != inside_.end());
    const bool is_collection =
        shape.is_structure() || shape.kind() == ShapeKind::list || shape.kind() == ShapeKind::map;
    if (!is_collection || is_empty_structure) {
      out_ += ' ';
    }
    value(shape, indent + 2, comment, false);
  }

  static std::string scalar(const Shape& shape) {
    switch (shape.kind()) {
      case ShapeKind::blob:
        return "!!binary ''";
      case ShapeKind::boolean:
        return "true";
      case ShapeKind::integer:
      case ShapeKind::long_integer:
        return "0";
      case ShapeKind::float_number:
      case ShapeKind::double_number:
        return "0.0";
      case ShapeKind::timestamp:
        return "1970-01-01 00:00:00";
      default: {
        const auto choices = shape.enum_values();
        return yaml_text(choices.size() > 0 ? choices.at(0).text() : "");
      }
    }
  }

  static std::string remark_of(const model::Member& member) {
    std::string out;
    if (member.has(model::MemberFlag::required)) {
      out += " [REQUIRED]";
    }
    const auto choices = member.shape().kind() == ShapeKind::string ? member.shape().enum_values()
                                                                    : model::Document();
    for (std::uint32_t i = 0; i < choices.size(); ++i) {
      append(out, i == 0 ? " Valid values are: " : ", ", choices.at(i).text());
    }
    if (choices.size() > 0) {
      out += '.';
    }
    return out;
  }

  /// Whether ruamel.yaml puts the last of the comments into the column of one before, which leaves
  /// it one blank from the text: that of the key before, or of the first keys as long as they are
  /// smaller.
  static bool is_aligned(const Shape& shape, const std::vector<std::string>& remarks) {
    const auto last = static_cast<std::uint32_t>(remarks.size() - 1);
    if (last > 0 && !remarks[last - 1].empty()) {
      return true;
    }
    const auto name = shape.member(last).name();
    for (std::uint32_t i = 0; i < last && shape.member(i).name() < name; ++i) {
      if (!remarks[i].empty()) {
        return true;
      }
    }
    return false;
  }

  std::string out_;
  std::vector<std::uint32_t> inside_;
};

Status check_parameters(const Invocation& invocation) {
  const auto input = invocation.operation.input();
  auto params = Value(invocation.params);
  for (const auto& [member, path] : invocation.stream_files) {
    params.as_map()->set(member, Blob());
  }
  const auto problems = input ? params::validate(*input, params, invocation.json_members)
                              : std::vector<std::string>();
  return problems.empty() ? Status()
                          : fail(ErrorCode::validation,
                                 concat("Parameter validation failed:\n", join(problems, "\n")));
}

}  // namespace

Value input_skeleton(const model::Operation& operation) {
  const auto input = operation.input();
  return input ? Generator(false).value(*input, "") : Value(Map());
}

std::string input_skeleton_yaml(const model::Operation& operation) {
  const auto input = operation.input();
  return input ? YamlWriter().document(*input) : "{}\n";
}

Value output_skeleton(const model::Operation& operation) {
  const auto output = operation.output();
  return output ? Generator(true).value(*output, "") : Value(Map());
}

Status print_skeleton(const Invocation& invocation,
                      const GlobalOptions& globals,
                      const config::Settings& settings,
                      output::Writer& out) {
  const auto& operation = invocation.operation;
  if (invocation.skeleton == "output") {
    VIRGA_TRY_ASSIGN(auto printer, ResultPrinter::make(globals, settings, operation));
    VIRGA_TRY(check_parameters(invocation));
    return printer.print(output_skeleton(operation), out);
  }
  if (invocation.skeleton == "yaml-input") {
    return out.write(input_skeleton_yaml(operation));
  }
  JsonStyle style;
  style.indent = 4;
  style.ascii = true;
  return out.write(to_json(input_skeleton(operation), style) + "\n");
}

}  // namespace virga::cli
