// SPDX-License-Identifier: Apache-2.0
#include "http/file_body.hpp"

#include <cerrno>
#include <cstdlib>
#include <cstring>
#include <utility>

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/strings.hpp"

namespace virga::http {
namespace {

tl::unexpected<Error> io_error(std::string_view action, const std::string& path) {
  char reason[128];
  return fail(ErrorCode::io,
              concat("cannot ", action, " ", path, ": ", strerror_r(errno, reason, sizeof reason)));
}

class FileSource final : public BodySource {
 public:
  FileSource(int descriptor, std::string path) : descriptor_(descriptor), path_(std::move(path)) {
    struct stat info {};

    if (fstat(descriptor_, &info) == 0 && S_ISREG(info.st_mode)) {
      start_ = lseek(descriptor_, 0, SEEK_CUR);
      size_ = static_cast<std::uint64_t>(info.st_size - start_);
    }
  }

  FileSource(const FileSource&) = delete;
  FileSource& operator=(const FileSource&) = delete;

  ~FileSource() override { ::close(descriptor_); }

  Result<std::size_t> read(char* buffer, std::size_t size) override {
    for (;;) {
      const ssize_t got = ::read(descriptor_, buffer, size);
      if (got >= 0) {
        untouched_ = untouched_ && got == 0;
        return static_cast<std::size_t>(got);
      }
      if (errno != EINTR) {
        return io_error("read", path_);
      }
    }
  }

  Status rewind() override {
    if (untouched_) {
      return {};
    }
    if (!size_ || lseek(descriptor_, start_, SEEK_SET) < 0) {
      return fail(ErrorCode::io, concat("cannot send ", path_, " again: it cannot be read twice"));
    }
    untouched_ = true;
    return {};
  }

  std::optional<std::uint64_t> size() const override { return size_; }

 private:
  int descriptor_;
  std::string path_;
  off_t start_ = 0;
  std::optional<std::uint64_t> size_;
  bool untouched_ = true;
};

}  // namespace

Result<std::shared_ptr<BodySource>> open_file_source(const std::string& path) {
  const int descriptor = ::open(path.c_str(), O_RDONLY | O_CLOEXEC);
  if (descriptor < 0) {
    return io_error("open", path);
  }

  struct stat info {};

  if (fstat(descriptor, &info) == 0 && S_ISDIR(info.st_mode)) {
    ::close(descriptor);
    errno = EISDIR;
    return io_error("open", path);
  }
  return std::shared_ptr<BodySource>(std::make_shared<FileSource>(descriptor, path));
}

FileSink::~FileSink() {
  close();
  if (!temporary_.empty()) {
    unlink(temporary_.c_str());
  }
}

void FileSink::close() {
  if (descriptor_ > STDERR_FILENO) {
    ::close(descriptor_);
  }
  descriptor_ = -1;
}

Status FileSink::open() {
  if (path_ == "-") {
    descriptor_ = STDOUT_FILENO;
    return {};
  }

  struct stat info {};

  const bool exists = stat(path_.c_str(), &info) == 0;
  constexpr mode_t k_mode = 0666;  // less the umask
  if (exists && !S_ISREG(info.st_mode)) {
    descriptor_ = ::open(path_.c_str(), O_WRONLY | O_CLOEXEC);
    return descriptor_ < 0 ? io_error("write", path_) : Status();
  }
  // A file that is there keeps its mode; a link keeps its place: its target is what is replaced.
  if (char* target = exists ? realpath(path_.c_str(), nullptr) : nullptr; target != nullptr) {
    path_ = target;
    std::free(target);  // NOLINT: realpath's memory
  }
  for (int attempt = 0; attempt < 100; ++attempt) {
    temporary_ = concat(path_, ".virga-", getpid(), "-", attempt);
    descriptor_ = ::open(temporary_.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, k_mode);
    if (descriptor_ >= 0) {
      if (exists && fchmod(descriptor_, info.st_mode & 07777) != 0) {
        break;
      }
      return {};
    }
    if (errno != EEXIST) {
      break;
    }
  }
  auto error = io_error("write", path_);
  if (descriptor_ < 0) {
    temporary_.clear();
  }
  return error;
}

Status FileSink::write(std::string_view bytes) {
  while (!bytes.empty()) {
    const ssize_t put = ::write(descriptor_, bytes.data(), bytes.size());
    if (put < 0 && errno == EINTR) {
      continue;
    }
    if (put < 0) {
      return io_error("write", path_);
    }
    bytes.remove_prefix(static_cast<std::size_t>(put));
  }
  return {};
}

Status FileSink::finish() {
  close();
  if (!temporary_.empty()) {
    if (rename(temporary_.c_str(), path_.c_str()) != 0) {
      return io_error("write", path_);
    }
    temporary_.clear();
  }
  return {};
}

}  // namespace virga::http
