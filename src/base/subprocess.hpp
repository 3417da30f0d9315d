// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <vector>

#include "base/result.hpp"

namespace virga {

/// What a program left behind.
struct SubprocessResult {
  int status = 0;  ///< its exit status; 128 + the signal's number if a signal ended it
  std::string out;
  std::string err;
};

/// Runs a program without a shell, with this process's environment, folder and standard input, and
/// waits for its end. `words[0]` is looked up in PATH. Each stream is kept up to 16 MiB; the rest
/// is read and dropped. Thread-safe.
/// Errors: io, in Python's words: `[Errno 2] No such file or directory: 'NAME'`.
[[nodiscard]] Result<SubprocessResult> run_subprocess(const std::vector<std::string>& words);

}  // namespace virga
