// SPDX-License-Identifier: Apache-2.0
#include "cli/command_line.hpp"

#include <algorithm>
#include <optional>
#include <utility>

#include "base/strings.hpp"
#include "cli/argument_parser.hpp"
#include "cli/argument_table.hpp"
#include "cli/customizations.hpp"
#include "cli/service_names.hpp"
#include "engine/cacheable.hpp"

namespace virga::cli {
namespace {

constexpr std::string_view k_help = "help";
constexpr std::string_view k_input_json = "--cli-input-json";
constexpr std::string_view k_input_yaml = "--cli-input-yaml";
constexpr std::string_view k_skeleton = "--generate-cli-skeleton";

/// The choices of a command, help last, as the AWS CLI lists them.
Error wrong_command(Compat compat,
                    std::string_view argument,
                    std::string_view value,
                    std::vector<std::string> choices) {
  choices.emplace_back(k_help);
  return usage_error(compat, concat("argument ", argument, ": ", invalid_choice(value, choices)));
}

/// Some options bring or ask for the input as a whole: then no other is demanded.
bool replaces_input(std::span<const std::string> words, Compat compat) {
  for (std::size_t i = 0; i < words.size(); ++i) {
    if (words[i] == k_input_json || (words[i] == k_input_yaml && compat == Compat::v2)) {
      return true;
    }
    if (words[i] == k_skeleton && !(i + 1 < words.size() && words[i + 1] == "output")) {
      return true;
    }
  }
  return false;
}

/// What an operation's parser finds.
struct Parsed {
  GivenArguments given;
  bool help = false;
};

ArgumentParser operation_parser(const ArgumentTable& table) {
  ArgumentParser parser;
  for (const auto& argument : table.arguments()) {
    parser.add({argument.name,
                argument.arity,
                argument.type,
                argument.choices,
                argument.demanded(),
                argument.positional,
                argument.own});
  }
  ParserArgument help;
  help.name = k_help;
  help.arity = Arity::at_most_one;
  help.positional = true;
  parser.add(help);
  return parser;
}

/// The last words given for a dest; null if it was not given.
const std::vector<std::string>* last_words(const ArgumentTable& table,
                                           const std::vector<Occurrence>& occurrences,
                                           const std::string& dest,
                                           std::vector<std::string>& negative) {
  for (auto occurrence = occurrences.rbegin(); occurrence != occurrences.rend(); ++occurrence) {
    if (occurrence->argument >= table.size()) {
      continue;
    }
    const auto& argument = table.arguments()[occurrence->argument];
    if (argument.dest == dest) {
      if (argument.negative) {
        negative.assign(1, "false");
        return &negative;
      }
      return &occurrence->words;
    }
  }
  return nullptr;
}

Result<Parsed> parse_words(const ArgumentTable& table,
                           std::span<const std::string> words,
                           Compat compat) {
  Parsed out;
  if (words.size() == 1 && words.front() == k_help) {
    out.help = true;
    return out;
  }
  auto outcome = operation_parser(table).parse(words);
  if (!outcome) {
    return fail(usage_error(compat, outcome.error().message));
  }
  for (const auto& occurrence : outcome->occurrences) {
    if (occurrence.argument == table.size()) {  // the positional "help"
      out.help = occurrence.words.front() == k_help;
      if (!out.help) {
        outcome->remaining.push_back(occurrence.words.front());
      }
    }
  }
  if (out.help) {
    return out;
  }
  if (!outcome->remaining.empty()) {
    return fail(unknown_options(compat, join(outcome->remaining, ", ")));
  }
  for (const auto& argument : table.arguments()) {
    std::vector<std::string> negative;
    const auto* found = last_words(table, outcome->occurrences, argument.dest, negative);
    if (found != nullptr && out.given.find(argument.dest) == nullptr) {
      out.given.add(argument.dest, *found);
    }
  }
  return out;
}

/// Turns pagination off where the service's own tokens are given, and then gives options of
/// pagination that hide options of the service back to it.
Status settle_pagination(OperationArguments& arguments,
                         const GivenArguments& given,
                         Invocation& call,
                         Compat compat) {
  for (const auto& token : arguments.pagination_tokens) {
    // The AWS CLI leaves these two out: they are, or look like, names of its own.
    if (token != "start-token" && token != "max-items" && given.find(token) != nullptr) {
      call.pagination.enabled = false;
    }
  }
  if (call.pagination.enabled || arguments.pagination_tokens.empty()) {
    return {};
  }
  std::string used;
  for (const auto* name : {"starting-token", "page-size", "max-items"}) {
    const bool is_shadow = std::any_of(arguments.shadowed.begin(),
                                       arguments.shadowed.end(),
                                       [name](const Argument& a) { return a.name == name; });
    if (!is_shadow && given.is_set(name) && *given.find(name) != std::vector<std::string>{"0"}) {
      append(used, used.empty() ? "" : ", ", "--", name);
    }
  }
  if (!used.empty()) {
    return fail(ErrorCode::validation,
                concat(compat == Compat::v1 ? "Error during pagination: " : "",
                       "Cannot specify --no-paginate along with pagination arguments: ",
                       used));
  }
  for (auto& argument : arguments.shadowed) {
    arguments.table.set(argument);
  }
  return {};
}

Status apply_arguments(const ArgumentTable& table,
                       const GivenArguments& given,
                       ApplyContext& context,
                       Compat compat) {
  for (const auto& argument : table.arguments()) {
    const auto* words = given.find(argument.name);
    if (words == nullptr) {
      continue;
    }
    if (auto status = argument.apply(argument, *words, context); !status) {
      auto error = std::move(status).error();
      const bool is_parser_error =
          error.code == ErrorCode::usage && error.message.starts_with("argument --");
      return fail(is_parser_error ? usage_error(compat, error.message) : std::move(error));
    }
  }
  return {};
}

/// The input document; options win over its members.
Status merge_input(const GivenArguments& given, ApplyContext& context, Compat compat) {
  auto& call = context.call;
  const auto* yaml = compat == Compat::v2 ? given.find(k_input_yaml.substr(2)) : nullptr;
  const auto* json = given.find(k_input_json.substr(2));
  if (yaml != nullptr && json != nullptr) {
    return fail(ErrorCode::validation, "Only one --cli-input- parameter may be specified.");
  }
  if (yaml == nullptr && json == nullptr) {
    return {};
  }
  // Operations without input have nothing to check the document against; what it holds is refused
  // later.
  const auto input = call.operation.input();
  if (!input) {
    return {};
  }
  // Read once, so that a pipe will do; and so that a missing file is reported as that of any
  // option.
  VIRGA_TRY_ASSIGN(const auto loaded,
                   params::load_text((yaml != nullptr ? yaml : json)->front(),
                                     yaml != nullptr ? k_input_yaml : k_input_json,
                                     context.text));
  const auto* blob = loaded.as_blob();
  const auto* string = loaded.as_string();
  const std::string_view text = blob != nullptr     ? std::string_view(blob->bytes)
                                : string != nullptr ? std::string_view(*string)
                                                    : "";
  VIRGA_TRY_ASSIGN(auto document,
                   yaml != nullptr ? params::parse_input_yaml(*input, text, context.text)
                                   : params::parse_input_json(*input, text, context.text));
  if (auto* map = document.as_map()) {
    for (auto& [key, value] : *map) {
      if (!call.params.contains(key)) {
        call.params.append(key, std::move(value));
      }
    }
  }
  return {};
}

Result<Command> parse_call(Invocation call,
                           const MainArguments& main,
                           std::span<const std::string> words,
                           params::TextOptions text,
                           const World& world) {
  const auto compat = main.globals.compat;
  auto arguments =
      build_arguments(call.operation, call.service_command, call.operation_command, compat);
  if (call.wait) {
    add_wait_options(arguments.table);
  }
  add_yielding_options(arguments.table);
  call.yielding = main.globals.yielding;
  if (replaces_input(words, compat)) {
    arguments.table.require_nothing();
  }
  VIRGA_TRY_ASSIGN(const auto parsed, parse_words(arguments.table, words, compat));
  if (parsed.help) {
    return HelpRequest{call.service_command, call.operation_command};
  }
  call.pagination.enabled = main.globals.paginate && !call.wait;
  VIRGA_TRY(check_arguments(arguments.table, parsed.given, call));
  VIRGA_TRY(settle_pagination(arguments, parsed.given, call, compat));
  text.v1 = compat == Compat::v1;
  text.service = call.service_command;
  text.operation = call.operation_command;
  ApplyContext context{text, world, call};
  VIRGA_TRY(apply_arguments(arguments.table, parsed.given, context, compat));
  VIRGA_TRY(merge_input(parsed.given, context, compat));
  if (compat == Compat::v2) {
    for (const auto& member : arguments.pagination_members) {
      call.pagination.enabled = call.pagination.enabled && !call.params.contains(member);
    }
  }
  VIRGA_TRY(finish_parameters(call, main.globals, world));
  return call;
}

/// "wait NAME ..." of a service.
Result<Command> parse_wait(const model::Service& service,
                           const MainArguments& main,
                           std::span<const std::string> words,
                           params::TextOptions text,
                           const World& world) {
  const auto compat = main.globals.compat;
  ArgumentParser parser;
  ParserArgument name;
  name.name = "subcommand";
  name.arity = Arity::at_most_one;
  name.positional = true;
  parser.add(name);
  auto outcome = parser.parse(words);
  if (!outcome) {
    return fail(usage_error(compat, outcome.error().message));
  }
  if (outcome->occurrences.empty()) {
    if (!outcome->remaining.empty()) {
      return fail(ErrorCode::validation,
                  concat("Unknown options: ", join(outcome->remaining, ",")));
    }
    return fail(ErrorCode::validation,
                concat("usage: aws [options] ",
                       compat == Compat::v1 ? std::string("<command>") : main.command + " wait",
                       " <subcommand> [parameters]\naws: error: too few arguments"));
  }
  const auto command = outcome->occurrences.front().words.front();
  if (command == k_help) {
    return HelpRequest{main.command, "wait"};
  }
  VIRGA_TRY_ASSIGN(auto waiter, engine::Waiter::find(service, command));
  if (!waiter) {
    return fail(usage_error(compat,
                            concat("argument subcommand: ",
                                   invalid_choice(command, engine::waiter_commands(service)))));
  }
  // The AWS CLI's customizations go by the names "wait" and that of the waiter: none is meant.
  Invocation call{"wait", command, waiter->operation()};
  call.wait = WaitRequest{std::move(*waiter)};
  VIRGA_TRY_ASSIGN(auto parsed,
                   parse_call(std::move(call), main, outcome->remaining, std::move(text), world));
  if (std::holds_alternative<HelpRequest>(parsed)) {
    return HelpRequest{main.command, "wait", command};
  }
  return parsed;
}

/// The operation's name is the first word that is no option; the rest stays for its own parser.
Result<std::pair<std::string, std::vector<std::string>>> split_operation(
    const MainArguments& main) {
  ArgumentParser parser;
  ParserArgument operation;
  operation.name = "operation";
  operation.positional = operation.required = true;
  parser.add(operation);
  auto outcome = parser.parse(main.words);
  if (!outcome) {
    return fail(usage_error(main.globals.compat, outcome.error().message));
  }
  return std::pair(std::move(outcome->occurrences.front().words.front()),
                   std::move(outcome->remaining));
}

}  // namespace

model::Operation paginated_operation(const model::Operation& operation,
                                     const GlobalOptions& globals) {
  return globals.paginate_all && engine::is_read(operation) ? operation.with_derived_paginator()
                                                            : operation;
}

Result<Command> parse_command(const model::Catalog& catalog,
                              const MainArguments& main,
                              params::TextOptions text,
                              const World& world) {
  const auto compat = main.globals.compat;
  if (main.command == k_help) {
    return HelpRequest{};
  }
  if (is_high_level_command(main.command, "", compat)) {
    // "s3 ls": the second word is a command of its own, wherever it stands.
    const auto name = std::find_if(main.words.begin(), main.words.end(), [](const auto& word) {
      return !word.starts_with('-');
    });
    if (name == main.words.end()) {
      return HighLevelCommand{main.command, "", main.words};
    }
    auto rest = main.words;
    rest.erase(rest.begin() + (name - main.words.begin()));
    return HighLevelCommand{main.command, *name, std::move(rest)};
  }
  const auto service = find_service_command(catalog, main.command);
  if (!service) {
    return fail(wrong_command(compat, "command", main.command, service_commands(catalog)));
  }
  VIRGA_TRY_ASSIGN(auto split, split_operation(main));
  auto& [name, words] = split;
  if (name == k_help) {
    return HelpRequest{main.command, ""};
  }
  if (name == "wait" && service->waiters().size() > 0) {
    return parse_wait(*service, main, words, std::move(text), world);
  }
  const auto operation = find_operation_command(*service, main.command, name, compat);
  if (operation) {
    return parse_call(Invocation{main.command, name, paginated_operation(*operation, main.globals)},
                      main,
                      words,
                      std::move(text),
                      world);
  }
  if (is_high_level_command(main.command, name, compat)) {
    return HighLevelCommand{main.command, name, words};
  }
  return fail(
      wrong_command(compat, "operation", name, operation_commands(*service, main.command, compat)));
}

}  // namespace virga::cli
