// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <functional>
#include <map>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "cli/usage.hpp"
#include "completion/candidate.hpp"
#include "help/page.hpp"
#include "model/catalog.hpp"

namespace virga::completion {

/// An alias of the user's: `name` stands for `value` behind the words of `section` ("" at the top,
/// "ec2", "ec2 wait").
struct Alias {
  std::string section;
  std::string name;
  std::string value;
};

/// The options that were given, without dashes, each with its words.
using GivenOptions = std::map<std::string, std::vector<std::string>, std::less<>>;

/// A parameter whose value is the name of something that exists.
struct NameQuery {
  model::Operation operation;
  model::Member member;
  std::map<std::string, std::string, std::less<>> params;  ///< other members that were given
  const GivenOptions& options;                             ///< all, --profile and --region too
  std::string_view prefix;
};

/// What completion knows of the world. Borrowed.
struct Parts {
  const model::Catalog* catalog = nullptr;  ///< null where there is no model pack
  std::span<const help::NativeCommand> commands{};
  std::span<const Alias> aliases{};
  cli::Compat compat = cli::Compat::v2;
  bool describes = true;  ///< descriptions are wanted; they cost time
  /// Where only operations can be called, and not as the AWS CLI does it: the options of each call
  /// besides its own. Null for the AWS CLI's.
  const std::vector<Candidate>* options = nullptr;
  /// Names of profiles.
  std::function<std::vector<std::string>()> profiles{};
  /// Names that answers in the cache have.
  std::function<std::vector<Candidate>(const NameQuery&)> names{};
};

/// What may stand at the cursor behind `words` (without the program's name), where `current` has
/// been typed already. Candidates are whole words, in the order to show them in. Never fails: what
/// is not understood has no candidates.
[[nodiscard]] Answer complete(const Parts& parts,
                              std::vector<std::string> words,
                              std::string_view current);

}  // namespace virga::completion
