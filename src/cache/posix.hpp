// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <utility>

#include <sys/types.h>

#include "base/result.hpp"

// The few things of the operating system that the cache needs, with its errors as values. Files are
// for the user alone: 0600 in folders 0700.
namespace virga::cache {

/// A descriptor that closes itself. Move-only.
class File {
 public:
  File() = default;

  explicit File(int fd) : fd_(fd) {}

  File(File&& other) noexcept : fd_(std::exchange(other.fd_, -1)) {}

  File& operator=(File&& other) noexcept {
    std::swap(fd_, other.fd_);
    return *this;
  }

  File(const File&) = delete;
  File& operator=(const File&) = delete;
  ~File();

  explicit operator bool() const { return fd_ >= 0; }

  [[nodiscard]] int get() const { return fd_; }

 private:
  int fd_ = -1;
};

// Only regular files of the user's own are opened, and no symbolic links: what others put there,
// or what would block, counts as a failure (EPERM).

/// Not open if that fails; errno says why.
[[nodiscard]] File open_to_read(const std::string& path);
/// An existing file, for reading and writing.
[[nodiscard]] File open_to_change(const std::string& path);
/// Made if it is not there, with the folders above it.
[[nodiscard]] File open_or_make(const std::string& path);
/// A new file; not open if there is one, or no folder.
[[nodiscard]] File make_new(const std::string& path);

/// Makes the folder and those above it. Errors: io.
[[nodiscard]] Status make_folders(const std::string& path);

/// The size of an open file; 0 if it cannot be told.
[[nodiscard]] std::uint64_t size_of(const File& file);
/// Whether the open file still has a name.
[[nodiscard]] bool has_name(const File& file);

/// Up to `size` bytes from `offset` on; fewer at the end or on failure.
[[nodiscard]] std::string read_at(const File& file, std::uint64_t offset, std::size_t size);
/// Errors: io.
[[nodiscard]] Status write_at(const File& file, std::uint64_t offset, std::string_view bytes);

[[nodiscard]] tl::unexpected<Error> io_failure(std::string_view action, const std::string& path);

enum class Lock { shared, exclusive };

// Locks of ranges of a file that belong to the open file and end with it, also if the process dies
// (open file description locks, fcntl(2)). The bytes need not exist.

/// False if another holds one that is in the way, or the file system has no locks.
[[nodiscard]] bool try_lock(const File& file, Lock kind, std::uint64_t first, std::uint64_t count);
/// Whether the last try_lock() of this thread failed because another has a lock (errno).
[[nodiscard]] bool is_lock_taken();
void unlock(const File& file, std::uint64_t first, std::uint64_t count);
/// Whether another open file holds any lock in the range.
[[nodiscard]] bool is_locked(const File& file, std::uint64_t first, std::uint64_t count);

}  // namespace virga::cache
