// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <initializer_list>
#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.hpp"
#include "cli/argument_parser.hpp"
#include "cli/usage.hpp"

namespace virga::commands {

/// The arguments of a command that is no operation, as they were given: the last words of each.
class Arguments {
 public:
  /// Errors: usage and validation, in the words of the AWS CLI.
  [[nodiscard]] static Result<Arguments> parse(const std::vector<std::string>& words,
                                               std::initializer_list<cli::ParserArgument> known,
                                               cli::Compat compat);

  [[nodiscard]] bool has(std::string_view name) const { return given_.contains(name); }

  /// The first word of the argument; null if it was not given, or without a word.
  [[nodiscard]] const std::string* find(std::string_view name) const;

 private:
  std::map<std::string, std::vector<std::string>, std::less<>> given_;
};

}  // namespace virga::commands
