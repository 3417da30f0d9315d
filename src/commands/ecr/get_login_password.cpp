// SPDX-License-Identifier: Apache-2.0
#include <string>
#include <utility>

#include "base/encoding.hpp"
#include "base/strings.hpp"
#include "cli/session_parts.hpp"
#include "commands/arguments.hpp"
#include "commands/command.hpp"
#include "engine/session.hpp"

namespace virga::commands {
namespace {

/// "authorizationData" is a list for ecr, a structure for ecr-public.
const Value* first_of(const Value* data) {
  const auto* list = data == nullptr ? nullptr : data->as_list();
  return list == nullptr ? data : list->empty() ? nullptr : &list->front();
}

Status print_password(std::string_view service_name,
                      const std::vector<std::string>& words,
                      Context& context) {
  VIRGA_TRY_ASSIGN(const auto arguments, Arguments::parse(words, {}, context.globals.compat));
  VIRGA_TRY_ASSIGN(const auto* const catalog, context.catalog());
  const auto service = catalog->find_service(service_name);
  const auto operation = service ? service->find_operation("GetAuthorizationToken") : std::nullopt;
  if (!operation) {
    return fail(ErrorCode::models,
                concat("The models lack ", service_name, "'s GetAuthorizationToken."));
  }
  if (context.globals.offline) {
    return fail(ErrorCode::usage, "--offline: passwords are never cached.");
  }
  engine::Session session(cli::session_parts(
      context.globals, *catalog, context.settings, context.clock, context.random, context.err));
  engine::Call call{*operation};
  call.bypass_cache = true;
  VIRGA_TRY_ASSIGN(const auto page, session.call(call));
  const auto* data = first_of(page.output.find("authorizationData"));
  const auto token =
      data == nullptr ? std::nullopt : base64_decode(data->text("authorizationToken"));
  const auto colon = token ? token->find(':') : std::string::npos;
  if (colon == std::string::npos) {
    return fail(ErrorCode::response, concat(service_name, " gave no authorization token."));
  }
  return context.out.write(token->substr(colon + 1) + "\n");
}

}  // namespace

Status ecr_get_login_password(const std::vector<std::string>& words, Context& context) {
  return print_password("ecr", words, context);
}

Status ecr_public_get_login_password(const std::vector<std::string>& words, Context& context) {
  return print_password("ecr-public", words, context);
}

}  // namespace virga::commands
