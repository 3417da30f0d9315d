// SPDX-License-Identifier: Apache-2.0
// nu_plugin_virga: the engine as a Nushell plugin, over standard input and output.
#include <csignal>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <exception>

#include <fcntl.h>
#include <unistd.h>

#include "base/standard_streams.hpp"
#include "config/environment.hpp"
#include "engine/model_pack.hpp"
#include "model/catalog.hpp"
#include "nushell/connection.hpp"
#include "nushell/host.hpp"

int main(int argc, char** argv) {
  if (argc != 2 || std::strcmp(argv[1], "--stdio") != 0) {
    std::fputs(
        "nu_plugin_virga is a plugin of Nushell: \"plugin add nu_plugin_virga\" installs it, "
        "\"plugin "
        "use virga\" loads it.\n",
        stderr);
    return 1;
  }
  std::signal(SIGPIPE, SIG_IGN);
  try {
    const virga::config::ProcessEnvironment environment;
    const auto catalog = virga::model::Catalog::open(virga::engine::find_pack(environment));
    if (!catalog) {
      std::fprintf(stderr, "nu_plugin_virga: %s\n", catalog.error().message.c_str());
      return 1;
    }
    // Nothing may print into the protocol, whatever a library thinks of standard output, nor read
    // from it, whatever a credential process does with standard input.
    const int output = fcntl(STDOUT_FILENO, F_DUPFD_CLOEXEC, 3);
    dup2(STDERR_FILENO, STDOUT_FILENO);
    const int input = virga::take_standard_input();
    virga::nushell::PluginHost host(*catalog);
    virga::nushell::Connection connection(input, output, host);
    const auto ended = connection.run();
    if (!ended) {
      std::fprintf(stderr, "nu_plugin_virga: %s\n", ended.error().message.c_str());
    }
    if (!ended || !*ended) {
      std::_Exit(ended ? 0 : 1);  // calls still run: what they use must stay
    }
  } catch (const std::exception& exception) {  // memory that ran out
    std::fprintf(stderr, "nu_plugin_virga: %s\n", exception.what());
    return 1;
  }
  return 0;
}
