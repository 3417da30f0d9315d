// SPDX-License-Identifier: Apache-2.0
#include "base/files.hpp"

#include <algorithm>
#include <cerrno>
#include <cstdlib>
#include <cstring>
#include <utility>

#include <fcntl.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/strings.hpp"

namespace virga {
namespace {

/// A descriptor that closes itself.
class Descriptor {
 public:
  explicit Descriptor(int fd) : fd_(fd) {}

  Descriptor(const Descriptor&) = delete;
  Descriptor& operator=(const Descriptor&) = delete;

  ~Descriptor() {
    if (fd_ >= 0) {
      close(fd_);
    }
  }

  [[nodiscard]] int get() const { return fd_; }

 private:
  int fd_;
};

std::string reason(int error) {
  char buffer[128];
  return strerror_r(error, buffer, sizeof buffer);
}

tl::unexpected<Error> io_error(std::string_view action, const std::string& path) {
  return fail(ErrorCode::io, concat("cannot ", action, " ", path, ": ", reason(errno)));
}

Result<std::string> read_all(int fd, const std::string& path) {
  std::string bytes;

  struct stat info {};

  if (fstat(fd, &info) == 0 && S_ISREG(info.st_mode)) {
    // A size is only a hint: that of /proc/kcore is the address space's.
    constexpr off_t k_most = 64 << 20;
    bytes.reserve(static_cast<std::size_t>(std::min(info.st_size, k_most)) + 1);
  }
  std::size_t used = 0;
  for (;;) {
    if (bytes.size() < used + 4096) {
      bytes.resize(std::max(bytes.capacity(), used + 65536));
    }
    const ssize_t got = read(fd, bytes.data() + used, bytes.size() - used);
    if (got < 0 && errno == EINTR) {
      continue;
    }
    if (got < 0) {
      return io_error("read", path);
    }
    if (got == 0) {
      bytes.resize(used);
      return bytes;
    }
    used += static_cast<std::size_t>(got);
  }
}

Status make_parent_folders(const std::string& path, mode_t mode) {
  for (auto slash = path.find('/', 1); slash != std::string::npos;
       slash = path.find('/', slash + 1)) {
    const std::string folder = path.substr(0, slash);
    if (mkdir(folder.c_str(), mode) != 0 && errno != EEXIST) {
      return io_error("create folder", folder);
    }
  }
  return {};
}

Status write_all(int fd, std::string_view bytes, const std::string& path) {
  // In pieces: what is written at once, Linux keeps in pages of up to 2 MiB, and a process that
  // maps a few bytes of the file (the model pack) is charged for each of them whole.
  constexpr std::size_t k_piece_bytes = std::size_t{64} << 10U;
  while (!bytes.empty()) {
    const ssize_t put = write(fd, bytes.data(), std::min(bytes.size(), k_piece_bytes));
    if (put < 0 && errno == EINTR) {
      continue;
    }
    if (put < 0) {
      return io_error("write", path);
    }
    bytes.remove_prefix(static_cast<std::size_t>(put));
  }
  return {};
}

/// For devices and pipes, which must not be replaced by a file.
Status write_in_place(const std::string& path, std::string_view bytes) {
  const Descriptor file(open(path.c_str(), O_WRONLY | O_CLOEXEC));
  if (file.get() < 0) {
    return io_error("write", path);
  }
  return write_all(file.get(), bytes, path);
}

}  // namespace

std::string errno_text(int number, std::string_view path) {
  return concat("[Errno ", number, "] ", reason(number), ": '", path, "'");
}

Result<std::string> read_file(const std::string& path) {
  const Descriptor file(open(path.c_str(), O_RDONLY | O_CLOEXEC));
  if (file.get() < 0) {
    return io_error("open", path);
  }
  return read_all(file.get(), path);
}

Result<std::optional<std::string>> read_file_if_exists(const std::string& path) {
  const Descriptor file(open(path.c_str(), O_RDONLY | O_CLOEXEC));
  if (file.get() < 0) {
    if (errno == ENOENT || errno == ENOTDIR) {
      return std::optional<std::string>();
    }
    return io_error("open", path);
  }
  VIRGA_TRY_ASSIGN(std::string bytes, read_all(file.get(), path));
  return std::optional<std::string>(std::move(bytes));
}

Status write_file_atomically(const std::string& path, std::string_view bytes, unsigned mode) {
  constexpr unsigned k_others = 0077;
  VIRGA_TRY(make_parent_folders(path, (mode & k_others) == 0 ? 0700 : 0777));

  struct stat info {};

  if (stat(path.c_str(), &info) == 0 && !S_ISREG(info.st_mode)) {
    return write_in_place(path, bytes);
  }
  std::string temporary = path + ".XXXXXX";
  const Descriptor file(mkostemp(temporary.data(), O_CLOEXEC));
  if (file.get() < 0) {
    return io_error("write", path);
  }
  auto written = write_all(file.get(), bytes, path);
  if (written && (fchmod(file.get(), mode) != 0 || rename(temporary.c_str(), path.c_str()) != 0)) {
    written = io_error("write", path);
  }
  if (!written) {
    unlink(temporary.c_str());
  }
  return written;
}

Status update_file(const std::string& path, std::string_view bytes, unsigned mode) {
  // Links in the middle of a path that does not exist yet are the system's to follow.
  std::string target = path;
  if (char* const resolved = realpath(path.c_str(), nullptr); resolved != nullptr) {
    target = resolved;
    free(resolved);  // NOLINT(cppcoreguidelines-no-malloc): realpath's contract
  }

  struct stat info {};

  if (stat(target.c_str(), &info) != 0) {
    return write_file_atomically(target, bytes, mode);
  }
  const auto folder_end = target.rfind('/');
  const std::string folder =
      folder_end == std::string::npos ? "." : target.substr(0, folder_end + 1);
  if (access(folder.c_str(), W_OK) != 0) {
    VIRGA_TRY(write_in_place(target, bytes));
    return truncate(target.c_str(), static_cast<off_t>(bytes.size())) == 0
               ? Status()
               : Status(io_error("write", target));
  }
  VIRGA_TRY(write_file_atomically(target, bytes, info.st_mode & 07777U));
  // Only root can give a file away, and nobody else finds another's file here.
  static_cast<void>(chown(target.c_str(), info.st_uid, info.st_gid) == 0);
  return {};
}

bool file_exists(const std::string& path) { return access(path.c_str(), F_OK) == 0; }

std::string expand_variables(
    std::string_view path,
    const std::function<std::optional<std::string>(const std::string&)>& variable) {
  std::string out;
  for (std::size_t at = 0; at < path.size();) {
    const auto dollar = path.find('$', at);
    out.append(path.substr(at, dollar - at));
    if (dollar == std::string_view::npos) {
      break;
    }
    std::size_t end = dollar + 1;
    std::string_view name;
    if (end < path.size() && path[end] == '{') {
      const auto close = path.find('}', end);
      if (close != std::string_view::npos) {
        name = path.substr(end + 1, close - end - 1);
        end = close + 1;
      }
    } else {
      while (end < path.size() && (is_ascii_alnum(path[end]) || path[end] == '_')) {
        ++end;
      }
      name = path.substr(dollar + 1, end - dollar - 1);
    }
    const auto value = name.empty() ? std::nullopt : variable(std::string(name));
    out.append(value ? std::string_view(*value) : path.substr(dollar, end - dollar));
    at = end;
  }
  return out;
}

std::string expand_user(std::string_view path, std::string_view home) {
  if (path == "~" || path.starts_with("~/")) {
    return concat(home, path.substr(1));
  }
  return std::string(path);
}

Result<MappedFile> MappedFile::open(const std::string& path) {
  const Descriptor file(::open(path.c_str(), O_RDONLY | O_CLOEXEC));

  struct stat info {};

  if (file.get() < 0 || fstat(file.get(), &info) != 0) {
    return io_error("open", path);
  }
  if (!S_ISREG(info.st_mode) || info.st_size == 0) {
    return MappedFile(nullptr, 0);
  }
  const auto size = static_cast<std::size_t>(info.st_size);
  void* data = mmap(nullptr, size, PROT_READ, MAP_PRIVATE, file.get(), 0);
  if (data == MAP_FAILED) {  // NOLINT: the macro casts
    return io_error("map", path);
  }
  return MappedFile(static_cast<const char*>(data), size);
}

MappedFile::MappedFile(MappedFile&& other) noexcept
    : data_(std::exchange(other.data_, nullptr)), size_(std::exchange(other.size_, 0)) {}

MappedFile& MappedFile::operator=(MappedFile&& other) noexcept {
  std::swap(data_, other.data_);
  std::swap(size_, other.size_);
  return *this;
}

MappedFile::~MappedFile() {
  if (data_ != nullptr) {
    munmap(const_cast<char*>(data_), size_);  // NOLINT: munmap's signature
  }
}

}  // namespace virga
