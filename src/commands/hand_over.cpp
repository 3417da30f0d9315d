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
  constexpr std::array<std::string_view, 2> k_own = {"--compat", "--cli-error-format"};
  std::vector<std::string> out{"aws"};
  for (std::size_t i = 0; i < words.size(); ++i) {
    const auto is_own = [&](std::string_view option) {
      return words[i] == option || words[i].starts_with(concat(option, "="));
    };
    if (std::none_of(k_own.begin(), k_own.end(), is_own)) {
      out.push_back(words[i]);
    } else if (words[i].find('=') == std::string::npos) {
      ++i;
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
  std::vector<std::pair<std::string, std::string>> variables = {{k_guard, "1"}};
  if (context.globals.cli_error_format) {
    // Older versions fail at the option, but read past the variable.
    variables.emplace_back("AWS_CLI_ERROR_FORMAT", *context.globals.cli_error_format);
  }
  return fail(become(*program, foreign_words(command_line), variables));
}

}  // namespace virga::commands
