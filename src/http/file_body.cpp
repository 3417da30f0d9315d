// SPDX-License-Identifier: Apache-2.0
#include "http/file_body.hpp"

#include <algorithm>
#include <atomic>
#include <cerrno>
#include <cstdlib>
#include <cstring>
#include <utility>

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/files.hpp"
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

/// A pipe's bytes in an unnamed temporary file: S3 wants to know the size ahead, and a retry reads
/// again. Takes the descriptor.
Result<int> spool(int descriptor, const std::string& path) {
  const char* folder =
      std::getenv("TMPDIR");  // NOLINT(concurrency-mt-unsafe): nothing sets variables
  std::string name = concat(folder == nullptr ? "/tmp" : folder, "/virga-XXXXXX");
  const int spooled = mkostemp(name.data(), O_CLOEXEC);
  if (spooled < 0) {
    ::close(descriptor);
    return io_error("write", name);
  }
  unlink(name.c_str());
  std::string buffer(std::size_t{1} << 16U, '\0');
  for (;;) {
    const ssize_t got = ::read(descriptor, buffer.data(), buffer.size());
    if (got < 0 && errno == EINTR) {
      continue;
    }
    const auto failed = [&](std::string_view action, const std::string& what) {
      auto error = io_error(action, what);
      ::close(descriptor);
      ::close(spooled);
      return error;
    };
    if (got < 0) {
      return failed("read", path);
    }
    if (got == 0) {
      break;
    }
    for (ssize_t at = 0; at < got;) {
      const ssize_t put = ::write(spooled, buffer.data() + at, static_cast<std::size_t>(got - at));
      if (put < 0 && errno != EINTR) {
        return failed("write", name);
      }
      at += std::max<ssize_t>(put, 0);
    }
  }
  ::close(descriptor);
  lseek(spooled, 0, SEEK_SET);
  return spooled;
}

/// The temporary file of the sink that is being written, for remove_unfinished_file(). One at a
/// time: a program run downloads one file.
std::atomic<const char*> unfinished_file{nullptr};

}  // namespace

Result<std::shared_ptr<BodySource>> open_file_source(const std::string& path) {
  int descriptor = ::open(path.c_str(), O_RDONLY | O_CLOEXEC);
  if (descriptor < 0) {
    return io_error("open", path);
  }

  struct stat info {};

  if (fstat(descriptor, &info) == 0 && S_ISDIR(info.st_mode)) {
    ::close(descriptor);
    errno = EISDIR;
    return io_error("open", path);
  }
  if (!S_ISREG(info.st_mode)) {
    VIRGA_TRY_ASSIGN(descriptor, spool(descriptor, path));
  }
  return std::shared_ptr<BodySource>(std::make_shared<FileSource>(descriptor, path));
}

void remove_unfinished_file() noexcept {
  if (const char* path = unfinished_file.load(); path != nullptr) {
    unlink(path);
  }
}

FileSink::~FileSink() {
  static_cast<void>(close());
  if (!temporary_.empty()) {
    unfinished_file = nullptr;
    unlink(temporary_.c_str());
  }
}

bool FileSink::close() {
  const bool closed = descriptor_ <= STDERR_FILENO || ::close(descriptor_) == 0;
  descriptor_ = -1;
  return closed;
}

Status FileSink::open() {
  if (path_ == "-") {
    descriptor_ = STDOUT_FILENO;
    return {};
  }
  constexpr mode_t k_mode = 0666;  // less the umask

  struct stat info {};

  const bool exists = lstat(path_.c_str(), &info) == 0;
  // A new file may take the place of nothing, or of a file that is ours alone and that we could
  // write to: it looks the same afterwards. Devices, pipes, links and files of others are written
  // to where they are.
  const bool replaceable =
      !exists || (S_ISREG(info.st_mode) && info.st_nlink == 1 && info.st_uid == geteuid() &&
                  access(path_.c_str(), W_OK) == 0);
  if (replaceable) {
    constexpr mode_t k_permissions = 0777;
    temporary_ = concat(path_, ".virga-", getpid());
    descriptor_ = ::open(temporary_.c_str(),
                         O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC,
                         exists ? info.st_mode & k_permissions & ~mode_t{077} : k_mode);
    if (descriptor_ >= 0 && (!exists || fchmod(descriptor_, info.st_mode & k_permissions) == 0)) {
      unfinished_file = temporary_.c_str();
      return {};
    }
    temporary_.clear();
  }
  descriptor_ = ::open(path_.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, k_mode);
  return descriptor_ < 0 ? fail(ErrorCode::io, errno_text(errno, path_)) : Status();
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
  if (!close()) {
    return io_error("write", path_);
  }
  if (!temporary_.empty()) {
    if (rename(temporary_.c_str(), path_.c_str()) != 0) {
      return io_error("write", path_);
    }
    unfinished_file = nullptr;
    temporary_.clear();
  }
  return {};
}

}  // namespace virga::http
