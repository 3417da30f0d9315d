// SPDX-License-Identifier: Apache-2.0
#include "commands/generate/nu_module.hpp"

#include <algorithm>
#include <array>
#include <map>
#include <optional>
#include <utility>
#include <vector>

#include "base/strings.hpp"
#include "cli/argument_table.hpp"
#include "cli/service_names.hpp"
#include "help/html_text.hpp"

namespace virga::commands {
namespace {

using model::ShapeKind;

// Variables of the language and flags of every command: a flag of that name cannot be declared.
constexpr std::array<std::string_view, 6> k_reserved = {"in", "it", "env", "nu", "help", "h"};

// What every command takes besides the operation's own.
constexpr std::string_view k_global_flags =
    "  --profile: string # the profile of the AWS configuration\n"
    "  --region: string # the region to call\n"
    "  --endpoint-url: string # another endpoint\n"
    "  --query: string # a JMESPath expression to apply to the result\n"
    "  --no-paginate # one call, and its answer as it is\n"
    "  --pages # whole pages instead of their items\n";

constexpr std::string_view k_prologue =
    "# The words of a call: flags that were given, with their values.\n"
    "def words [given: record]: nothing -> list<any> {\n"
    "  $given | transpose name value | each {|flag|\n"
    "    if $flag.value == null or $flag.value == false {\n"
    "      []\n"
    "    } else if $flag.value == true {\n"
    "      [$\"--($flag.name)\"]\n"
    "    } else {\n"
    "      [$\"--($flag.name)\" $flag.value]\n"
    "    }\n"
    "  } | flatten\n"
    "}\n";

/// One flag of a command.
struct Flag {
  std::string option;  ///< of the AWS CLI, without dashes
  std::string name;    ///< as declared
  std::string type;    ///< empty for a switch
  std::string doc;
  bool required = false;
};

/// A quoted text of the language.
std::string quoted(std::string_view text) {
  std::string out = "\"";
  for (const char c : text) {
    if (c == '"' || c == '\\') {
      out += '\\';
    }
    out += c == '\n' || c == '\r' || c == '\t' ? ' ' : c;
  }
  return out + '"';
}

bool is_global(std::string_view name) {
  return k_global_flags.find(concat("  --", name, ":")) != std::string_view::npos ||
         k_global_flags.find(concat("  --", name, " #")) != std::string_view::npos;
}

std::string flag_name(std::string_view option) {
  std::string name;
  for (const char c : option) {
    name += is_ascii_alnum(c) || c == '-' || c == '_' ? c : '-';
  }
  const bool reserved =
      std::find(k_reserved.begin(), k_reserved.end(), name) != k_reserved.end() || is_global(name);
  return reserved || (!name.empty() && is_ascii_digit(name.front())) ? concat("param-", name)
                                                                     : name;
}

std::string variable(std::string_view name) { return replace_all(name, "-", "_"); }

/// What a module collects while its commands are written.
class ModuleWriter {
 public:
  ModuleWriter(const model::Service& service,
               std::string_view service_command,
               const model::Documentation& documentation)
      : service_(service), command_view_(service_command), documentation_(documentation) {}

  std::string write();

 private:
  std::string type_of(const model::Shape& shape, bool at_top);
  std::string completer(const model::Shape& shape);
  void write_operation(std::string_view name, const model::Operation& operation);
  std::vector<Flag> flags_of(const cli::ArgumentTable& table);

  const model::Service& service_;
  std::string_view command_view_;  // of the caller
  const model::Documentation& documentation_;
  std::map<std::string, std::string, std::less<>> completers_;  // shape's name → definition
  std::string body_;
};

/// The name of the function that gives an enum's values.
std::string ModuleWriter::completer(const model::Shape& shape) {
  std::string name = concat("nu-complete ", command_view_, " ", shape.name());
  if (!completers_.contains(name)) {
    std::string definition = concat("def ", quoted(name), " []: nothing -> list<string> { [");
    const auto values = shape.enum_values();
    for (std::uint32_t i = 0; i < values.size(); ++i) {
      append(definition, i == 0 ? "" : " ", quoted(values.at(i).text()));
    }
    completers_.emplace(name, definition + "] }\n");
  }
  return name;
}

std::string ModuleWriter::type_of(const model::Shape& shape, bool at_top) {
  switch (shape.kind()) {
    case ShapeKind::integer:
    case ShapeKind::long_integer:
      return "int";
    case ShapeKind::float_number:
    case ShapeKind::double_number:
      return "number";
    case ShapeKind::boolean:
      return "bool";
    case ShapeKind::string:
      return at_top && !shape.enum_values().is_null() ? concat("string@", quoted(completer(shape)))
                                                      : "string";
    case ShapeKind::list: {
      const auto element = shape.element().shape();
      const bool is_text = element.kind() == ShapeKind::string;
      return is_text ? "list<string>" : "list<any>";
    }
    case ShapeKind::map:
      return "record";
    case ShapeKind::structure:
      return shape.has(model::ShapeFlag::document) ? "any" : "record";
    default:
      return "any";
  }
}

std::vector<Flag> ModuleWriter::flags_of(const cli::ArgumentTable& table) {
  std::vector<Flag> flags;
  for (const auto& argument : table.arguments()) {
    if (argument.hidden || argument.positional || argument.name == "cli-input-yaml" ||
        argument.name == "generate-cli-skeleton") {
      continue;
    }
    Flag flag{argument.name, flag_name(argument.name), "", "", argument.required};
    if (argument.arity != cli::Arity::flag) {
      flag.type = argument.member ? type_of(argument.member->shape(), true) : "any";
      if (argument.type == cli::TextType::integer) {
        flag.type = "int";
      }
    }
    if (argument.member && !argument.negative) {
      flag.doc = help::first_sentence(documentation_.of(*argument.member));
    }
    if (flag.required) {
      flag.doc = concat("(required) ", flag.doc);
    }
    const bool is_known = std::any_of(
        flags.begin(), flags.end(), [&](const Flag& other) { return other.name == flag.name; });
    if (!is_known) {
      flags.push_back(std::move(flag));
    }
  }
  return flags;
}

void ModuleWriter::write_operation(std::string_view name, const model::Operation& operation) {
  const auto arguments = cli::build_arguments(operation, command_view_, name, cli::Compat::v2);
  const auto flags = flags_of(arguments.table);
  const bool has_outfile = operation.streaming_output().has_value();
  append(body_, "\n# ", help::first_sentence(documentation_.of(operation)), "\n");
  append(body_, "export def ", quoted(concat("aws ", command_view_, " ", name)), " [\n");
  if (has_outfile) {
    body_ += "  outfile?: path # the file to write the body to; without it the body goes on\n";
  }
  for (const auto& flag : flags) {
    append(body_, "  --", flag.name, flag.type.empty() ? "" : ": ", flag.type);
    append(body_, flag.doc.empty() ? "" : " # ", flag.doc, "\n");
  }
  append(body_, k_global_flags, "]: any -> any {\n");
  append(body_, "  $in | virga aws ", command_view_, " ", name, " ...(words {\n");
  for (const auto& flag : flags) {
    append(body_, "    ", quoted(flag.option), ": $", variable(flag.name), "\n");
  }
  body_ += "  })";
  if (has_outfile) {
    body_ += " ...(if $outfile == null { [] } else { [$outfile] })";
  }
  body_ +=
      " --profile $profile --region $region --endpoint-url $endpoint_url --query $query "
      "--no-paginate=$no_paginate --pages=$pages\n}\n";
}

std::string ModuleWriter::write() {
  for (const auto& name : cli::operation_commands(service_, command_view_, cli::Compat::v2)) {
    const auto operation =
        cli::find_operation_command(service_, command_view_, name, cli::Compat::v2);
    if (operation) {
      write_operation(name, *operation);
    }
  }
  std::string out = concat("# ",
                           service_.metadata("serviceFullName"),
                           ": typed commands over the plugin of virga.\n",
                           "# Generated by \"virga generate nu ",
                           command_view_,
                           "\" from version ",
                           service_.metadata("apiVersion"),
                           " of the service's model.\n\n",
                           k_prologue);
  for (const auto& [name, definition] : completers_) {
    out += '\n';
    out += definition;
  }
  return out + body_;
}

}  // namespace

std::string write_module(const model::Service& service,
                         std::string_view service_command,
                         const model::Documentation& documentation) {
  return ModuleWriter(service, service_command, documentation).write();
}

std::string module_name(std::string_view service_command) {
  std::string name(service_command);
  std::replace_if(
      name.begin(), name.end(), [](char c) { return !is_ascii_alnum(c); }, '-');
  return name;
}

}  // namespace virga::commands
