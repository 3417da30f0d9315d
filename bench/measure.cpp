// SPDX-License-Identifier: Apache-2.0
// measure <runs> <command> [word...]: runs the command with its output dropped, and prints a line
// for each run: CPU microseconds (user + system), peak memory in KiB, exit status, microseconds
// that passed. A small program of its own, because a child's peak memory counts from that of the
// process it was made from.
#include <chrono>
#include <cstdio>
#include <cstdlib>

#include <fcntl.h>
#include <spawn.h>
#include <sys/resource.h>
#include <sys/wait.h>

extern char** environ;

int main(int argc, char** argv) {
  if (argc < 3) {
    std::fputs("usage: measure <runs> <command> [word...]\n", stderr);
    return 2;
  }
  posix_spawn_file_actions_t actions;
  posix_spawn_file_actions_init(&actions);
  posix_spawn_file_actions_addopen(&actions, 0, "/dev/null", O_RDONLY, 0);
  posix_spawn_file_actions_addopen(&actions, 1, "/dev/null", O_WRONLY, 0);
  posix_spawn_file_actions_addopen(&actions, 2, "/dev/null", O_WRONLY, 0);
  const long runs = std::strtol(argv[1], nullptr, 10);
  for (long i = 0; i < runs; ++i) {
    const auto begun = std::chrono::steady_clock::now();
    pid_t child = 0;
    if (posix_spawnp(&child, argv[2], &actions, nullptr, argv + 2, environ) != 0) {
      return 1;
    }
    int status = 0;
    rusage usage{};
    if (wait4(child, &status, 0, &usage) < 0) {
      return 1;
    }
    const auto microseconds = [](const timeval& t) { return t.tv_sec * 1000000L + t.tv_usec; };
    const std::chrono::duration<double, std::micro> passed =
        std::chrono::steady_clock::now() - begun;
    std::printf("%ld %ld %d %.0f\n",
                microseconds(usage.ru_utime) + microseconds(usage.ru_stime),
                usage.ru_maxrss,
                WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status),
                passed.count());
  }
  return 0;
}
