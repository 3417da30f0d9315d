// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include <sys/types.h>

#include "base/result.hpp"

namespace virga {

/// A program that shows what it reads on standard input, while it runs: "less -R". Ctrl-C is its
/// business meanwhile. Not thread-safe: it changes how the process takes SIGINT.
class TextPager {
 public:
  /// `words[0]` is looked up in PATH; `variables` ("NAME=value") are added to its environment.
  /// Errors: io, if it cannot be started.
  [[nodiscard]] static Result<std::unique_ptr<TextPager>> start(
      const std::vector<std::string>& words, const std::vector<std::string>& variables);

  TextPager(const TextPager&) = delete;
  TextPager& operator=(const TextPager&) = delete;
  /// Ends its input and waits until the user has left it.
  ~TextPager();

  /// Where it reads from. Writing fails with EPIPE once the user has left.
  [[nodiscard]] int input() const { return input_; }

 private:
  TextPager() = default;

  int input_ = -1;
  pid_t child_ = 0;
  void (*interrupted_before_)(int) = nullptr;
};

/// Shows a text by a program that reads it on standard input ("less -R"), and waits for its end.
/// Ctrl-C is the program's business meanwhile; what it does not read is dropped. `words[0]` is
/// looked up in PATH; `variables` ("NAME=value") are added to its environment.
/// Errors: io, if it cannot be started. Not thread-safe: it changes how the process takes SIGINT.
[[nodiscard]] Status show_by_pager(const std::vector<std::string>& words,
                                   const std::vector<std::string>& variables,
                                   std::string_view text);

}  // namespace virga
