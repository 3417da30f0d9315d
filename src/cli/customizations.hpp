// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/result.hpp"
#include "cli/argument_table.hpp"
#include "cli/global_options.hpp"
#include "cli/invocation.hpp"

// Where the AWS CLI's commands differ from what the service models say (its customizations/
// folder). Each is a row of a table in customizations.cpp that names service and operation as they
// are typed.
namespace virga::cli {

/// What the parser found: a dest of the table and its words, in the table's order. A flag has no
/// words, or "false" for its negative form.
class GivenArguments {
 public:
  void add(std::string_view dest, std::vector<std::string> words) {
    given_.emplace_back(dest, std::move(words));
  }

  /// Null if it was not given.
  [[nodiscard]] const std::vector<std::string>* find(std::string_view dest) const;
  /// Given, and neither empty nor a flag that means false.
  [[nodiscard]] bool is_set(std::string_view dest) const;

  [[nodiscard]] const auto& all() const { return given_; }

 private:
  std::vector<std::pair<std::string, std::vector<std::string>>> given_;
};

/// Changes the arguments of the operation's own table: renamed, added, removed, no longer required.
void customize_arguments(ArgumentTable& table,
                         const model::Operation& operation,
                         std::string_view service_command,
                         std::string_view operation_command,
                         Compat compat);

/// Refuses combinations of arguments. Errors: validation.
[[nodiscard]] Status check_arguments(const ArgumentTable& table,
                                     const GivenArguments& given,
                                     Invocation& call);

/// The last changes of the parameters, after --cli-input-json was merged in. Errors: validation.
[[nodiscard]] Status finish_parameters(Invocation& call,
                                       const GlobalOptions& globals,
                                       const World& world);

}  // namespace virga::cli
