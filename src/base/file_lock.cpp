// SPDX-License-Identifier: Apache-2.0
#include "base/file_lock.hpp"

#include <algorithm>
#include <thread>
#include <utility>

#include <fcntl.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

namespace virga {
namespace {

void make_folders(const std::string& path) {
  for (auto slash = path.find('/', 1); slash != std::string::npos;
       slash = path.find('/', slash + 1)) {
    mkdir(path.substr(0, slash).c_str(), 0700);  // an error shows when the file is opened
  }
}

int open_lock(const std::string& path) {
  constexpr int k_flags = O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW;
  int descriptor = open(path.c_str(), k_flags, 0600);
  if (descriptor < 0) {
    make_folders(path);
    descriptor = open(path.c_str(), k_flags, 0600);
  }
  return descriptor;
}

}  // namespace

std::optional<FileLock> FileLock::take(const std::string& path,
                                       std::chrono::milliseconds patience) {
  const int descriptor = open_lock(path);
  if (descriptor < 0) {
    return std::nullopt;
  }
  FileLock lock(descriptor);
  // flock() has no timeout, so a wait with an end is made of short ones.
  const auto end = std::chrono::steady_clock::now() + patience;
  auto pause = std::chrono::milliseconds(1);
  constexpr auto k_longest_pause = std::chrono::milliseconds(20);
  while (flock(descriptor, LOCK_EX | LOCK_NB) != 0) {
    if (std::chrono::steady_clock::now() >= end) {
      return std::nullopt;
    }
    std::this_thread::sleep_for(pause);
    pause = std::min(pause * 2, k_longest_pause);
  }
  return lock;
}

FileLock::FileLock(FileLock&& other) noexcept : descriptor_(std::exchange(other.descriptor_, -1)) {}

FileLock& FileLock::operator=(FileLock&& other) noexcept {
  std::swap(descriptor_, other.descriptor_);
  return *this;
}

FileLock::~FileLock() {
  if (descriptor_ >= 0) {
    close(descriptor_);
  }
}

}  // namespace virga
