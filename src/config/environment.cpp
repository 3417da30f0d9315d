// SPDX-License-Identifier: Apache-2.0
#include "config/environment.hpp"

#include <cstdlib>

#include <pwd.h>
#include <unistd.h>

#include "base/files.hpp"
#include "base/strings.hpp"

namespace virga::config {
namespace {

bool is_name_char(char c) { return is_ascii_alnum(c) || c == '_'; }

}  // namespace

std::optional<std::string> ProcessEnvironment::get(const char* name) const {
  const char* value = std::getenv(name);  // NOLINT(concurrency-mt-unsafe): nobody calls setenv
  return value == nullptr ? std::nullopt : std::optional<std::string>(value);
}

std::string ProcessEnvironment::home() const {
  if (auto home = get("HOME")) {
    return *std::move(home);
  }
  const passwd* user = getpwuid(getuid());  // NOLINT(concurrency-mt-unsafe): once, at the start
  return user == nullptr || user->pw_dir == nullptr ? "" : user->pw_dir;
}

std::string expand_path(std::string_view path, const Environment& environment) {
  std::string out;
  std::size_t at = 0;
  while (at < path.size()) {
    const auto dollar = path.find('$', at);
    out.append(path.substr(at, dollar - at));
    if (dollar == std::string_view::npos) {
      break;
    }
    std::size_t end = dollar + 1;
    std::string_view name;
    if (end < path.size() && path[end] == '{') {
      const auto close = path.find('}', end);
      if (close != std::string_view::npos) {
        name = path.substr(end + 1, close - end - 1);
        end = close + 1;
      }
    } else {
      while (end < path.size() && is_name_char(path[end])) {
        ++end;
      }
      name = path.substr(dollar + 1, end - dollar - 1);
    }
    const auto value = name.empty() ? std::nullopt : environment.get(std::string(name));
    out.append(value ? std::string_view(*value) : path.substr(dollar, end - dollar));
    at = end;
  }
  return expand_user(out, environment.home());
}

}  // namespace virga::config
