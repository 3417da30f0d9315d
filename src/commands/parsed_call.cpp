// SPDX-License-Identifier: Apache-2.0
#include "commands/parsed_call.hpp"

#include <utility>
#include <variant>

#include "base/strings.hpp"
#include "cli/command_line.hpp"

namespace virga::commands {

Result<params::TextOptions> text_options(const config::Settings& settings) {
  params::TextOptions out;
  VIRGA_TRY_ASSIGN(const auto format, settings.text(config::Setting::cli_binary_format));
  out.blobs_are_base64 = format.value_or("base64") == "base64";
  VIRGA_TRY_ASSIGN(out.follow_urls, settings.flag(config::Setting::cli_follow_urlparam));
  return out;
}

Result<cli::Invocation> parse_call(std::vector<std::string> words,
                                   const cli::GlobalOptions& globals,
                                   const config::Settings& settings,
                                   Context& context) {
  if (!words.empty() && (words.front() == "aws" || words.front() == "virga")) {
    words.erase(words.begin());
  }
  if (globals.parallel) {
    return fail(ErrorCode::usage,
                "--parallel is for a listing by itself, not for a call among others.");
  }
  if (words.empty()) {
    return fail(ErrorCode::usage, "A service and an operation are missing.");
  }
  VIRGA_TRY_ASSIGN(const auto* const catalog, context.catalog());
  VIRGA_TRY_ASSIGN(auto text, text_options(settings));
  cli::MainArguments main;
  main.globals = globals;
  main.command = std::move(words.front());
  main.words.assign(words.begin() + 1, words.end());
  const cli::World world{context.environment, context.clock, context.random};
  VIRGA_TRY_ASSIGN(auto command, cli::parse_command(*catalog, main, std::move(text), world));
  if (auto* invocation = std::get_if<cli::Invocation>(&command)) {
    return std::move(*invocation);
  }
  return fail(ErrorCode::usage,
              concat("\"",
                     main.command,
                     main.words.empty() ? "" : " ",
                     main.words.empty() ? "" : main.words.front(),
                     "\" is no single operation of a service."));
}

}  // namespace virga::commands
