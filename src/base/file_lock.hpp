// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <chrono>
#include <optional>
#include <string>

namespace virga {

/// An exclusive lock on a file, held while this lives and given back by the system if the process
/// dies. The file is made if need be (0600, missing folders 0700) and stays behind, empty.
/// Move-only; not for threads of one process among themselves to share one object.
class FileLock {
 public:
  /// Takes the lock, waiting at most `patience` (zero: not at all). Nothing where another process
  /// or thread holds it for longer, or where the file cannot be made.
  [[nodiscard]] static std::optional<FileLock> take(const std::string& path,
                                                    std::chrono::milliseconds patience);
  FileLock(FileLock&& other) noexcept;
  FileLock& operator=(FileLock&& other) noexcept;
  FileLock(const FileLock&) = delete;
  FileLock& operator=(const FileLock&) = delete;
  ~FileLock();

 private:
  explicit FileLock(int descriptor) : descriptor_(descriptor) {}

  int descriptor_;
};

}  // namespace virga
