// SPDX-License-Identifier: Apache-2.0
#include <csignal>
#include <cstdio>
#include <exception>
#include <string>
#include <vector>

#include <fcntl.h>
#include <unistd.h>

#include "base/prefault.hpp"
#include "commands/run.hpp"
#include "http/file_body.hpp"

namespace {

/// Ctrl-C ends the program at once, as the AWS CLI does: a line end and status 130. Only
/// async-signal-safe functions.
extern "C" void on_interrupt(int) {
  constexpr int k_interrupted = 130;
  virga::http::remove_unfinished_file();
  const auto written = write(STDOUT_FILENO, "\n", 1);
  static_cast<void>(written);
  _exit(k_interrupted);
}

/// The other requests to end keep their meaning; only the unfinished file goes.
extern "C" void on_termination(int number) {
  virga::http::remove_unfinished_file();
  std::signal(number, SIG_DFL);
  std::raise(number);
}

/// A standard stream that is closed would lend its number to the next file that is opened, and what
/// is printed would go there.
void occupy_standard_streams() {
  for (const int descriptor : {STDIN_FILENO, STDOUT_FILENO, STDERR_FILENO}) {
    if (fcntl(descriptor, F_GETFD) < 0) {
      // Writing to a read-only descriptor still fails, as it does for the AWS CLI.
      static_cast<void>(open("/dev/null", O_RDONLY));
    }
  }
}

/// Before the libraries' own constructors, which touch the same pages.
[[gnu::constructor(101)]] void map_what_every_start_touches() { virga::prefault_program(); }

}  // namespace

int main(int argc, char** argv) {
  occupy_standard_streams();
  std::signal(SIGINT, on_interrupt);
  std::signal(SIGTERM, on_termination);
  std::signal(SIGHUP, on_termination);
  std::signal(SIGPIPE,
              SIG_IGN);  // a reader that leaves is an error of write(), which is handled there
  try {
    return virga::commands::run(argc > 0 ? argv[0] : "", {argv + (argc > 0 ? 1 : 0), argv + argc});
  } catch (const std::exception& exception) {  // memory that ran out: our own code throws nothing
    constexpr int k_other = 255;
    std::fprintf(stderr, "\nvirga: %s\n", exception.what());
    return k_other;
  }
}
