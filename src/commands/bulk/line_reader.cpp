// SPDX-License-Identifier: Apache-2.0
#include "commands/bulk/line_reader.hpp"

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <utility>

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/strings.hpp"

namespace virga::commands {
namespace {

constexpr std::size_t k_step = 64 * 1024;
constexpr std::size_t k_longest = 16 << 20;

}  // namespace

Result<LineReader> LineReader::open(const std::string& path) {
  const int file = path == "-" ? STDIN_FILENO : ::open(path.c_str(), O_RDONLY | O_CLOEXEC);
  if (file < 0) {
    // NOLINTNEXTLINE(concurrency-mt-unsafe)
    return fail(ErrorCode::io, concat("cannot open ", path, ": ", std::strerror(errno)));
  }
  LineReader out(path == "-" ? "standard input" : path, file);

  struct stat info {};

  if (fstat(file, &info) == 0 && S_ISREG(info.st_mode)) {
    out.size_ = static_cast<std::uint64_t>(info.st_size);
  }
  return out;
}

LineReader::LineReader(LineReader&& other) noexcept
    : path_(std::move(other.path_)),
      file_(std::exchange(other.file_, -1)),
      held_(std::move(other.held_)),
      at_(other.at_),
      ended_(other.ended_),
      number_(other.number_),
      offset_(other.offset_),
      size_(other.size_) {}

LineReader::~LineReader() {
  if (file_ > STDERR_FILENO) {
    close(file_);
  }
}

Result<std::optional<std::string>> LineReader::next() {
  std::size_t searched = at_;
  while (true) {
    const auto end = held_.find('\n', searched);
    if (end != std::string::npos || (ended_ && at_ < held_.size())) {
      const auto stop = end == std::string::npos ? held_.size() : end;
      std::string line = held_.substr(at_, stop - at_);
      offset_ += line.size() + (end == std::string::npos ? 0 : 1);
      at_ = stop + (end == std::string::npos ? 0 : 1);
      ++number_;
      return std::optional(std::move(line));
    }
    if (ended_) {
      return std::optional<std::string>();
    }
    held_.erase(0, at_);
    at_ = 0;
    searched = held_.size();
    if (held_.size() > k_longest) {
      return fail(ErrorCode::usage, concat(path_, ", line ", number_ + 1, ": longer than 16 MiB"));
    }
    held_.resize(searched + k_step);
    const ssize_t got = read(file_, held_.data() + searched, k_step);
    const int reason = errno;
    held_.resize(searched + static_cast<std::size_t>(std::max<ssize_t>(got, 0)));
    if (got < 0 && reason != EINTR) {
      // NOLINTNEXTLINE(concurrency-mt-unsafe)
      return fail(ErrorCode::io, concat("cannot read ", path_, ": ", std::strerror(reason)));
    }
    ended_ = got == 0;
  }
}

}  // namespace virga::commands
