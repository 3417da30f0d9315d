// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <memory>
#include <string>

#include "http/message.hpp"

namespace virga::http {

/// The bytes of a file, read as they are sent. "/dev/stdin" and other pipes work, but cannot be
/// sent a second time. Errors: io, with the path and the system's reason.
[[nodiscard]] Result<std::shared_ptr<BodySource>> open_file_source(const std::string& path);

/// Removes the temporary file of a FileSink that is being written. Async-signal-safe.
void remove_unfinished_file() noexcept;

/// Writes a response's bytes to a file. A regular file appears under its name only once it is
/// whole: until finish() the bytes are beside it under a temporary name, which goes away if
/// finish() is never reached. Devices, pipes, links, files of others and files in folders that
/// cannot be written to are written where they are; "-" is standard output.
class FileSink final : public BodySink {
 public:
  explicit FileSink(std::string path) : path_(std::move(path)) {}

  FileSink(const FileSink&) = delete;
  FileSink& operator=(const FileSink&) = delete;
  ~FileSink() override;

  /// Opens the file. Errors: io.
  [[nodiscard]] Status open();
  [[nodiscard]] Status write(std::string_view bytes) override;
  /// Gives the file its name. Errors: io.
  [[nodiscard]] Status finish();

  [[nodiscard]] bool is_open() const { return descriptor_ >= 0; }

 private:
  [[nodiscard]] bool close();

  std::string path_;
  std::string temporary_;  ///< empty where the bytes go directly to the path
  int descriptor_ = -1;
};

}  // namespace virga::http
