// SPDX-License-Identifier: Apache-2.0
#include <string>
#include <utility>

#include "cli/session_parts.hpp"
#include "commands/arguments.hpp"
#include "commands/command.hpp"
#include "commands/s3/uri.hpp"
#include "engine/session.hpp"
#include "params/python_numbers.hpp"

namespace virga::commands {

/// "s3 presign". Source: awscli: customizations/s3/subcommands.py.
Status s3_presign(const std::vector<std::string>& words, Context& context) {
  using cli::Arity;
  VIRGA_TRY_ASSIGN(
      const auto arguments,
      Arguments::parse(words,
                       {{.name = "path", .arity = Arity::one, .required = true, .positional = true},
                        {.name = "expires-in"}},
                       context.globals.compat));
  engine::UrlTerms terms;
  if (const auto* text = arguments.find("expires-in")) {
    VIRGA_TRY_ASSIGN(const auto number, params::python_int_of(*text));
    const auto* seconds = number.as_integer();
    if (seconds == nullptr) {
      return fail(ErrorCode::validation, "--expires-in is out of range.");
    }
    terms.expires = std::chrono::seconds(*seconds);
  }
  VIRGA_TRY_ASSIGN(const auto place, parse_s3_place(*arguments.find("path")));
  VIRGA_TRY_ASSIGN(const auto* const catalog, context.catalog());
  const auto s3 = catalog->find_service("s3");
  const auto operation = s3 ? s3->find_operation("GetObject") : std::nullopt;
  if (!operation) {
    return fail(ErrorCode::models, "The models lack s3's GetObject.");
  }
  engine::Call call{*operation};
  auto& params = *call.params.as_map();
  params.append("Bucket", place.bucket);
  params.append("Key", place.key);
  engine::Session session(cli::session_parts(
      context.globals, *catalog, context.settings, context.clock, context.random, context.err));
  VIRGA_TRY_ASSIGN(const auto url, session.presigned_url(call, terms));
  return context.out.write(url + "\n");
}

}  // namespace virga::commands
