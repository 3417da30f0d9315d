// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace virga::completion {

/// A word that may stand at the cursor, and what it means.
struct Candidate {
  std::string text;
  std::string description = {};  ///< one line; may be empty
};

/// What may stand at the cursor.
struct Answer {
  std::vector<Candidate> candidates;
  bool files = false;     ///< or the name of a file, which the shell completes
  bool no_space = false;  ///< a candidate is the beginning of a word
};

/// Whether a text can be shown, and typed, as one line: UTF-8 without control characters.
[[nodiscard]] bool is_clean(std::string_view text);

/// A text from outside (documentation, an answer) as a description: one line without control
/// characters, cut where it is long.
[[nodiscard]] std::string description_line(std::string_view text);

/// Removes candidates that cannot be shown or do not continue `prefix`, and doubles; where none
/// continues it, those that hold it somewhere stay if `anywhere`.
void keep_fitting(std::vector<Candidate>& candidates, std::string_view prefix, bool anywhere);

}  // namespace virga::completion
