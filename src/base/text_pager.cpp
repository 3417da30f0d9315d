// SPDX-License-Identifier: Apache-2.0
#include "base/text_pager.hpp"

#include <cerrno>
#include <csignal>
#include <cstring>

#include <fcntl.h>
#include <spawn.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/strings.hpp"

namespace virga {
namespace {

tl::unexpected<Error> cannot_run(const std::string& program, int reason) {
  char buffer[128];
  return fail(ErrorCode::io,
              concat("Unable to run ", program, ": ", strerror_r(reason, buffer, sizeof buffer)));
}

/// C's view of strings that outlive it.
std::vector<char*> pointers(const std::vector<std::string>& strings) {
  std::vector<char*> out;
  out.reserve(strings.size() + 1);
  for (const auto& text : strings) {
    out.push_back(const_cast<char*>(text.c_str()));  // NOLINT: posix_spawn's signature
  }
  out.push_back(nullptr);
  return out;
}

/// The process's environment with these variables instead of what they were.
std::vector<std::string> environment_with(const std::vector<std::string>& variables) {
  std::vector<std::string> out = variables;
  for (char** entry = environ; entry != nullptr && *entry != nullptr; ++entry) {
    const std::string_view text(*entry);
    bool replaced = false;
    for (const auto& variable : variables) {
      replaced = replaced || text.starts_with(variable.substr(0, variable.find('=') + 1));
    }
    if (!replaced) {
      out.emplace_back(text);
    }
  }
  return out;
}

/// Until everything is written, or nobody reads any more.
void write_all(int descriptor, std::string_view text) {
  while (!text.empty()) {
    const ssize_t written = write(descriptor, text.data(), text.size());
    if (written < 0 && errno != EINTR) {
      return;
    }
    text.remove_prefix(written < 0 ? 0 : static_cast<std::size_t>(written));
  }
}

int spawn(const std::vector<std::string>& words,
          const std::vector<std::string>& variables,
          int input,
          pid_t& child) {
  posix_spawn_file_actions_t actions;
  posix_spawn_file_actions_init(&actions);
  posix_spawn_file_actions_adddup2(&actions, input, STDIN_FILENO);
  posix_spawnattr_t attributes;
  posix_spawnattr_init(&attributes);
  sigset_t defaults;
  sigemptyset(&defaults);
  sigaddset(&defaults, SIGPIPE);
  sigaddset(&defaults, SIGINT);
  posix_spawnattr_setsigdefault(&attributes, &defaults);
  posix_spawnattr_setflags(&attributes, POSIX_SPAWN_SETSIGDEF);
  const auto environment = environment_with(variables);
  const int failure = posix_spawnp(&child,
                                   words.front().c_str(),
                                   &actions,
                                   &attributes,
                                   pointers(words).data(),
                                   pointers(environment).data());
  posix_spawnattr_destroy(&attributes);
  posix_spawn_file_actions_destroy(&actions);
  return failure;
}

}  // namespace

Result<std::unique_ptr<TextPager>> TextPager::start(const std::vector<std::string>& words,
                                                    const std::vector<std::string>& variables) {
  if (words.empty()) {
    return cannot_run("", ENOENT);
  }
  int ends[2];
  if (pipe2(ends, O_CLOEXEC) != 0) {
    return cannot_run(words.front(), errno);
  }
  std::unique_ptr<TextPager> out(new TextPager);
  out->input_ = ends[1];
  out->interrupted_before_ = std::signal(SIGINT, SIG_IGN);
  const int failure = spawn(words, variables, ends[0], out->child_);
  close(ends[0]);
  if (failure != 0) {
    out->child_ = 0;
    return cannot_run(words.front(), failure);
  }
  return out;
}

TextPager::~TextPager() {
  close(input_);
  while (child_ != 0 && waitpid(child_, nullptr, 0) < 0 && errno == EINTR) {
  }
  std::signal(SIGINT, interrupted_before_);
}

Status show_by_pager(const std::vector<std::string>& words,
                     const std::vector<std::string>& variables,
                     std::string_view text) {
  VIRGA_TRY_ASSIGN(const auto pager, TextPager::start(words, variables));
  write_all(pager->input(), text);
  return {};
}

}  // namespace virga
