// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <string>

#include "base/result.hpp"

namespace virga::commands {

/// The lines of a file or of standard input, one after the other. Thread-compatible.
class LineReader {
 public:
  /// "-": standard input, which nobody else reads from then on. Errors: io.
  [[nodiscard]] static Result<LineReader> open(const std::string& path);
  LineReader(LineReader&& other) noexcept;
  LineReader(const LineReader&) = delete;
  LineReader& operator=(const LineReader&) = delete;
  LineReader& operator=(LineReader&&) = delete;
  ~LineReader();

  /// Nothing at the end, or once `is_over` says so, which is asked now and then while there is
  /// nothing to read. Errors: io; usage, for a line of more than 16 MiB.
  [[nodiscard]] Result<std::optional<std::string>> next(const std::function<bool()>& is_over);

  /// Whether the input came to its end.
  [[nodiscard]] bool is_at_end() const { return ended_ && at_ == held_.size(); }

  /// Of the last line, from 1 on.
  [[nodiscard]] std::uint64_t number() const { return number_; }

  /// Bytes up to the end of the last line.
  [[nodiscard]] std::uint64_t offset() const { return offset_; }

  /// Of the whole input; 0 if it is no file.
  [[nodiscard]] std::uint64_t size() const { return size_; }

 private:
  LineReader(std::string path, int file) : path_(std::move(path)), file_(file) {}

  /// Whether there is something to read before `is_over`.
  [[nodiscard]] bool wait(const std::function<bool()>& is_over) const;

  std::string path_;
  int file_;
  std::string held_;
  std::size_t at_ = 0;
  bool ended_ = false;
  std::uint64_t number_ = 0;
  std::uint64_t offset_ = 0;
  std::uint64_t size_ = 0;
};

}  // namespace virga::commands
