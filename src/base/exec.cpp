// SPDX-License-Identifier: Apache-2.0
#include "base/exec.hpp"

#include <cerrno>
#include <csignal>
#include <cstdlib>
#include <cstring>

#include <unistd.h>

#include "base/strings.hpp"

namespace virga {

Error become(const std::string& path,
             const std::vector<std::string>& arguments,
             const std::vector<std::pair<std::string, std::string>>& variables) {
  std::vector<char*> words;
  words.reserve(arguments.size() + 1);
  for (const auto& argument : arguments) {
    words.push_back(const_cast<char*>(argument.c_str()));  // execv writes nothing there
  }
  words.push_back(nullptr);
  for (const auto& [name, value] : variables) {
    setenv(name.c_str(), value.c_str(), 1);
  }
  // Ignored signals stay ignored in the program to come; handlers go by themselves.
  std::signal(SIGPIPE, SIG_DFL);
  execv(path.c_str(), words.data());
  const int reason = errno;
  std::signal(SIGPIPE, SIG_IGN);
  return {ErrorCode::io,
          concat("Unable to run ", path, ": ", std::strerror(reason)),
          std::nullopt,
          NetworkFailure::none};
}

std::string shell_quoted(const std::string& text) {
  const auto is_safe = [](char c) {
    return is_ascii_alnum(c) || std::string_view("@%+=:,./_-").find(c) != std::string_view::npos;
  };
  bool safe = !text.empty();
  for (const char c : text) {
    safe = safe && is_safe(c);
  }
  return safe ? text : concat("'", replace_all(text, "'", "'\"'\"'"), "'");
}

}  // namespace virga
