// SPDX-License-Identifier: Apache-2.0
#include "base/subprocess.hpp"

#include <algorithm>
#include <cerrno>
#include <csignal>
#include <cstring>

#include <fcntl.h>
#include <poll.h>
#include <spawn.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/files.hpp"

namespace virga {
namespace {

constexpr std::size_t k_kept_bytes = 16U << 20;

tl::unexpected<Error> system_error(int number, const std::string& what) {
  return fail(ErrorCode::io, errno_text(number, what));
}

/// Both ends of a pipe; whatever is still open is closed at the end.
struct Pipe {
  int read_end = -1;
  int write_end = -1;

  Pipe() {
    int ends[2];
    if (pipe2(ends, O_CLOEXEC) == 0) {
      read_end = ends[0];
      write_end = ends[1];
    }
  }

  Pipe(const Pipe&) = delete;
  Pipe& operator=(const Pipe&) = delete;

  ~Pipe() {
    close_one(read_end);
    close_one(write_end);
  }

  static void close_one(int& descriptor) {
    if (descriptor >= 0) {
      close(descriptor);
      descriptor = -1;
    }
  }
};

/// Reads what there is; closes the pipe at its end.
void drain(Pipe& pipe, std::string& into) {
  char buffer[16384];
  const ssize_t got = read(pipe.read_end, buffer, sizeof buffer);
  if (got < 0 && errno == EINTR) {
    return;
  }
  if (got <= 0) {
    Pipe::close_one(pipe.read_end);
    return;
  }
  into.append(buffer, std::min(static_cast<std::size_t>(got), k_kept_bytes - into.size()));
}

void read_both(Pipe& out, Pipe& err, SubprocessResult& result) {
  while (out.read_end >= 0 || err.read_end >= 0) {
    pollfd waiting[2] = {{out.read_end, POLLIN, 0}, {err.read_end, POLLIN, 0}};
    if (poll(waiting, 2, -1) < 0) {
      continue;  // only a signal can be the reason
    }
    if (waiting[0].revents != 0) {
      drain(out, result.out);
    }
    if (waiting[1].revents != 0) {
      drain(err, result.err);
    }
  }
}

int wait_for(pid_t child) {
  constexpr int k_signal_base = 128;
  int status = 0;
  while (waitpid(child, &status, 0) < 0) {
    if (errno != EINTR) {
      return 0;  // somebody else has taken the status: SIGCHLD is ignored
    }
  }
  return WIFSIGNALED(status) ? k_signal_base + WTERMSIG(status) : WEXITSTATUS(status);
}

}  // namespace

Result<SubprocessResult> run_subprocess(const std::vector<std::string>& words) {
  if (words.empty()) {
    return system_error(ENOENT, "");
  }
  Pipe out;
  Pipe err;
  if (out.read_end < 0 || err.read_end < 0) {
    return system_error(errno, words.front());
  }
  std::vector<char*> arguments;
  arguments.reserve(words.size() + 1);
  for (const auto& word : words) {
    arguments.push_back(const_cast<char*>(word.c_str()));  // NOLINT: posix_spawn's signature
  }
  arguments.push_back(nullptr);
  posix_spawn_file_actions_t actions;
  posix_spawn_file_actions_init(&actions);
  posix_spawn_file_actions_adddup2(&actions, out.write_end, STDOUT_FILENO);
  posix_spawn_file_actions_adddup2(&actions, err.write_end, STDERR_FILENO);
  // An ignored signal stays ignored in the child: SIGPIPE must be what programs expect.
  posix_spawnattr_t attributes;
  posix_spawnattr_init(&attributes);
  sigset_t defaults;
  sigemptyset(&defaults);
  sigaddset(&defaults, SIGPIPE);
  posix_spawnattr_setsigdefault(&attributes, &defaults);
  posix_spawnattr_setflags(&attributes, POSIX_SPAWN_SETSIGDEF);
  pid_t child = 0;
  const int failure =
      posix_spawnp(&child, arguments[0], &actions, &attributes, arguments.data(), environ);
  posix_spawnattr_destroy(&attributes);
  posix_spawn_file_actions_destroy(&actions);
  if (failure != 0) {
    return system_error(failure, words.front());
  }
  Pipe::close_one(out.write_end);
  Pipe::close_one(err.write_end);
  SubprocessResult result;
  read_both(out, err, result);
  result.status = wait_for(child);
  return result;
}

}  // namespace virga
