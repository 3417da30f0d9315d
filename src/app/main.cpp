// SPDX-License-Identifier: Apache-2.0
#include <csignal>
#include <string>
#include <vector>

#include <unistd.h>

#include "cli/run.hpp"

namespace {

/// Ctrl-C ends the program at once, as the AWS CLI does: a line end and status 130. Output files
/// appear under their names only when they are whole, so there is nothing to undo. Only
/// async-signal-safe functions.
extern "C" void on_interrupt(int) {
  constexpr int k_interrupted = 130;
  const auto written = write(STDOUT_FILENO, "\n", 1);
  static_cast<void>(written);
  _exit(k_interrupted);
}

}  // namespace

int main(int argc, char** argv) {
  std::signal(SIGINT, on_interrupt);
  std::signal(SIGPIPE,
              SIG_IGN);  // a reader that leaves is an error of write(), which is handled there
  const std::vector<std::string> words(argv + (argc > 0 ? 1 : 0), argv + argc);
  return virga::cli::run(words);
}
