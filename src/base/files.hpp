// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <functional>
#include <optional>
#include <string>
#include <string_view>

#include "base/result.hpp"

namespace virga {

/// An errno as Python words it, and so the AWS CLI: `[Errno 2] No such file or directory: 'path'`.
std::string errno_text(int number, std::string_view path);

/// The whole file. Errors: io, with the path and the system's reason.
[[nodiscard]] Result<std::string> read_file(const std::string& path);

/// The whole file, or nothing if there is none.
[[nodiscard]] Result<std::optional<std::string>> read_file_if_exists(const std::string& path);

/// Writes beside the target and renames, so that readers see the old bytes or the new, never a
/// part. The file gets `mode`; missing folders are made, open to
/// others only if the file is. Devices and pipes are written to as they are.
[[nodiscard]] Status write_file_atomically(const std::string& path,
                                           std::string_view bytes,
                                           unsigned mode);

/// The same for a file that is the user's: what a link points to is replaced, not the link, and the
/// file keeps its mode and, as far as the system lets us, its owner. A new one gets `mode`. Where
/// the folder may not be written to, the file is written in place.
[[nodiscard]] Status update_file(const std::string& path, std::string_view bytes, unsigned mode);

[[nodiscard]] bool file_exists(const std::string& path);

/// With a leading "~" or "~/" replaced by `home`, as Python's expanduser does (other users are not
/// looked up).
[[nodiscard]] std::string expand_user(std::string_view path, std::string_view home);

/// With $NAME and ${NAME} replaced by what `variable` knows, as Python's expandvars does: names
/// that are not set stay as they are, and values are not looked at again.
[[nodiscard]] std::string expand_variables(
    std::string_view path,
    const std::function<std::optional<std::string>(const std::string&)>& variable);

/// The bytes of a file mapped read-only into memory. Move-only; unmaps at the end.
class MappedFile {
 public:
  [[nodiscard]] static Result<MappedFile> open(const std::string& path);
  MappedFile(MappedFile&& other) noexcept;
  MappedFile& operator=(MappedFile&& other) noexcept;
  MappedFile(const MappedFile&) = delete;
  MappedFile& operator=(const MappedFile&) = delete;
  ~MappedFile();

  /// Lives as long as this object.
  [[nodiscard]] std::string_view bytes() const { return {data_, size_}; }

 private:
  MappedFile(const char* data, std::size_t size) : data_(data), size_(size) {}

  const char* data_ = nullptr;
  std::size_t size_ = 0;
};

}  // namespace virga
