// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <functional>
#include <thread>
#include <vector>

namespace virga {

/// Starts a thread among `threads`, which all do the same. One that cannot be had is done without
/// as long as there is one. Throws std::system_error where there is none.
void add_thread(std::vector<std::thread>& threads, std::function<void()> body);

}  // namespace virga
