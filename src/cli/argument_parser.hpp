// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.hpp"

namespace virga::cli {

/// How many words belong to an argument.
enum class Arity : std::uint8_t { one, at_most_one, any_number, at_least_one, flag };

/// What the parser itself checks about a word.
enum class TextType : std::uint8_t { text, integer, real };

/// What the parser must know of an argument. The views' owners must outlive the parser.
struct ParserArgument {
  std::string_view name;  ///< without the leading dashes
  Arity arity = Arity::one;
  TextType type = TextType::text;
  std::span<const std::string_view> choices = {};
  bool required = false;
  bool positional = false;
  bool exact = false;  ///< may not be abbreviated, and is no candidate where others are
  bool stops = false;  ///< ends the parsing at once (--version)
};

/// An argument as it was given.
struct Occurrence {
  std::size_t argument = 0;  ///< its index
  std::vector<std::string> words;
};

struct ParserOutcome {
  std::vector<Occurrence> occurrences;  ///< in the order of the command line
  std::vector<std::string> remaining;   ///< what no argument of the parser took
  bool stopped = false;
};

/// Reads words as Python's argparse does (parse_known_args), with its rules for what is an option,
/// for prefixes of options, for "--" and for the words that belong to an option. The AWS CLI's
/// three parsers (global options, operation, arguments of the operation) are three of these, each
/// working on what the one before left over.
///
/// Errors: usage; the message is what argparse prints after "error: ".
class ArgumentParser {
 public:
  void add(const ParserArgument& argument) { arguments_.push_back(argument); }

  [[nodiscard]] Result<ParserOutcome> parse(std::span<const std::string> words) const;

  [[nodiscard]] const ParserArgument& argument(std::size_t index) const {
    return arguments_[index];
  }

 private:
  class Run;
  std::vector<ParserArgument> arguments_;
};

/// "Invalid choice, valid choices are: ..." with near misses.
[[nodiscard]] std::string invalid_choice(std::string_view value,
                                         const std::vector<std::string>& choices);

}  // namespace virga::cli
