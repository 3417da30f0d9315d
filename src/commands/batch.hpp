// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <chrono>
#include <cstddef>
#include <stop_token>
#include <string>

#include "base/clock.hpp"
#include "base/crew.hpp"
#include "base/result.hpp"
#include "cli/call_runner.hpp"
#include "commands/call_line.hpp"
#include "engine/caller.hpp"
#include "engine/session.hpp"
#include "limit/limiter.hpp"
#include "value/value.hpp"

// What front ends that make many calls at once have in common.
namespace virga::commands {

/// The crew for calls of which `in_flight` may be under way. The limiter is borrowed.
[[nodiscard]] CrewOptions batch_crew(const limit::Limiter& limiter, std::size_t in_flight);

/// The crew's group of a call: what is limited together, and so what must not take all threads.
[[nodiscard]] std::string batch_group(const CallLine& call);

/// Asks for pages where that earns the call a larger budget (page_budget.hpp), neither the line nor
/// an option says otherwise, and virga is not called as "aws".
void size_pages(CallLine& call);

/// What came of one call of a batch.
struct BatchAnswer {
  Result<Value> result;  ///< all pages together, before the line's query
  engine::CallNotes notes{};
  std::chrono::microseconds duration{0};
};

/// Makes the call. `style.notes` is not looked at.
[[nodiscard]] BatchAnswer answer_call(const CallLine& call,
                                      engine::Session& session,
                                      const Clock& clock,
                                      cli::CallStyle style);

/// What a failure is in a record: code, message, status and request_id as far as there are any.
[[nodiscard]] Map describe_error(const Error& error);

}  // namespace virga::commands
