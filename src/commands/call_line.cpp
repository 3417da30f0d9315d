// SPDX-License-Identifier: Apache-2.0
#include "commands/call_line.hpp"

#include <algorithm>
#include <optional>
#include <utility>
#include <vector>

#include "base/strings.hpp"
#include "cli/command_line.hpp"
#include "cli/service_names.hpp"
#include "cli/session_parts.hpp"
#include "commands/parsed_call.hpp"
#include "config/config_file.hpp"
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

Result<CallLine> parse_words(std::string_view line, Context& context) {
  const auto words = config::split_words(line);
  if (!words) {
    return fail(ErrorCode::usage, "a quote is not closed");
  }
  VIRGA_TRY_ASSIGN(auto main,
                   cli::parse_main(*words, context.globals.compat, cli::Abbreviations::yes));
  cli::GlobalOptions globals = context.globals;
  cli::merge_globals(main.globals, globals);
  std::vector<std::string> call = std::move(main.words);
  if (main.command != "aws" && main.command != "virga") {
    call.insert(call.begin(), main.command);
  }
  VIRGA_TRY_ASSIGN(auto invocation,
                   parse_call(std::move(call), globals, settings_of(globals, context), context));
  if (invocation.wait || invocation.skeleton) {
    return fail(ErrorCode::usage, "Only calls of operations can be made in bulk.");
  }
  if (invocation.outfile == "-" && globals.compat != cli::Compat::v1) {
    return fail(ErrorCode::usage, "The output has the results; name a file for the body.");
  }
  std::optional<query::Expression> query;
  if (main.globals.query) {
    VIRGA_TRY_ASSIGN(query, query::Expression::compile(*main.globals.query));
  }
  return CallLine{Value(), std::move(globals), std::move(invocation), std::move(query), {}};
}

}  // namespace

Result<CallLine> parse_call_line(std::string_view line, Context& context, Value& id) {
  VIRGA_TRY_ASSIGN(
      auto out, line.front() == '{' ? parse_object(line, context, id) : parse_words(line, context));
  out.request.append("service", out.invocation.operation.service().name());
  out.request.append("operation", out.invocation.operation.name());
  out.request.append("params", Value(out.invocation.params));
  if (out.globals.region) {
    out.request.append("region", *out.globals.region);
  }
  if (out.globals.profile) {
    out.request.append("profile", *out.globals.profile);
  }
  return out;
}

}  // namespace virga::commands
