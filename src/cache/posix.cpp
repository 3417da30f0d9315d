// SPDX-License-Identifier: Apache-2.0
#ifndef _GNU_SOURCE
#define _GNU_SOURCE  // for F_OFD_SETLK
#endif
#include "cache/posix.hpp"

#include <cerrno>
#include <cstring>

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/strings.hpp"

namespace virga::cache {
namespace {

constexpr mode_t k_file_mode = 0600;
constexpr mode_t k_folder_mode = 0700;

File open_file(const std::string& path, int flags) {
  int fd = -1;
  do {
    // Without O_NONBLOCK, opening a pipe may wait forever.
    fd = open(path.c_str(), flags | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK | O_NOCTTY, k_file_mode);
  } while (fd < 0 && errno == EINTR);
  File file(fd);

  struct stat info {};

  if (file && (fstat(fd, &info) != 0 || !S_ISREG(info.st_mode) || info.st_uid != geteuid())) {
    file = File();
    errno = EPERM;
  }
  return file;
}

struct flock range(short kind, std::uint64_t first, std::uint64_t count) {
  struct flock out {};

  out.l_type = kind;
  out.l_whence = SEEK_SET;
  out.l_start = static_cast<off_t>(first);
  out.l_len = static_cast<off_t>(count);
  return out;
}

}  // namespace

File::~File() {
  if (fd_ >= 0) {
    close(fd_);
  }
}

File open_to_read(const std::string& path) { return open_file(path, O_RDONLY); }

File open_to_change(const std::string& path) { return open_file(path, O_RDWR); }

File open_or_make(const std::string& path) {
  File file = open_file(path, O_RDWR | O_CREAT);
  if (!file && errno == ENOENT && make_folders(path.substr(0, path.rfind('/')))) {
    file = open_file(path, O_RDWR | O_CREAT);
  }
  return file;
}

File make_new(const std::string& path) { return open_file(path, O_RDWR | O_CREAT | O_EXCL); }

Status make_folders(const std::string& path) {
  if (mkdir(path.c_str(), k_folder_mode) == 0 || errno == EEXIST) {
    return {};
  }
  const auto slash = path.rfind('/');
  if (errno == ENOENT && slash != std::string::npos && slash > 0) {
    VIRGA_TRY(make_folders(path.substr(0, slash)));
    if (mkdir(path.c_str(), k_folder_mode) == 0 || errno == EEXIST) {
      return {};
    }
  }
  return io_failure("create folder", path);
}

std::uint64_t size_of(const File& file) {
  struct stat info {};

  return fstat(file.get(), &info) == 0 ? static_cast<std::uint64_t>(info.st_size) : 0;
}

bool has_name(const File& file) {
  struct stat info {};

  return fstat(file.get(), &info) == 0 && info.st_nlink > 0;
}

std::string read_at(const File& file, std::uint64_t offset, std::size_t size) {
  std::string out(size, '\0');
  std::size_t used = 0;
  while (used < size) {
    const ssize_t got =
        pread(file.get(), out.data() + used, size - used, static_cast<off_t>(offset + used));
    if (got < 0 && errno == EINTR) {
      continue;
    }
    if (got <= 0) {
      break;
    }
    used += static_cast<std::size_t>(got);
  }
  out.resize(used);
  return out;
}

Status write_at(const File& file, std::uint64_t offset, std::string_view bytes) {
  while (!bytes.empty()) {
    const ssize_t put = pwrite(file.get(), bytes.data(), bytes.size(), static_cast<off_t>(offset));
    if (put < 0 && errno == EINTR) {
      continue;
    }
    if (put <= 0) {
      return io_failure("write", "a file of the cache");
    }
    bytes.remove_prefix(static_cast<std::size_t>(put));
    offset += static_cast<std::uint64_t>(put);
  }
  return {};
}

tl::unexpected<Error> io_failure(std::string_view action, const std::string& path) {
  char buffer[128];
  return fail(ErrorCode::io,
              concat("cannot ", action, " ", path, ": ", strerror_r(errno, buffer, sizeof buffer)));
}

bool try_lock(const File& file, Lock kind, std::uint64_t first, std::uint64_t count) {
  auto lock = range(kind == Lock::shared ? F_RDLCK : F_WRLCK, first, count);
  int done = 0;
  do {
    done = fcntl(file.get(), F_OFD_SETLK, &lock);
  } while (done != 0 && errno == EINTR);
  return done == 0;
}

bool is_lock_taken() { return errno == EAGAIN || errno == EACCES; }

void unlock(const File& file, std::uint64_t first, std::uint64_t count) {
  auto lock = range(F_UNLCK, first, count);
  static_cast<void>(fcntl(file.get(), F_OFD_SETLK, &lock));
}

bool is_locked(const File& file, std::uint64_t first, std::uint64_t count) {
  auto lock = range(F_WRLCK, first, count);
  return fcntl(file.get(), F_OFD_GETLK, &lock) == 0 && lock.l_type != F_UNLCK;
}

}  // namespace virga::cache
