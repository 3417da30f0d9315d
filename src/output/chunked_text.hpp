// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <string>

#include "output/writer.hpp"

namespace virga::output {

/// Text on its way to a writer: appended to `text`, which is written when it has grown large.
/// Thread-compatible.
class ChunkedText {
 public:
  /// What is to be printed next; formatters append to it.
  std::string text;

  /// Writes what there is if it is much; to be called between values.
  [[nodiscard]] Status spill(Writer& out) {
    constexpr std::size_t k_much = std::size_t{64} << 10U;
    return text.size() < k_much ? Status() : flush(out);
  }

  [[nodiscard]] Status flush(Writer& out) {
    const Status status = text.empty() ? Status() : out.write(text);
    text.clear();
    return status;
  }
};

}  // namespace virga::output
