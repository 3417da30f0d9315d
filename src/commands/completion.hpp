// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <vector>

#include "base/clock.hpp"
#include "base/result.hpp"
#include "config/environment.hpp"
#include "output/writer.hpp"

namespace virga::commands {

/// What completion uses of the program. Borrowed.
struct CompletionWorld {
  const config::Environment& environment;
  Clock& clock;
  Random& random;
  output::Writer& out;
};

/// "virga __complete WORD... CURRENT": prints a line for each word that may stand at the cursor
/// ("VALUE" or "VALUE<tab>DESCRIPTION"), then ":N", where N is a sum: 2 if no space follows, 4 if
/// no names of files may stand there. Errors: io.
[[nodiscard]] Status complete_words(std::vector<std::string> words,
                                    bool describes,
                                    const CompletionWorld& world);

/// The same for the line that bash puts into COMP_LINE and COMP_POINT, for "complete -C"; the words
/// are as they go into the line. Errors: io.
[[nodiscard]] Status complete_line(bool with_directive, const CompletionWorld& world);

}  // namespace virga::commands
