// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "base/result.hpp"
#include "nushell/protocol.hpp"

namespace virga::nushell {

/// The arguments of "virga aws" as words of an AWS command line, each with its place in the user's
/// source. Thread-compatible.
class Words {
 public:
  /// Declared flags come first, then the other words in their order. A null leaves out the flag in
  /// front of it; `true` behind a flag that stands alone is a word, as the AWS CLI has it.
  /// Errors: usage, for values that AWS cannot take; `at` is then their place.
  [[nodiscard]] static Result<Words> of(const RunRequest& request, Span& at);

  [[nodiscard]] const std::vector<std::string>& texts() const { return texts_; }

  /// The first word that is no flag; empty if there is none.
  [[nodiscard]] std::string service() const;
  [[nodiscard]] bool asks_for_help() const;

  /// Whether a value among them is, or holds, binary data, which is base64 in texts().
  [[nodiscard]] bool has_binary() const { return has_binary_; }

  /// --pages, as a flag or as a word.
  [[nodiscard]] bool wants_pages() const { return wants_pages_; }

  /// The place of the word that a message is about: the value of the option or member that it
  /// names, or the longest word that stands in it; else `otherwise`.
  [[nodiscard]] Span place_of(std::string_view message, Span otherwise) const;
  /// The place of the word that an error is about. A service's: the value that its message quotes,
  /// else that of the option whose noun stands in its code (--queue-url for QueueDoesNotExist).
  /// Where no word fits: home().
  [[nodiscard]] Span place_of(const Error& error, Span head) const;
  /// Where an error about the call as a whole belongs: the command's name, or the user's first word
  /// where the name stands in a wrapper's source.
  [[nodiscard]] Span home(Span head) const;

 private:
  void add(std::string text, Span span);

  std::vector<std::string> texts_;
  std::vector<Span> spans_;
  bool wants_pages_ = false;
  bool has_binary_ = false;
  std::size_t first_own_ = 0;  ///< the words before it come from declared flags
};

}  // namespace virga::nushell
