// SPDX-License-Identifier: Apache-2.0
#include "base/terminal.hpp"

#include <cerrno>
#include <string_view>

#include <fcntl.h>
#include <termios.h>
#include <unistd.h>

namespace virga {
namespace {

void write_text(int descriptor, std::string_view text) {
  while (!text.empty()) {
    const ssize_t put = write(descriptor, text.data(), text.size());
    if (put <= 0 && errno != EINTR) {
      return;  // the question cannot be shown; the answer is still read
    }
    text.remove_prefix(put > 0 ? static_cast<std::size_t>(put) : 0);
  }
}

/// Echo is off while this lives. What was typed before is dropped.
class NoEcho {
 public:
  explicit NoEcho(int descriptor) : descriptor_(descriptor) {
    good_ = tcgetattr(descriptor, &before_) == 0;
    if (good_) {
      termios silent = before_;
      silent.c_lflag &= ~static_cast<tcflag_t>(ECHO);
      good_ = tcsetattr(descriptor, TCSAFLUSH, &silent) == 0;
    }
  }

  NoEcho(const NoEcho&) = delete;
  NoEcho& operator=(const NoEcho&) = delete;

  ~NoEcho() {
    if (good_) {
      tcsetattr(descriptor_, TCSAFLUSH, &before_);
    }
  }

  [[nodiscard]] bool good() const { return good_; }

 private:
  int descriptor_;
  termios before_{};
  bool good_ = false;
};

Result<std::string> answer(std::optional<std::string> line) {
  if (!line) {
    return fail(ErrorCode::io, "The input ended before there was an answer.");
  }
  return *std::move(line);
}

}  // namespace

std::optional<std::string> read_line(int descriptor) {
  std::string line;
  for (;;) {
    char c = 0;
    const ssize_t got = read(descriptor, &c, 1);
    if (got < 0 && errno == EINTR) {
      continue;
    }
    if (got <= 0) {
      return line.empty() ? std::nullopt : std::optional(line);
    }
    if (c == '\n') {
      if (!line.empty() && line.back() == '\r') {
        line.pop_back();
      }
      return line;
    }
    line.push_back(c);
  }
}

Result<std::string> ask_secret(const std::string& question) {
  const int terminal = open("/dev/tty", O_RDWR | O_NOCTTY | O_CLOEXEC);
  const int input = terminal >= 0 ? terminal : STDIN_FILENO;
  const int output = terminal >= 0 ? terminal : STDERR_FILENO;
  std::optional<std::string> line;
  {
    const NoEcho silence(input);
    write_text(output, question);
    line = read_line(input);
    if (silence.good()) {
      write_text(output, "\n");
    }
  }
  if (terminal >= 0) {
    close(terminal);
  }
  return answer(std::move(line));
}

}  // namespace virga
