// SPDX-License-Identifier: Apache-2.0
#include <csignal>
#include <cstdio>
#include <exception>
#include <string>
#include <vector>

#include <unistd.h>

#include "base/prefault.hpp"
#include "base/standard_streams.hpp"
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

/// What the caller has switched off stays so: nohup, and shells for what runs in the background.
void handle(int number, void (*handler)(int)) {
  if (std::signal(number, handler) == SIG_IGN) {
    std::signal(number, SIG_IGN);
  }
}

/// Before the libraries' own constructors, which touch the same pages.
[[gnu::constructor(101)]] void map_what_every_start_touches() { virga::prefault_program(); }

}  // namespace

int main(int argc, char** argv) {
  virga::occupy_standard_streams();
  handle(SIGINT, on_interrupt);
  handle(SIGTERM, on_termination);
  handle(SIGHUP, on_termination);
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
