// SPDX-License-Identifier: Apache-2.0
#include "commands/call_line.hpp"

#include <algorithm>
#include <cmath>
#include <optional>
#include <utility>
#include <vector>

#include <sys/stat.h>
#include <unistd.h>

#include "base/strings.hpp"
#include "cli/command_line.hpp"
#include "cli/service_names.hpp"
#include "cli/session_parts.hpp"
#include "commands/parsed_call.hpp"
#include "config/config_file.hpp"
#include "params/close_matches.hpp"
#include "params/params.hpp"
#include "value/json_read.hpp"
#include "value/json_write.hpp"

namespace virga::commands {
namespace {

constexpr std::string_view k_keys[] = {"service", "operation", "params", "region", "profile", "id"};

/// The settings that a line's values are read with.
config::Settings settings_of(const cli::GlobalOptions& globals, const Context& context) {
  config::Settings settings = context.settings;
  cli::apply_globals(globals, settings);
  return settings;
}

Result<std::optional<std::string>> text_of(const Map& object, std::string_view key) {
  const auto* value = object.find(key);
  if (value == nullptr || value->is_null()) {
    return std::optional<std::string>();
  }
  const auto* text = value->as_string();
  if (text == nullptr || text->empty()) {
    return fail(ErrorCode::usage, concat("\"", key, "\" must be text."));
  }
  return std::optional(*text);
}

Result<model::Service> find_service(const model::Catalog& catalog, const std::string& name) {
  auto found = cli::find_service_command(catalog, name);
  if (!found) {
    found = catalog.find_service(name);
  }
  return found ? Result<model::Service>(*found)
               : fail(ErrorCode::usage, concat("There is no service \"", name, "\"."));
}

Result<model::Operation> find_operation(const model::Service& service,
                                        const std::string& command,
                                        const std::string& name,
                                        cli::Compat compat) {
  auto found = service.find_operation(name);
  if (!found) {
    found = cli::find_operation_command(service, command, name, compat);
  }
  return found
             ? Result<model::Operation>(*found)
             : fail(ErrorCode::usage, concat("\"", command, "\" has no operation \"", name, "\"."));
}

/// Whether the parameters ask for one page of their own choice.
bool chooses_page(const model::Operation& operation, const Map& params) {
  const auto paginator = operation.paginator();
  const auto tokens = paginator.find("input_token");
  const auto limit = paginator.text("limit_key");
  bool out = !limit.empty() && params.contains(limit) && !paginator.find("derived").boolean();
  if (tokens.is_string()) {
    out = out || params.contains(tokens.text());
  }
  for (std::uint32_t i = 0; i < tokens.size(); ++i) {
    out = out || params.contains(tokens.at(i).text());
  }
  return out;
}

Result<cli::Invocation> invocation_of(const Map& object,
                                      const cli::GlobalOptions& globals,
                                      Context& context) {
  VIRGA_TRY_ASSIGN(const auto service_name, text_of(object, "service"));
  VIRGA_TRY_ASSIGN(const auto operation_name, text_of(object, "operation"));
  if (!service_name || !operation_name) {
    return fail(ErrorCode::usage, "\"service\" and \"operation\" must be given.");
  }
  VIRGA_TRY_ASSIGN(const auto* const catalog, context.catalog());
  VIRGA_TRY_ASSIGN(const auto service, find_service(*catalog, *service_name));
  const std::string command(cli::service_command(service.name()));
  VIRGA_TRY_ASSIGN(const auto operation,
                   find_operation(service, command, *operation_name, globals.compat));
  cli::Invocation out{
      command, std::string(operation.cli_name()), cli::paginated_operation(operation, globals)};
  const auto* params = object.find("params");
  if (params != nullptr && !params->is_null()) {
    if (!params->is_map()) {
      return fail(ErrorCode::usage, "\"params\" must be an object.");
    }
    out.params = *params->as_map();
    if (const auto input = operation.input()) {
      VIRGA_TRY_ASSIGN(auto options, text_options(settings_of(globals, context)));
      VIRGA_TRY_ASSIGN(auto fitted, params::parse_input_json(*input, to_json(*params), options));
      out.params = std::move(*fitted.as_map());
    }
  }
  out.pagination.enabled = globals.paginate && !chooses_page(out.operation, out.params);
  return out;
}

Result<CallLine> parse_object(std::string_view line, Context& context, Value& id) {
  VIRGA_TRY_ASSIGN(const auto read, read_json(line));
  const auto* object = read.as_map();
  if (object == nullptr) {
    return fail(ErrorCode::usage, "A line must be a command line or a JSON object.");
  }
  if (const auto* given = object->find("id")) {
    if (const auto* number = given->as_number(); number != nullptr && !std::isfinite(*number)) {
      return fail(ErrorCode::usage, "\"id\" must be a number that JSON has.");
    }
    id = *given;
  }
  for (const auto& [key, value] : *object) {
    if (std::find(std::begin(k_keys), std::end(k_keys), key) == std::end(k_keys)) {
      return fail(ErrorCode::usage, concat("unknown key \"", key, "\""));
    }
  }
  cli::GlobalOptions globals = context.globals;
  VIRGA_TRY_ASSIGN(const auto region, text_of(*object, "region"));
  VIRGA_TRY_ASSIGN(const auto profile, text_of(*object, "profile"));
  globals.region = region ? region : globals.region;
  globals.profile = profile ? profile : globals.profile;
  VIRGA_TRY_ASSIGN(auto invocation, invocation_of(*object, globals, context));
  return CallLine{id, std::move(globals), std::move(invocation), {}, {}};
}

/// A sentence, with the near misses that the AWS CLI's long message ends with.
std::string with_near_misses(std::string_view message, std::string sentence) {
  if (const auto names = params::suggested_in(message); !names.empty()) {
    sentence.pop_back();
    append(sentence, "; did you mean ", join(names, ", "), "?");
  }
  return sentence;
}

/// The words as a call. An unknown name is answered in one sentence, not with all that there are.
Result<cli::Invocation> parse_names(std::vector<std::string> words,
                                    const cli::GlobalOptions& globals,
                                    Context& context) {
  if (!words.empty() && (words.front() == "aws" || words.front() == "virga")) {
    words.erase(words.begin());
  }
  auto parsed = parse_call(words, globals, settings_of(globals, context), context);
  if (parsed || words.empty()) {
    return parsed;
  }
  VIRGA_TRY_ASSIGN(const auto* const catalog, context.catalog());
  const auto service = cli::find_service_command(*catalog, words[0]);
  if (!service) {
    return fail(ErrorCode::usage,
                with_near_misses(
                    parsed.error().message,
                    concat("\"", words[0], "\" is no service whose operations can be called.")));
  }
  if (words.size() > 1 && words[1] != "wait") {
    if (auto found = find_operation(*service, words[0], words[1], globals.compat); !found) {
      return fail(ErrorCode::usage,
                  with_near_misses(parsed.error().message, std::move(found).error().message));
    }
  }
  return parsed;
}

/// Options that concern more than one call.
Status refuse_places_and_limits(cli::YieldingOptions given) {
  for (const auto name : cli::k_yielding_options) {
    if (*cli::find_yielding(given, name)) {
      return fail(ErrorCode::usage,
                  concat("--", name, " is for a command by itself, not for a call among others."));
    }
  }
  return {};
}

/// Whether a path leads to where the results go: what is written there would destroy them.
bool is_standard_output(const std::string& path) {
  struct stat named {};

  struct stat output {};

  return stat(path.c_str(), &named) == 0 && fstat(STDOUT_FILENO, &output) == 0 &&
         named.st_dev == output.st_dev && named.st_ino == output.st_ino && !S_ISCHR(named.st_mode);
}

Result<CallLine> parse_words(std::string_view line, Context& context) {
  const auto words = config::split_words(line);
  if (!words) {
    return fail(ErrorCode::usage, "a quote is not closed");
  }
  VIRGA_TRY_ASSIGN(auto main,
                   cli::parse_main(*words, context.globals.compat, cli::Abbreviations::yes));
  cli::GlobalOptions globals = context.globals;
  globals.yielding = {};  // of the whole run
  cli::merge_globals(main.globals, globals);
  std::vector<std::string> call = std::move(main.words);
  call.insert(call.begin(), main.command);
  VIRGA_TRY_ASSIGN(auto invocation, parse_names(std::move(call), globals, context));
  VIRGA_TRY(refuse_places_and_limits(invocation.yielding));
  if (invocation.wait || invocation.skeleton) {
    return fail(ErrorCode::usage, "Only calls of operations can be made in bulk.");
  }
  if (invocation.outfile && ((*invocation.outfile == "-" && globals.compat != cli::Compat::v1) ||
                             is_standard_output(*invocation.outfile))) {
    return fail(ErrorCode::usage, "The output has the results; name a file for the body.");
  }
  return CallLine{Value(), std::move(globals), std::move(invocation), {}, {}};
}

}  // namespace

Result<CallLine> parse_call_line(std::string_view line, Context& context, Value& id) {
  VIRGA_TRY_ASSIGN(
      auto out, line.front() == '{' ? parse_object(line, context, id) : parse_words(line, context));
  if (out.globals.query) {
    VIRGA_TRY_ASSIGN(out.query, query::Expression::compile(*out.globals.query));
  }
  out.request.append("service", out.invocation.operation.service().name());
  out.request.append("operation", out.invocation.operation.name());
  Value params(out.invocation.params);
  for (const auto& [member, path] : out.invocation.stream_files) {
    params.as_map()->set(member, path);  // what it stands for may be too much to repeat
  }
  out.request.append("params", std::move(params));
  if (out.globals.region) {
    out.request.append("region", *out.globals.region);
  }
  if (out.globals.profile) {
    out.request.append("profile", *out.globals.profile);
  }
  return out;
}

}  // namespace virga::commands
