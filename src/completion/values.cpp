// SPDX-License-Identifier: Apache-2.0
#include "completion/values.hpp"

#include <algorithm>
#include <array>

#include "base/strings.hpp"
#include "cli/global_options.hpp"

namespace virga::completion {
namespace {

void add_choices(std::span<const std::string_view> choices, Answer& answer) {
  for (const auto choice : choices) {
    answer.candidates.push_back({std::string(choice)});
  }
}

bool is_text(const model::Shape& shape) { return shape.kind() == model::ShapeKind::string; }

void add_enum(const model::Shape& shape, std::string_view before, Answer& answer) {
  const auto values = shape.enum_values();
  for (std::uint32_t i = 0; i < values.size(); ++i) {
    answer.candidates.push_back({concat(before, values.at(i).text())});
  }
}

/// "file://" where the word may be its beginning or, for what is long to write, where nothing was
/// typed; the path behind it is the shell's.
void add_file_prefix(std::string_view prefix,
                     std::string_view current,
                     bool wanted,
                     Answer& answer) {
  if (current.starts_with(prefix)) {
    answer.files = true;
  } else if (prefix.starts_with(current) && (wanted || !current.empty())) {
    answer.candidates.push_back({std::string(prefix), "the contents of a file"});
    answer.no_space = true;
  }
}

/// Names and values of a structure in shorthand: "Key=name,Va" → "Key=name,Value=".
void add_shorthand(const model::Shape& shape, std::string_view current, Answer& answer) {
  const auto comma = current.rfind(',');
  const auto at = comma == std::string_view::npos ? 0 : comma + 1;
  const auto before = current.substr(0, at);
  const auto part = current.substr(at);
  const auto equals = part.find('=');
  if (current.find_first_of("{[\"'") != std::string_view::npos) {
    return;  // JSON, or deeper than this looks
  }
  if (equals != std::string_view::npos) {
    const auto member = shape.find_member(part.substr(0, equals));
    if (member && is_text(member->shape())) {
      add_enum(member->shape(), concat(before, part.substr(0, equals + 1)), answer);
    } else if (member && member->shape().kind() == model::ShapeKind::boolean) {
      for (const auto* value : {"true", "false"}) {
        answer.candidates.push_back({concat(before, part.substr(0, equals + 1), value)});
      }
    }
    return;
  }
  for (std::uint32_t i = 0; i < shape.member_count(); ++i) {
    const auto name = shape.member(i).name();
    const bool is_there = current.starts_with(concat(name, "=")) ||
                          current.find(concat(",", name, "=")) != std::string_view::npos;
    if (!is_there) {
      answer.candidates.push_back({concat(before, name, "=")});
      answer.no_space = true;
    }
  }
}

/// The parameters that single words give, by the names of their members.
std::map<std::string, std::string, std::less<>> params_of(const cli::OperationArguments& arguments,
                                                          const GivenOptions& given) {
  std::map<std::string, std::string, std::less<>> out;
  for (const auto& [name, words] : given) {
    const auto* argument = arguments.table.find(name);
    if (argument != nullptr && argument->member && words.size() == 1) {
      out.emplace(argument->member->name(), words.front());
    }
  }
  return out;
}

model::Member value_member(const cli::Argument& argument) {
  const auto& member = *argument.member;
  if (!argument.detail.empty() && member.shape().is_structure()) {
    if (const auto inner = member.shape().find_member(argument.detail)) {
      return *inner;
    }
  }
  return member;
}

}  // namespace

std::vector<Candidate> regions(const model::Catalog& catalog) {
  std::vector<Candidate> out;
  const auto partitions = catalog.partitions().find("partitions");
  for (std::uint32_t i = 0; i < partitions.size(); ++i) {
    const auto names = partitions.at(i).find("regions");
    for (std::uint32_t k = 0; k < names.size(); ++k) {
      const auto name = names.key_at(k);
      if (!name.ends_with("-global")) {
        out.push_back({std::string(name), description_line(names.at(k).text("description"))});
      }
    }
  }
  std::sort(out.begin(), out.end(), [](const Candidate& a, const Candidate& b) {
    return a.text < b.text;
  });
  return out;
}

void add_global_values(const Parts& parts, std::string_view name, Answer& answer) {
  if (name == "profile" && parts.profiles) {
    for (auto& profile : parts.profiles()) {
      answer.candidates.push_back({std::move(profile)});
    }
  } else if (name == "region" && parts.catalog != nullptr) {
    answer.candidates = regions(*parts.catalog);
  } else if (name == "ca-bundle") {
    answer.files = true;
  }
  for (const auto& option : cli::global_option_rows()) {
    if (option.name == name) {
      add_choices(option.choices, answer);
    }
  }
}

void add_argument_values(const Parts& parts,
                         const model::Operation& operation,
                         const cli::OperationArguments& arguments,
                         const cli::Argument& argument,
                         const GivenOptions& given,
                         std::string_view current,
                         Answer& answer) {
  add_choices(argument.choices, answer);
  if (argument.name == "cli-input-json" || argument.name == "cli-input-yaml") {
    add_file_prefix("file://", current, true, answer);
    return;
  }
  if (!argument.member) {
    answer.files = argument.positional || argument.name.ends_with("outfile");
    add_file_prefix("file://", current, false, answer);
    return;
  }
  const auto member = value_member(argument);
  const auto whole = member.shape();
  using model::ShapeKind;
  const bool is_list = whole.kind() == ShapeKind::list;
  const auto shape = is_list ? whole.element().shape() : whole;
  switch (shape.kind()) {
    case ShapeKind::blob:
      add_file_prefix("fileb://", current, true, answer);
      answer.files = answer.files || member.is_streaming();
      return;
    case ShapeKind::boolean:
      add_choices(std::array<std::string_view, 2>{"true", "false"}, answer);
      return;
    case ShapeKind::structure:
      add_shorthand(shape, current, answer);
      add_file_prefix("file://", current, true, answer);
      return;
    case ShapeKind::string:
      add_enum(shape, "", answer);
      if (answer.candidates.empty() && parts.names) {
        answer.candidates =
            parts.names({operation, member, params_of(arguments, given), given, current});
      }
      add_file_prefix("file://", current, false, answer);
      return;
    default:
      add_file_prefix("file://", current, !is_list && shape.kind() == ShapeKind::map, answer);
      return;
  }
}

}  // namespace virga::completion
