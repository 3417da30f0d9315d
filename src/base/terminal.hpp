// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <optional>
#include <string>

#include "base/result.hpp"

namespace virga {

/// Asks at the terminal (/dev/tty) for a line that is not shown while it is typed, as Python's
/// getpass does. Where the process has no terminal, the question goes to standard error and the
/// answer is read from standard input.
/// Errors: io, if the input ends before a line does.
[[nodiscard]] Result<std::string> ask_secret(const std::string& question);

/// The next line of a descriptor, read byte by byte so that nothing after it is taken; without its
/// end. Nothing at the end of the input.
[[nodiscard]] std::optional<std::string> read_line(int descriptor);

}  // namespace virga
