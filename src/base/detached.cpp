// SPDX-License-Identifier: Apache-2.0
#include "base/detached.hpp"

#include <fcntl.h>
#include <sys/wait.h>
#include <unistd.h>

namespace virga {

void start_detached(const std::vector<std::string>& words,
                    const std::vector<std::string>& variables) {
  // All memory is got before the fork: another thread may hold the allocator's locks.
  std::vector<std::string> texts = {"virga"};
  texts.insert(texts.end(), words.begin(), words.end());
  std::vector<char*> arguments;
  for (auto& text : texts) {
    arguments.push_back(text.data());
  }
  arguments.push_back(nullptr);
  std::vector<std::string> added = variables;
  std::vector<char*> environment;
  for (auto& variable : added) {
    environment.push_back(variable.data());
  }
  for (char** variable = environ; *variable != nullptr; ++variable) {
    environment.push_back(*variable);
  }
  environment.push_back(nullptr);
  const pid_t child = fork();
  if (child < 0) {
    return;
  }
  if (child == 0) {
    setsid();
    if (fork() != 0) {
      _exit(0);  // the grandchild is nobody's to wait for
    }
    const int null = open("/dev/null", O_RDWR);
    dup2(null, STDIN_FILENO);
    dup2(null, STDOUT_FILENO);
    dup2(null, STDERR_FILENO);
    execve("/proc/self/exe", arguments.data(), environment.data());
    _exit(1);
  }
  waitpid(child, nullptr, 0);
}

}  // namespace virga
