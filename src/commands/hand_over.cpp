// SPDX-License-Identifier: Apache-2.0
#include "commands/hand_over.hpp"

#include <optional>
#include <string_view>
#include <vector>

#include <sys/stat.h>
#include <unistd.h>

#include "base/exec.hpp"
#include "base/strings.hpp"

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

/// The command line without what only virga knows.
std::vector<std::string> foreign_words(std::span<const std::string> words) {
  std::vector<std::string> out{"aws"};
  for (std::size_t i = 0; i < words.size(); ++i) {
    if (words[i] == "--compat") {
      ++i;
    } else if (!words[i].starts_with("--compat=")) {
      out.push_back(words[i]);
    }
  }
  return out;
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
  return fail(become(*program, foreign_words(command_line), {{k_guard, "1"}}));
}

}  // namespace virga::commands
