// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "completion/candidate.hpp"

// A command line as bash hands it to a program that completes it.
namespace virga::completion {

/// The line up to the cursor in words.
struct ShellLine {
  std::vector<std::string> words;  ///< in front of the one at the cursor; the program first
  std::string current;             ///< the word at the cursor, as far as it was typed
  char quote = 0;                  ///< the quote that is open there: ' or ", or 0
  /// How much of the beginning of `current` readline takes for another word: up to the last
  /// character that breaks words, where the word stands in no quotes.
  std::size_t hidden = 0;
};

/// Splits what was typed, as bash does it: blanks separate, quotes and backslashes hold together;
/// what stands in front of the last ";", "|", "&" or "(" is another command. Nothing is expanded.
/// `word_breaks` is bash's COMP_WORDBREAKS, of which "=", ":" and "@" count.
[[nodiscard]] ShellLine split_line(std::string_view line,
                                   std::size_t cursor,
                                   std::string_view word_breaks = "=:@");

/// The candidates as bash puts them into the line: without what it holds for another word, and with
/// what a shell would expand protected.
[[nodiscard]] std::vector<std::string> words_for_bash(const Answer& answer, const ShellLine& line);

}  // namespace virga::completion
