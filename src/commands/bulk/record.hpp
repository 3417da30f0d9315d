// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <chrono>
#include <string>

#include "base/result.hpp"
#include "engine/caller.hpp"
#include "value/value.hpp"

namespace virga::commands {

/// The line that bulk writes of a call: id, request, result or error, and what the call took.
/// `request`: as CallLine has it; the text of a line that could not be read.
[[nodiscard]] std::string result_line(Value id,
                                      Value request,
                                      Result<Value> result,
                                      const engine::CallNotes& notes,
                                      std::chrono::microseconds duration);

}  // namespace virga::commands
