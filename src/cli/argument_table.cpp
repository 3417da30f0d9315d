// SPDX-License-Identifier: Apache-2.0
#include "cli/argument_table.hpp"

#include <algorithm>
#include <array>
#include <limits>
#include <utility>

#include <sys/stat.h>

#include "base/duration.hpp"
#include "base/strings.hpp"
#include "cli/customizations.hpp"
#include "model/names.hpp"
#include "params/python_numbers.hpp"

namespace virga::cli {
namespace {

constexpr std::array<std::string_view, 2> k_skeletons_v1 = {"input", "output"};
constexpr std::array<std::string_view, 3> k_skeletons_v2 = {"input", "output", "yaml-input"};

/// What can be read like a file though it is none: the standard input ("-"), pipes and devices. The
/// AWS CLI takes regular files only; version 1 is imitated in that.
bool is_readable_stream(const std::string& path) {
  struct stat status = {};
  return path == "-" ||
         (stat(path.c_str(), &status) == 0 && !S_ISREG(status.st_mode) && !S_ISDIR(status.st_mode));
}

Status apply_stream(const Argument& argument,
                    const std::vector<std::string>& words,
                    ApplyContext& context) {
  auto path = words.front();
  if (context.text.v1 || !is_readable_stream(path)) {
    VIRGA_TRY_ASSIGN(const auto value, context.value(argument, *argument.member, words));
    path = value.as_string() == nullptr ? path : *value.as_string();
  }
  context.call.params.set(argument.target, Blob{});
  context.call.stream_files.insert_or_assign(std::string(argument.target), std::move(path));
  return {};
}

Status apply_boolean(const Argument& argument,
                     const std::vector<std::string>& words,
                     ApplyContext& context) {
  context.call.params.set(argument.target, words.empty());
  return {};
}

Status apply_starting_token(const Argument&,
                            const std::vector<std::string>& words,
                            ApplyContext& context) {
  context.call.pagination.starting_token = words.front();
  return {};
}

Status apply_page_size(const Argument& argument,
                       const std::vector<std::string>& words,
                       ApplyContext& context) {
  if (argument.type == TextType::text) {
    context.call.pagination.page_size = Value(words.front());
  } else {
    VIRGA_TRY_ASSIGN(context.call.pagination.page_size, params::python_int_of(words.front()));
  }
  return {};
}

Status apply_max_items(const Argument&,
                       const std::vector<std::string>& words,
                       ApplyContext& context) {
  VIRGA_TRY_ASSIGN(const auto number, params::python_int_of(words.front()));
  const auto* small = number.as_integer();
  context.call.pagination.max_items =
      small == nullptr ? std::numeric_limits<std::int64_t>::max() : *small;
  return {};
}

Status apply_outfile(const Argument&,
                     const std::vector<std::string>& words,
                     ApplyContext& context) {
  context.call.outfile = words.front();
  return {};
}

Status apply_skeleton(const Argument&,
                      const std::vector<std::string>& words,
                      ApplyContext& context) {
  context.call.skeleton = words.empty() ? "input" : words.front();
  return {};
}

Result<std::chrono::milliseconds> duration_of(const Argument& argument, const std::string& word) {
  if (const auto duration = parse_duration(word)) {
    return *duration;
  }
  return fail(ErrorCode::validation,
              concat("Bad value for ",
                     argument.display_name(),
                     " \"",
                     word,
                     "\": expected a duration such as 30s, 10m or 1h30m."));
}

Status apply_wait_timeout(const Argument& argument,
                          const std::vector<std::string>& words,
                          ApplyContext& context) {
  VIRGA_TRY_ASSIGN(context.call.wait->timeout, duration_of(argument, words.front()));
  return {};
}

Status apply_wait_delay(const Argument& argument,
                        const std::vector<std::string>& words,
                        ApplyContext& context) {
  VIRGA_TRY_ASSIGN(context.call.wait->delay, duration_of(argument, words.front()));
  return {};
}

Status apply_yielding(const Argument& argument,
                      const std::vector<std::string>& words,
                      ApplyContext& context) {
  *find_yielding(context.call.yielding, argument.name) = words.front();
  return {};
}

TextType text_type(model::ShapeKind kind) {
  switch (kind) {
    case model::ShapeKind::long_integer:
      return TextType::integer;
    case model::ShapeKind::float_number:
    case model::ShapeKind::double_number:
      return TextType::real;
    default:
      return TextType::text;
  }
}

void add_member(ArgumentTable& table, const model::Member& member) {
  const auto kind = member.shape().kind();
  Argument argument;
  argument.name = argument.dest = model::member_cli_name(member.name());
  argument.member = member;
  argument.target = member.name();
  argument.required =
      member.has(model::MemberFlag::required) && !member.has(model::MemberFlag::idempotency_token);
  argument.apply = apply_member;
  if (kind == model::ShapeKind::boolean) {
    argument.arity = Arity::flag;
    argument.apply = apply_boolean;
    Argument negative = argument;
    negative.name = concat("no-", argument.name);
    negative.negative = true;
    negative.required = false;
    table.set(std::move(argument));
    table.set(std::move(negative));
    return;
  }
  if (kind == model::ShapeKind::list) {
    argument.arity = Arity::any_number;
  } else {
    argument.type = text_type(kind);
  }
  if (kind == model::ShapeKind::blob && member.is_streaming()) {
    argument.apply = apply_stream;
  }
  table.set(std::move(argument));
}

Argument plain_argument(std::string_view name, Apply apply) {
  Argument argument;
  argument.name = argument.dest = std::string(name);
  argument.apply = apply;
  return argument;
}

/// A paging argument; what it hides is kept.
void add_paging(OperationArguments& out, std::string_view name, TextType type, Apply apply) {
  if (const auto* shadowed = out.table.find(name)) {
    out.shadowed.push_back(*shadowed);
  }
  auto argument = plain_argument(name, apply);
  argument.type = type;
  out.table.set(std::move(argument));
}

void add_token(OperationArguments& out, std::string_view member) {
  if (member.empty()) {
    return;
  }
  auto name = model::member_cli_name(member);
  out.table.hide(name);
  out.pagination_tokens.push_back(std::move(name));
  out.pagination_members.emplace_back(member);
}

/// awscli/customizations/paginate.py.
void add_pagination(OperationArguments& out, const model::Operation& operation) {
  const auto paginator = operation.paginator();
  const auto input = operation.input();
  if (paginator.is_null() || !input) {
    return;
  }
  const auto tokens = paginator.find("input_token");
  add_token(out, tokens.text());
  for (std::uint32_t i = 0; tokens.is_list() && i < tokens.size(); ++i) {
    add_token(out, tokens.at(i).text());
  }
  const auto limit_key = paginator.text("limit_key");
  // Where all pages were asked for expressly, a limit of the service's own is the size of a page;
  // some operations require it.
  if (!paginator.find("derived").boolean()) {
    add_token(out, limit_key);
  }
  add_paging(out, "starting-token", TextType::text, apply_starting_token);
  auto type = TextType::integer;
  if (!limit_key.empty()) {
    const auto limit = input->find_member(limit_key);
    if (limit && limit->shape().kind() == model::ShapeKind::string) {
      type = TextType::text;
    }
    add_paging(out, "page-size", type, apply_page_size);
  }
  add_paging(out, "max-items", type, apply_max_items);
}

/// Whether the answer's body is bytes. The AWS CLI saves all of them to a file, marked as streaming
/// or not.
bool has_file_output(const model::Operation& operation) {
  const auto output = operation.output();
  const auto payload = output ? output->find_member(output->payload()) : std::nullopt;
  return payload && payload->shape().kind() == model::ShapeKind::blob;
}

}  // namespace

std::string Argument::display_name() const { return positional ? name : concat("--", name); }

Result<Value> ApplyContext::value(const Argument& argument,
                                  const model::Member& member,
                                  const std::vector<std::string>& words) const {
  return params::parse_option(member, argument.display_name(), words, text);
}

Result<std::string> ApplyContext::text_of(const Argument& argument, const std::string& word) const {
  VIRGA_TRY_ASSIGN(auto loaded, params::load_text(word, argument.display_name(), text));
  if (auto* string = loaded.as_string()) {
    return std::move(*string);
  }
  if (auto* blob = loaded.as_blob()) {
    return std::move(blob->bytes);
  }
  return word;
}

Argument* ArgumentTable::find(std::string_view name) {
  const auto found = std::find_if(
      arguments_.begin(), arguments_.end(), [name](const Argument& a) { return a.name == name; });
  return found == arguments_.end() ? nullptr : &*found;
}

const Argument* ArgumentTable::find(std::string_view name) const {
  const auto found = std::find_if(
      arguments_.begin(), arguments_.end(), [name](const Argument& a) { return a.name == name; });
  return found == arguments_.end() ? nullptr : &*found;
}

Argument& ArgumentTable::set(Argument argument) {
  if (auto* existing = find(argument.name)) {
    *existing = std::move(argument);
    return *existing;
  }
  return arguments_.emplace_back(std::move(argument));
}

void ArgumentTable::erase(std::string_view name) {
  std::erase_if(arguments_, [name](const Argument& argument) { return argument.name == name; });
}

void ArgumentTable::rename(std::string_view name, std::string_view new_name) {
  const auto* existing = find(name);
  if (existing == nullptr) {
    return;
  }
  auto argument = *existing;
  erase(name);
  argument.name = std::string(new_name);
  if (argument.arity != Arity::flag) {
    argument.dest = argument.name;
  }
  set(std::move(argument));
}

void ArgumentTable::add_hidden_alias(std::string_view name, std::string_view alias) {
  auto* existing = find(name);
  if (existing == nullptr) {
    return;
  }
  existing->shown_required = existing->shown_required || existing->required;
  existing->required = false;
  auto copy = *existing;
  copy.name = copy.dest = std::string(alias);
  copy.hidden = true;
  copy.shown_required = false;
  set(std::move(copy));
}

void ArgumentTable::hide(std::string_view name) {
  if (auto* argument = find(name)) {
    argument->hidden = true;
  }
}

void ArgumentTable::set_required(std::string_view name, bool required) {
  if (auto* argument = find(name)) {
    argument->required = required;
  }
}

void ArgumentTable::require_nothing() {
  for (auto& argument : arguments_) {
    argument.required = argument.required && argument.positional;
  }
}

OperationArguments build_arguments(const model::Operation& operation,
                                   std::string_view service_command,
                                   std::string_view operation_command,
                                   Compat compat) {
  OperationArguments out;
  if (const auto input = operation.input()) {
    for (std::uint32_t i = 0; i < input->member_count(); ++i) {
      add_member(out.table, input->member(i));
    }
  }
  customize_arguments(out.table, operation, service_command, operation_command, compat);
  if (has_file_output(operation)) {
    auto outfile = plain_argument("outfile", apply_outfile);
    outfile.positional = outfile.required = true;
    out.table.set(std::move(outfile));
  }
  // A second positional would be ambiguous, so whatever has an outfile takes its input as options
  // only.
  const bool has_outfile = out.table.find("outfile") != nullptr;
  if (!has_outfile) {
    out.table.set(plain_argument("cli-input-json", apply_nothing));
    if (compat == Compat::v2) {
      out.table.set(plain_argument("cli-input-yaml", apply_nothing));
    }
  }
  add_pagination(out, operation);
  if (!has_outfile) {
    auto skeleton = plain_argument("generate-cli-skeleton", apply_skeleton);
    skeleton.arity = Arity::at_most_one;
    skeleton.choices =
        compat == Compat::v1 ? std::span<const std::string_view>(k_skeletons_v1) : k_skeletons_v2;
    out.table.set(std::move(skeleton));
  }
  return out;
}

void add_yielding_options(ArgumentTable& table) {
  for (const auto name : k_yielding_options) {
    if (table.find(name) == nullptr) {
      table.set(plain_argument(std::string(name), apply_yielding)).own = true;
    }
  }
}

void add_wait_options(ArgumentTable& table) {
  for (const auto& argument :
       {plain_argument("timeout", apply_wait_timeout), plain_argument("delay", apply_wait_delay)}) {
    if (table.find(argument.name) == nullptr) {
      table.set(argument).own = true;
    }
  }
}

Status apply_member(const Argument& argument,
                    const std::vector<std::string>& words,
                    ApplyContext& context) {
  VIRGA_TRY_ASSIGN(auto value, context.value(argument, *argument.member, words));
  if (params::is_json_option(*argument.member, words)) {
    context.call.json_members.emplace_back(argument.target);
  }
  context.call.params.set(argument.target, std::move(value));
  return {};
}

Status apply_nothing(const Argument&, const std::vector<std::string>&, ApplyContext&) { return {}; }

}  // namespace virga::cli
