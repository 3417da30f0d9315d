// SPDX-License-Identifier: Apache-2.0
// "virga cache warm": calls whose answers are to be in the cache before somebody asks.
#include <cstdlib>
#include <string_view>
#include <utility>

#include <fcntl.h>
#include <unistd.h>

#include "base/files.hpp"
#include "base/strings.hpp"
#include "cli/call_runner.hpp"
#include "cli/session_parts.hpp"
#include "commands/command.hpp"
#include "commands/parsed_call.hpp"
#include "config/config_file.hpp"

namespace virga::commands {
namespace {

using Words = std::vector<std::string>;

class NullWriter final : public output::Writer {
 public:
  [[nodiscard]] Status write(std::string_view) override { return {}; }
};

Result<std::string> read_standard_input() {
  std::string out;
  char buffer[4096];
  for (;;) {
    const ssize_t got = read(STDIN_FILENO, buffer, sizeof buffer);
    if (got == 0) {
      return out;
    }
    if (got < 0) {
      return fail(ErrorCode::io, "cannot read standard input");
    }
    out.append(buffer, static_cast<std::size_t>(got));
  }
}

/// One line: an AWS command line; its answer goes into the cache.
Status warm_line(const std::string& line, Context& context) {
  const auto words = config::split_words(line);
  if (!words) {
    return fail(ErrorCode::usage, "a quote is not closed");
  }
  VIRGA_TRY_ASSIGN(auto main,
                   cli::parse_main(*words, context.globals.compat, cli::Abbreviations::yes));
  cli::GlobalOptions globals = context.globals;
  cli::merge_globals(main.globals, globals);
  globals.output = "off";
  globals.query.reset();
  config::Settings settings(context.environment, globals.compat);
  cli::apply_globals(globals, settings);
  Words call = std::move(main.words);
  const bool named = main.command == "aws" || main.command == "virga";
  if (!named) {
    call.insert(call.begin(), main.command);
  }
  VIRGA_TRY_ASSIGN(const auto invocation, parse_call(std::move(call), globals, settings, context));
  VIRGA_TRY_ASSIGN(const auto* const catalog, context.catalog());
  NullWriter nowhere;
  return cli::run_call(
      invocation,
      globals,
      cli::RunnerParts{*catalog, settings, context.clock, context.random, nowhere, context.err});
}

/// Goes on in a process of its own that nobody waits for; true there.
bool go_to_background() {
  if (fork() != 0) {
    return false;
  }
  setsid();
  const int null = open("/dev/null", O_RDWR);
  for (const int stream : {STDIN_FILENO, STDOUT_FILENO, STDERR_FILENO}) {
    dup2(null, stream);
  }
  return true;
}

}  // namespace

Status warm_cache(const Words& words, Context& context) {
  bool waits = false;
  std::string file = "-";
  for (std::size_t i = 1; i < words.size(); ++i) {
    if (words[i] == "--wait") {
      waits = true;
    } else {
      file = words[i];
    }
  }
  VIRGA_TRY_ASSIGN(const auto text, file == "-" ? read_standard_input() : read_file(file));
  // Whoever asks for it wants the answers kept, script or not.
  setenv("VIRGA_CACHE", "on", 0);  // NOLINT(concurrency-mt-unsafe): before the first thread
  if (!waits && !go_to_background()) {
    return {};
  }
  constexpr int k_lowest_priority = 19;
  static_cast<void>(nice(k_lowest_priority));
  std::int64_t number = 0;
  std::int64_t failed = 0;
  for (const auto part : split(text, '\n')) {
    ++number;
    const auto line = trim(part);
    if (line.empty() || line.front() == '#') {
      continue;
    }
    if (const auto status = warm_line(std::string(line), context); !status) {
      ++failed;
      VIRGA_TRY(
          context.err.write(concat("line ", number, ": ", trim(status.error().message), "\n")));
    }
  }
  if (failed > 0) {
    return fail(ErrorCode::general,
                concat(failed, failed == 1 ? " call failed." : " calls failed."));
  }
  return {};
}

}  // namespace virga::commands
