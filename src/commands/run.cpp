// SPDX-License-Identifier: Apache-2.0
#include "commands/run.hpp"

#include <algorithm>
#include <optional>
#include <span>
#include <utility>
#include <variant>

#include <unistd.h>

#include "auth/instance_metadata.hpp"
#include "base/clock.hpp"
#include "base/strings.hpp"
#include "cli/call_runner.hpp"
#include "cli/command_line.hpp"
#include "cli/error_format.hpp"
#include "cli/exit_code.hpp"
#include "cli/global_options.hpp"
#include "cli/session_parts.hpp"
#include "cli/skeleton.hpp"
#include "commands/alias.hpp"
#include "commands/command.hpp"
#include "commands/completion.hpp"
#include "commands/fan_out.hpp"
#include "commands/hand_over.hpp"
#include "commands/help.hpp"
#include "commands/help_texts.hpp"
#include "commands/parsed_call.hpp"
#include "commands/result_pager.hpp"
#include "config/environment.hpp"
#include "config/settings.hpp"
#include "engine/model_pack.hpp"
#include "model/catalog.hpp"
#include "output/formatter.hpp"

namespace virga::commands {
namespace {

/// Everything one run uses of the world.
struct Program {
  config::ProcessEnvironment environment{};
  SystemClock clock{};
  SystemRandom random{};
  output::DescriptorWriter out{STDOUT_FILENO};
  output::DescriptorWriter err{STDERR_FILENO};
  int exit_status = 0;                       ///< where nothing failed
  std::optional<cli::MainArguments> main{};  ///< once they are known
};

/// A command line that cannot be parsed may still say how it wants to read that.
cli::ErrorStyle style_of_errors(const Program& program,
                                std::span<const std::string> words,
                                cli::Compat compat) {
  cli::GlobalOptions globals;
  if (program.main) {
    globals = program.main->globals;
  } else {
    globals.compat = compat;
    globals.profile = cli::word_behind(words, "--profile");
    globals.cli_error_format = cli::word_behind(words, "--cli-error-format");
  }
  config::Settings settings(program.environment, globals.compat);
  cli::apply_globals(globals, settings);
  return cli::error_style(settings, globals.color);
}

bool is_on(const std::optional<std::string>& variable) {
  return variable && !variable->empty() && *variable != "0" && *variable != "false";
}

std::vector<std::string> help_words(const cli::HelpRequest& request) {
  std::vector<std::string> words;
  for (const auto& word : {request.service, request.operation, request.waiter}) {
    if (!word.empty()) {
      words.push_back(word);
    }
  }
  return words;
}

/// "help" behind a command that is not an operation, or behind the name of its part.
bool asks_for_help(const std::vector<std::string>& words) {
  return !words.empty() && words.size() <= 3 && words.back() == "help" &&
         std::none_of(words.begin(), words.end(), [](const std::string& word) {
           return word.starts_with("-");
         });
}

/// Those that do not look at --parallel themselves must not run as if it were not there.
Status refuse_parallel(const cli::GlobalOptions& globals) {
  return globals.parallel
             ? Status(fail(
                   ErrorCode::usage,
                   "--parallel goes with s3api list-objects-v2 --stream and s3 ls --recursive, "
                   "in one region and profile."))
             : Status();
}

/// A command line that names a service of AWS.
Status run_service_command(Context& context,
                           cli::MainArguments& main,
                           std::span<const std::string> command_line) {
  VIRGA_TRY_ASSIGN(const auto* const catalog, context.catalog());
  VIRGA_TRY_ASSIGN(auto text, text_options(context.settings));
  const cli::World world{context.environment, context.clock, context.random};
  VIRGA_TRY_ASSIGN(const cli::Command command,
                   cli::parse_command(*catalog, main, std::move(text), world));
  if (const auto* request = std::get_if<cli::HelpRequest>(&command)) {
    return help(help_words(*request), context);
  }
  if (const auto* high_level = std::get_if<cli::HighLevelCommand>(&command)) {
    const auto* native = find_command(high_level->service, high_level->command);
    const bool wants_help = asks_for_help(high_level->words);
    if (high_level->service != "s3" || high_level->command != "ls") {
      VIRGA_TRY(refuse_parallel(context.globals));
    }
    if (high_level->command == "help" && !help_text(high_level->service, "").empty()) {
      return help({high_level->service}, context);
    }
    if (native != nullptr && wants_help &&
        !help_text(high_level->service, high_level->command).empty()) {
      return help({high_level->service, high_level->command}, context);
    }
    if (native != nullptr && !wants_help) {
      return native->run(native->operation.empty() ? main.words : high_level->words, context);
    }
    return hand_over(
        concat(high_level->service, high_level->command.empty() ? "" : " ", high_level->command),
        command_line,
        context);
  }
  const auto& invocation = std::get<cli::Invocation>(command);
  if (context.globals.cli_auto_prompt) {
    return hand_over("--cli-auto-prompt", command_line, context);
  }
  if (invocation.skeleton) {
    return cli::print_skeleton(invocation, context.globals, context.settings, context.out);
  }
  if (invocation.yielding.are_places()) {
    VIRGA_TRY(refuse_parallel(context.globals));
    return fan_out(invocation, *catalog, context);
  }
  VIRGA_TRY_ASSIGN(auto out, ResultPager::make(context));
  return cli::run_call(invocation,
                       context.globals,
                       cli::RunnerParts{*catalog,
                                        context.settings,
                                        context.clock,
                                        context.random,
                                        out,
                                        context.err,
                                        isatty(STDERR_FILENO) == 1,
                                        command_line});
}

/// The global options. Those of a command of our own may not be abbreviated: its own options come
/// first.
Result<cli::MainArguments> parse_globals(const std::vector<std::string>& words,
                                         cli::Compat compat) {
  if (auto exact = cli::parse_main(words, compat, cli::Abbreviations::no);
      exact && is_own_command(exact->command)) {
    return exact;
  }
  return cli::parse_main(words, compat);
}

/// How the AWS CLI is to be followed.
struct Manner {
  cli::Compat compat = cli::Compat::v2;
  bool like_aws = false;
};

/// Whether --help or -h, which the AWS CLI does not know, asks for help at the end.
bool asks_with_dashes(const std::vector<std::string>& words, const Manner& manner) {
  return !manner.like_aws && !words.empty() && (words.back() == "--help" || words.back() == "-h");
}

/// The command line without such a word: of what it is about, the options do not matter.
Result<cli::MainArguments> parse_for_help(std::vector<std::string> words, cli::Compat compat) {
  words.back() = "help";
  VIRGA_TRY_ASSIGN(auto main, parse_globals(words, compat));
  const auto is_option = [](const std::string& word) { return word.starts_with("-"); };
  if (!main.words.empty()) {
    main.words.erase(std::find_if(main.words.begin(), main.words.end(), is_option),
                     main.words.end());
    if (main.words.empty() || main.words.back() != "help") {
      main.words.emplace_back("help");
    }
  }
  return main;
}

Status run_words(Program& program, const std::vector<std::string>& words, const Manner& manner) {
  VIRGA_TRY_ASSIGN(program.main,
                   asks_with_dashes(words, manner) ? parse_for_help(words, manner.compat)
                                                   : parse_globals(words, manner.compat));
  auto& main = *program.main;
  main.globals.like_aws = manner.like_aws;
  if (main.version) {
    return program.out.write("virga/" VIRGA_VERSION "\n");
  }
  VIRGA_TRY(expand_aliases(main, program.environment));
  config::Settings settings(program.environment, main.globals.compat);
  main.globals.mock = main.globals.mock || is_on(program.environment.get("VIRGA_MOCK"));
  cli::apply_globals(main.globals, settings);
  if (!main.globals.mock) {
    settings.set_region_source([&program, &settings] {
      return auth::region_of_instance({settings, program.clock, program.random});
    });
  }
  Context context{program.environment,
                  settings,
                  main.globals,
                  program.clock,
                  program.random,
                  program.out,
                  program.err};
  context.command_line = words;
  if (is_own_command(main.command)) {
    if (asks_for_help(main.words)) {
      return help({main.command}, context);
    }
    VIRGA_TRY(refuse_parallel(main.globals));
    VIRGA_TRY(find_command(main.command, "")->run(main.words, context));
    program.exit_status = context.exit_status;
    return {};
  }
  VIRGA_TRY(run_service_command(context, main, words));
  program.exit_status = context.exit_status;
  return {};
}

}  // namespace

Result<const model::Catalog*> Context::catalog() {
  if (shared_catalog != nullptr) {
    return shared_catalog;
  }
  if (!opened_catalog) {
    VIRGA_TRY_ASSIGN(opened_catalog, model::Catalog::open(engine::find_pack(environment)));
  }
  return &*opened_catalog;
}

int run(std::string_view called_as, const std::vector<std::string>& words) {
  Program program;
  called_as.remove_prefix(called_as.find_last_of('/') + 1);
  // The words of a completion may be anything: no parser sees them.
  const auto completed = complete_for_shell(
      called_as, words, {program.environment, program.clock, program.random}, program.out);
  if (!completed || *completed) {
    return completed ? 0 : cli::exit_code(completed.error(), cli::Compat::v2);
  }
  const std::string wanted = program.environment.get("VIRGA_COMPAT").value_or("");
  using cli::Compat;
  const Manner manner{cli::wanted_compat(words).value_or(wanted == "v1" ? Compat::v1 : Compat::v2),
                      !wanted.empty() || cli::wanted_compat(words) || called_as == "aws"};
  const auto compat = manner.compat;
  const bool known = wanted.empty() || wanted == "v1" || wanted == "v2";
  // "virga aws" is what Nushell's plugin calls it.
  const bool has_aws = !manner.like_aws && !words.empty() && words.front() == "aws";
  const Status status =
      known ? run_words(program, {words.begin() + (has_aws ? 1 : 0), words.end()}, manner)
            : Status(fail(ErrorCode::configuration,
                          concat("VIRGA_COMPAT is \"", wanted, "\"; it may be v1 or v2.")));
  if (status) {
    return program.exit_status;
  }
  const Error& error = status.error();
  if (error.code == ErrorCode::negative) {
    return cli::exit_code(error, compat);
  }
  // Nothing is left to be done if standard error cannot be written.
  static_cast<void>(cli::print_error(error, style_of_errors(program, words, compat), program.err));
  return cli::exit_code(error, compat);
}

}  // namespace virga::commands
