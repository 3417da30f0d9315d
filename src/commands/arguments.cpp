// SPDX-License-Identifier: Apache-2.0
#include "commands/arguments.hpp"

#include <utility>

#include "base/strings.hpp"

namespace virga::commands {

Result<Arguments> Arguments::parse(const std::vector<std::string>& words,
                                   std::initializer_list<cli::ParserArgument> known,
                                   cli::Compat compat) {
  cli::ArgumentParser parser;
  for (const auto& argument : known) {
    parser.add(argument);
  }
  auto outcome = parser.parse(words);
  if (!outcome) {
    return fail(cli::usage_error(compat, outcome.error().message));
  }
  if (!outcome->remaining.empty()) {
    return fail(ErrorCode::validation, concat("Unknown options: ", join(outcome->remaining, ",")));
  }
  Arguments out;
  for (auto& occurrence : outcome->occurrences) {
    out.given_.insert_or_assign(std::string(parser.argument(occurrence.argument).name),
                                std::move(occurrence.words));
  }
  return out;
}

const std::string* Arguments::find(std::string_view name) const {
  const auto found = given_.find(name);
  return found == given_.end() || found->second.empty() ? nullptr : &found->second.front();
}

}  // namespace virga::commands
