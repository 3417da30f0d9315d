// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

namespace virga::config {

/// Where environment variables come from, so that tests and the daemon need not change the
/// process's own. A variable that is set to nothing is a value, as it is for the AWS CLI.
/// Thread-safe as long as nobody changes the environment meanwhile.
class Environment {
 public:
  virtual ~Environment() = default;
  [[nodiscard]] virtual std::optional<std::string> get(const char* name) const = 0;

  [[nodiscard]] std::optional<std::string> get(const std::string& name) const {
    return get(name.c_str());
  }

  /// The user's home folder: HOME; empty if that is not set.
  [[nodiscard]] virtual std::string home() const { return get("HOME").value_or(""); }
};

/// The process's environment; home() falls back to the user database.
class ProcessEnvironment final : public Environment {
 public:
  using Environment::get;
  [[nodiscard]] std::optional<std::string> get(const char* name) const override;
  [[nodiscard]] std::string home() const override;
};

/// Fixed variables.
class MapEnvironment final : public Environment {
 public:
  MapEnvironment() = default;

  explicit MapEnvironment(std::map<std::string, std::string> variables)
      : variables_(std::move(variables)) {}

  using Environment::get;

  [[nodiscard]] std::optional<std::string> get(const char* name) const override {
    const auto found = variables_.find(name);
    return found == variables_.end() ? std::nullopt : std::optional(found->second);
  }

  void set(std::string name, std::string value) {
    variables_.insert_or_assign(std::move(name), std::move(value));
  }

 private:
  std::map<std::string, std::string> variables_;
};

/// `path` with $NAME and ${NAME} replaced (unknown names stay as they are) and then a leading ~:
/// what the AWS CLI does with the paths of its configuration files.
[[nodiscard]] std::string expand_path(std::string_view path, const Environment& environment);

}  // namespace virga::config
