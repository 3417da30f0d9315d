// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <vector>

namespace virga {

/// Starts this program once more with these words behind its name, in a session of its own, without
/// standard streams; nobody waits for it. `variables` ("NAME=value") are added to its environment.
/// Failure is silent: what runs so is never needed. Thread-safe.
void start_detached(const std::vector<std::string>& words,
                    const std::vector<std::string>& variables);

}  // namespace virga
