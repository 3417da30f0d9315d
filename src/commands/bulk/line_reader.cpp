// SPDX-License-Identifier: Apache-2.0
#include "commands/bulk/line_reader.hpp"

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <string_view>
#include <utility>

#include <fcntl.h>
#include <poll.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/standard_streams.hpp"
#include "base/strings.hpp"

namespace virga::commands {
namespace {

constexpr std::size_t k_step = 64 * 1024;
constexpr std::size_t k_longest = 16 << 20;
constexpr std::string_view k_byte_order_mark = "\xEF\xBB\xBF";

}  // namespace

Result<LineReader> LineReader::open(const std::string& path) {
  const int file = path == "-" ? take_standard_input() : ::open(path.c_str(), O_RDONLY | O_CLOEXEC);
  if (file < 0) {
    // NOLINTNEXTLINE(concurrency-mt-unsafe)
    const auto* const reason = std::strerror(errno);
    return fail(ErrorCode::io,
                concat("cannot open ", path == "-" ? "standard input" : path, ": ", reason));
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
  if (file_ >= 0) {
    close(file_);
  }
}

bool LineReader::wait(const std::function<bool()>& is_over) const {
  constexpr int k_look_ms = 100;
  for (pollfd input{file_, POLLIN, 0}; !is_over();) {
    if (poll(&input, 1, k_look_ms) > 0) {
      return true;
    }
  }
  return false;
}

Result<std::optional<std::string>> LineReader::next(const std::function<bool()>& is_over) {
  std::size_t searched = at_;
  while (true) {
    const auto end = held_.find('\n', searched);
    if (end != std::string::npos || (ended_ && at_ < held_.size())) {
      const auto stop = end == std::string::npos ? held_.size() : end;
      std::string line = held_.substr(at_, stop - at_);
      offset_ += line.size() + (end == std::string::npos ? 0 : 1);
      if (number_ == 0 && line.starts_with(k_byte_order_mark)) {
        line.erase(0, k_byte_order_mark.size());
      }
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
    if (!wait(is_over)) {
      return std::optional<std::string>();
    }
    held_.resize(searched + k_step);
    const ssize_t got = read(file_, held_.data() + searched, k_step);
    const int reason = errno;
    held_.resize(searched + static_cast<std::size_t>(std::max<ssize_t>(got, 0)));
    if (got < 0 && reason != EINTR && reason != EAGAIN) {
      // NOLINTNEXTLINE(concurrency-mt-unsafe)
      return fail(ErrorCode::io, concat("cannot read ", path_, ": ", std::strerror(reason)));
    }
    ended_ = got == 0;
  }
}

}  // namespace virga::commands
