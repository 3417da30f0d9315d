// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.hpp"

namespace virga::commands {

/// What a run of bulk has finished, so that another goes on from there: a file that each result is
/// appended to before it is handed on (docs/formats/bulk-journal.md). A process that is killed
/// loses at most the record that it was writing.
///
/// Memory: 24 bytes for each call that earlier runs finished.
/// Threads: safe.
class Journal {
 public:
  /// Opens the file, or makes it. Errors: io; general, for a file that is no journal or that
  /// another run writes to.
  [[nodiscard]] static Result<std::unique_ptr<Journal>> open(const std::string& path);
  ~Journal();
  Journal(const Journal&) = delete;
  Journal& operator=(const Journal&) = delete;

  /// What came of the call of a line.
  struct Record {
    bool ok = false;
    std::string json;  ///< the result's line, without its end
  };

  /// Nothing if no run has finished that line of the input, or it read otherwise then.
  [[nodiscard]] std::optional<Record> find(std::uint64_t line, std::string_view text) const;
  /// Errors: io.
  [[nodiscard]] Status append(std::uint64_t line, std::string_view text, const Record& record);

 private:
  struct Place {
    std::uint64_t line;
    std::uint64_t offset;
    std::uint64_t size;
  };

  Journal(std::string path, int file) : path_(std::move(path)), file_(file) {}

  [[nodiscard]] Status read();

  const std::string path_;
  const int file_;
  std::vector<Place> places_;  ///< by line
  std::mutex mutex_;           // of append()
};

}  // namespace virga::commands
