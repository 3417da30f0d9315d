// SPDX-License-Identifier: Apache-2.0
#include "cli/run.hpp"

#include <utility>
#include <variant>

#include <unistd.h>

#include "base/clock.hpp"
#include "base/strings.hpp"
#include "cli/call_runner.hpp"
#include "cli/command_line.hpp"
#include "cli/exit_code.hpp"
#include "cli/global_options.hpp"
#include "cli/models_command.hpp"
#include "cli/usage.hpp"
#include "config/environment.hpp"
#include "config/settings.hpp"
#include "model/catalog.hpp"
#include "output/formatter.hpp"

namespace virga::cli {
namespace {

/// Everything one run uses of the world.
struct Program {
  config::ProcessEnvironment environment{};
  SystemClock clock{};
  SystemRandom random{};
  output::DescriptorWriter out{STDOUT_FILENO};
  output::DescriptorWriter err{STDERR_FILENO};
};

bool is_on(const std::optional<std::string>& variable) {
  return variable && !variable->empty() && *variable != "0" && *variable != "false";
}

Result<params::TextOptions> text_options(const config::Settings& settings) {
  params::TextOptions out;
  VIRGA_TRY_ASSIGN(const auto format, settings.text(config::Setting::cli_binary_format));
  out.blobs_are_base64 = format.value_or("base64") == "base64";
  VIRGA_TRY_ASSIGN(out.follow_urls, settings.flag(config::Setting::cli_follow_urlparam));
  return out;
}

tl::unexpected<Error> not_native(const std::string& what) {
  return fail(ErrorCode::usage,
              concat("\"", what, "\" is not native yet; docs/compatibility.md lists what is."));
}

Status run_service_command(Program& program, MainArguments& main, Compat compat) {
  VIRGA_TRY_ASSIGN(const auto catalog, model::Catalog::open(find_pack(program.environment)));
  config::Settings settings(program.environment, compat);
  main.globals.mock = main.globals.mock || is_on(program.environment.get("VIRGA_MOCK"));
  apply_globals(main.globals, settings);
  VIRGA_TRY_ASSIGN(auto text, text_options(settings));
  const World world{program.environment, program.clock, program.random};
  VIRGA_TRY_ASSIGN(const Command command, parse_command(catalog, main, std::move(text), world));
  if (const auto* help = std::get_if<HelpRequest>(&command)) {
    return not_native(help->service.empty() ? "help" : concat(help->service, " help"));
  }
  if (const auto* high_level = std::get_if<HighLevelCommand>(&command)) {
    return not_native(concat(high_level->service, " ", high_level->command));
  }
  const auto& invocation = std::get<Invocation>(command);
  if (main.globals.cli_auto_prompt) {
    return not_native("--cli-auto-prompt");
  }
  if (invocation.skeleton) {
    return not_native("--generate-cli-skeleton");
  }
  return run_call(
      invocation,
      main.globals,
      RunnerParts{catalog, settings, program.clock, program.random, program.out, program.err});
}

Status run_words(Program& program, const std::vector<std::string>& words, Compat compat) {
  if (!words.empty() && words.front() == "models") {
    return run_models_command(
        {words.begin() + 1, words.end()}, program.environment, program.out, program.err);
  }
  VIRGA_TRY_ASSIGN(MainArguments main, parse_main(words, compat));
  if (main.version) {
    return program.out.write("virga/" VIRGA_VERSION "\n");
  }
  return run_service_command(program, main, main.globals.compat);
}

}  // namespace

int run(const std::vector<std::string>& words) {
  Program program;
  const std::string wanted = program.environment.get("VIRGA_COMPAT").value_or("");
  const Compat compat = wanted_compat(words, wanted == "v1" ? Compat::v1 : Compat::v2);
  const bool known = wanted.empty() || wanted == "v1" || wanted == "v2";
  const Status status =
      known ? run_words(program, words, compat)
            : Status(fail(ErrorCode::configuration,
                          concat("VIRGA_COMPAT is \"", wanted, "\"; it may be v1 or v2.")));
  if (status) {
    return 0;
  }
  const Error& error = status.error();
  const bool blank_line = compat == Compat::v2 || !is_usage_text(error.message);
  // Nothing is left to be done if standard error cannot be written.
  static_cast<void>(program.err.write(concat(blank_line ? "\n" : "", error.message, "\n")));
  return exit_code(error, compat);
}

}  // namespace virga::cli
