// SPDX-License-Identifier: Apache-2.0
#include "config/environment.hpp"

#include <cstdlib>

#include <pwd.h>
#include <unistd.h>

#include "base/files.hpp"

namespace virga::config {
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
  const std::string out =
      expand_variables(path, [&](const std::string& name) { return environment.get(name); });
  return expand_user(out, environment.home());
}

}  // namespace virga::config
