// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "cli/argument_parser.hpp"
#include "completion/completer.hpp"

namespace virga::completion {

/// How many words an option takes; nothing for one that is not known.
using ArityOf = std::function<std::optional<cli::Arity>(std::string_view name)>;

/// A command line as far as it was typed.
struct Scan {
  std::vector<std::string> positionals;  ///< the command first
  GivenOptions given;
  /// The option that the word at the cursor is a value of, if it takes more.
  std::string open{};
  bool must_be_value = false;  ///< nothing else can stand at the cursor
};

/// Sorts words into options with their values and the rest. An option that is not known takes none.
[[nodiscard]] Scan scan_words(const std::vector<std::string>& words, const ArityOf& arity_of);

/// The arity of a global option.
[[nodiscard]] std::optional<cli::Arity> global_arity(std::string_view name);

}  // namespace virga::completion
