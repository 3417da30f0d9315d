// SPDX-License-Identifier: Apache-2.0
// A command line, a null, a candidate: a candidate that was put into a line is read back as it was.
#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <string>
#include <string_view>

#include "base/strings.hpp"
#include "completion/candidate.hpp"
#include "completion/shell_line.hpp"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace virga;
  const std::string_view input(reinterpret_cast<const char*>(data), size);
  const auto line = input.substr(0, input.find('\0'));
  const std::string candidate(input.substr(std::min(line.size() + 1, input.size())));
  completion::Answer answer;
  answer.candidates = {{candidate}};
  static_cast<void>(completion::words_for_bash(answer, completion::split_line(line, line.size())));
  if (!completion::is_clean(candidate)) {
    return 0;
  }
  for (const std::string_view quote : {"", "'", "\""}) {
    const std::string typed = concat("virga ", quote);
    const auto words =
        completion::words_for_bash(answer, completion::split_line(typed, typed.size()));
    const auto filled = concat(typed, words.at(0), quote);
    if (completion::split_line(filled, filled.size()).current != candidate) {
      std::abort();
    }
  }
  return 0;
}
