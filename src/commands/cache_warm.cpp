// SPDX-License-Identifier: Apache-2.0
// "virga cache warm": calls whose answers are to be in the cache before somebody asks.
#include <cstdint>
#include <cstdlib>
#include <string_view>
#include <utility>

#include <fcntl.h>
#include <unistd.h>

#include "base/strings.hpp"
#include "cache/invalidation.hpp"
#include "cli/call_runner.hpp"
#include "commands/bulk/line_reader.hpp"
#include "commands/call_line.hpp"
#include "commands/command.hpp"
#include "commands/session_pool.hpp"
#include "output/writer.hpp"

namespace virga::commands {
namespace {

using Words = std::vector<std::string>;

struct Line {
  std::uint64_t number;
  std::string text;
};

/// All lines of the input but empty ones and comments: a process in the background has no standard
/// input to go on reading. Errors: those of LineReader.
Result<std::vector<Line>> read_lines(const std::string& file) {
  VIRGA_TRY_ASSIGN(auto reader, LineReader::open(file));
  std::vector<Line> out;
  for (;;) {
    VIRGA_TRY_ASSIGN(const auto line, reader.next([] { return false; }));
    if (!line) {
      return out;
    }
    const auto text = trim(*line);
    if (!text.empty() && text.front() != '#') {
      out.push_back({reader.number(), std::string(text)});
    }
  }
}

/// Makes the call of a line; its answer goes into the cache.
Status warm_line(const std::string& text, SessionPool& sessions, Context& context) {
  Value id;
  VIRGA_TRY_ASSIGN(const auto call, parse_call_line(text, context, id));
  const auto& operation = call.invocation.operation;
  if (cache::is_write(operation.service().name(), operation.name())) {
    return fail(
        ErrorCode::usage,
        concat(
            operation.service().name(), ":", operation.name(), " is no read; it was not called."));
  }
  VIRGA_TRY_ASSIGN(auto* const session, sessions.get(call.globals));
  output::NullWriter nowhere;
  VIRGA_TRY(cli::fetch_result(call.invocation,
                              call.globals,
                              *session->session,
                              nowhere,
                              {.priority = limit::Priority::prefetch}));
  return {};
}

/// Goes on in a process of its own that nobody waits for. False in the one that was called; where
/// no process can be made, that one does the work.
bool go_to_background() {
  const pid_t child = fork();
  if (child != 0) {
    return child < 0;
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
  VIRGA_TRY_ASSIGN(const auto lines, read_lines(file));
  VIRGA_TRY_ASSIGN(const auto* const catalog, context.catalog());
  // Whoever asks for it wants the answers kept, script or not.
  setenv("VIRGA_CACHE", "on", 0);  // NOLINT(concurrency-mt-unsafe): before the first thread
  if (!waits && !go_to_background()) {
    return {};
  }
  constexpr int k_lowest_priority = 19;
  static_cast<void>(nice(k_lowest_priority));
  SessionPool sessions(context, *catalog);
  std::size_t failed = 0;
  for (const auto& line : lines) {
    if (const auto status = warm_line(line.text, sessions, context); !status) {
      ++failed;
      VIRGA_TRY(context.err.write(
          concat("line ", line.number, ": ", trim(status.error().message), "\n")));
    }
  }
  if (failed > 0) {
    return fail(ErrorCode::general,
                concat(failed, failed == 1 ? " call failed." : " calls failed."));
  }
  return {};
}

}  // namespace virga::commands
