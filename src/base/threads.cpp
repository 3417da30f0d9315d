// SPDX-License-Identifier: Apache-2.0
#include "base/threads.hpp"

#include <system_error>
#include <utility>

namespace virga {

void add_thread(std::vector<std::thread>& threads, std::function<void()> body) {
  try {
    threads.emplace_back(std::move(body));
  } catch (const std::system_error&) {
    if (threads.empty()) {
      throw;
    }
  }
}

}  // namespace virga
