// SPDX-License-Identifier: Apache-2.0
#include <string>
#include <utility>

#include "auth/signer.hpp"
#include "base/encoding.hpp"
#include "base/strings.hpp"
#include "cli/session_parts.hpp"
#include "commands/arguments.hpp"
#include "commands/command.hpp"
#include "endpoint/endpoint.hpp"
#include "engine/session.hpp"
#include "params/python_numbers.hpp"
#include "value/json_write.hpp"

namespace virga::commands {

/// "rds generate-db-auth-token": a URL of the database, signed for rds-db, without its scheme.
/// Source: botocore/signers.py.
Status rds_generate_db_auth_token(const std::vector<std::string>& words, Context& context) {
  VIRGA_TRY_ASSIGN(const auto arguments,
                   Arguments::parse(words,
                                    {{.name = "hostname", .required = true},
                                     {.name = "port", .required = true},
                                     {.name = "username", .required = true}},
                                    context.globals.compat));
  VIRGA_TRY_ASSIGN(const auto port, params::python_int_of(*arguments.find("port")));
  VIRGA_TRY_ASSIGN(const auto region, context.settings.text(config::Setting::region));
  if (!region || region->empty()) {
    return fail(endpoint::no_region_error());
  }
  VIRGA_TRY_ASSIGN(const auto* const catalog, context.catalog());
  const engine::Session session(cli::session_parts(
      context.globals, *catalog, context.settings, context.clock, context.random, context.err));
  VIRGA_TRY_ASSIGN(auto credentials, session.credentials().load());
  if (!credentials) {
    return fail(auth::no_credentials_error());
  }
  http::Request request;
  request.host = concat(*arguments.find("hostname"), ":", to_json(port));
  request.query = concat("Action=connect&DBUser=", percent_encode(*arguments.find("username")));
  auth::SigningContext terms;
  terms.credentials = *std::move(credentials);
  terms.service = "rds-db";
  terms.region = *region;
  terms.now = context.clock.now();
  terms.expires = std::chrono::minutes(15);
  VIRGA_TRY(auth::make_signer("v4-query")->sign(request, terms));
  return context.out.write(request.url().substr(std::string_view("https://").size()) + "\n");
}

}  // namespace virga::commands
