// SPDX-License-Identifier: Apache-2.0
#include "commands/hand_over.hpp"

#include <algorithm>
#include <array>
#include <optional>
#include <string_view>
#include <utility>
#include <vector>

#include <sys/stat.h>
#include <unistd.h>

#include "base/exec.hpp"
#include "base/strings.hpp"
#include "cache/selection.hpp"
#include "cli/answer_cache.hpp"

namespace virga::commands {
namespace {

// Set for the program that is started: where an "aws" of the user's leads back here (a script that
// calls virga), the second time ends instead of going round.
constexpr const char* k_guard = "VIRGA_HANDED_OVER";

bool is_same_file(const struct stat& a, const struct stat& b) {
  return a.st_dev == b.st_dev && a.st_ino == b.st_ino;
}

std::optional<std::string> find_aws(const std::string& path) {
  struct stat own {};

  const bool knows_own = stat("/proc/self/exe", &own) == 0;
  for (const auto folder : split(path, ':')) {
    const auto candidate = concat(folder.empty() ? "." : folder, "/aws");

    struct stat found {};

    if (stat(candidate.c_str(), &found) == 0 && S_ISREG(found.st_mode) &&
        access(candidate.c_str(), X_OK) == 0 && !(knows_own && is_same_file(own, found))) {
      return candidate;
    }
  }
  return std::nullopt;
}

/// The command line without what the other program may not know.
std::vector<std::string> foreign_words(std::span<const std::string> words) {
  constexpr std::array<std::string_view, 3> k_own = {"--compat", "--cli-error-format", "--max-age"};
  constexpr std::array<std::string_view, 4> k_own_flags = {
      "--no-cache", "--refresh", "--offline", "--stale-if-error"};
  std::vector<std::string> out{"aws"};
  for (std::size_t i = 0; i < words.size(); ++i) {
    const auto is_own = [&](std::string_view option) {
      return words[i] == option || words[i].starts_with(concat(option, "="));
    };
    if (std::find(k_own_flags.begin(), k_own_flags.end(), words[i]) != k_own_flags.end()) {
      continue;
    }
    if (std::none_of(k_own.begin(), k_own.end(), is_own)) {
      out.push_back(words[i]);
    } else if (words[i].find('=') == std::string::npos) {
      ++i;
    }
  }
  return out;
}

/// What the other program changes nobody sees here: what is kept of it goes, and what is read from
/// now on is kept as shortly as after any write.
void drop_what_may_change(const std::string& what, const Context& context) {
  constexpr std::array<std::string_view, 5> k_local = {
      "configure", "sso", "login", "history", "help"};
  const std::string_view service = std::string_view(what).substr(0, what.find(' '));
  const bool shows = service == "logs";  // "tail" and "start-live-tail"
  if (shows || std::find(k_local.begin(), k_local.end(), service) != k_local.end()) {
    return;
  }
  auto answers = cli::AnswerCache::open(
      context.globals, context.environment, {.clock = context.clock, .random = context.random});
  if (!answers) {
    return;
  }
  cache::Selection selection;
  if (service == "s3") {
    selection.service = "s3*";
  }
  (*answers)->cache().invalidate(selection);
}

}  // namespace

Status hand_over(const std::string& what,
                 std::span<const std::string> command_line,
                 Context& context) {
  if (context.globals.mock) {
    return fail(ErrorCode::usage, concat("\"", what, "\" is not native yet: it has no mock."));
  }
  if (context.environment.get(k_guard)) {
    return fail(
        ErrorCode::usage,
        concat("\"", what, "\" is not native yet, and the \"aws\" on PATH leads back to virga."));
  }
  const auto program = find_aws(context.environment.get("PATH").value_or(""));
  if (!program) {
    return fail(ErrorCode::usage,
                concat("\"",
                       what,
                       "\" is not native yet, and PATH has no AWS CLI that could do it; "
                       "docs/compatibility.md lists what is native."));
  }
  if (isatty(STDERR_FILENO) != 0) {
    VIRGA_TRY(context.err.write(
        concat("virga: \"", what, "\" is not native yet; ", *program, " does it.\n")));
  }
  if (context.globals.offline) {
    return fail(ErrorCode::usage, concat("--offline: \"", what, "\" is done by another program."));
  }
  drop_what_may_change(what, context);
  std::vector<std::pair<std::string, std::string>> variables = {{k_guard, "1"}};
  if (context.globals.cli_error_format) {
    // Older versions fail at the option, but read past the variable.
    variables.emplace_back("AWS_CLI_ERROR_FORMAT", *context.globals.cli_error_format);
  }
  return fail(become(*program, foreign_words(command_line), variables));
}

}  // namespace virga::commands
