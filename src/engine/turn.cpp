// SPDX-License-Identifier: Apache-2.0
#include "engine/turn.hpp"

#include "retry/classify.hpp"

namespace virga::engine {
namespace {

limit::Outcome outcome_of(const retry::Attempt& attempt, bool interrupted) {
  constexpr int k_too_many_requests = 429;
  constexpr int k_unavailable = 503;
  constexpr int k_first_server_error = 500;
  if (interrupted) {
    return limit::Outcome::cancelled;
  }
  const bool by_status = attempt.status == k_too_many_requests || attempt.status == k_unavailable;
  const bool is_nameless =
      attempt.error_code.empty() || attempt.error_code == "503" || attempt.error_code == "429";
  if (retry::is_throttling(attempt) || (by_status && is_nameless)) {
    return limit::Outcome::throttled;
  }
  if (retry::is_timeout(attempt)) {
    return limit::Outcome::timeout;
  }
  const bool failed =
      attempt.network != NetworkFailure::none || attempt.status >= k_first_server_error;
  return failed ? limit::Outcome::error : limit::Outcome::ok;
}

}  // namespace

Result<limit::Limiter::Slot> wait_for_turn(limit::Limiter& limiter,
                                           const Call& call,
                                           std::string_view account,
                                           std::string_view region,
                                           bool again) {
  return limiter.acquire({account, region, call.operation.service().name(), call.operation.name()},
                         {call.priority, again, call.stop});
}

std::string account_of(const auth::Credentials& credentials) {
  if (credentials.account_id && !credentials.account_id->empty()) {
    return *credentials.account_id;
  }
  auto account = auth::account_of_access_key(credentials.access_key_id);
  return account.empty() ? credentials.access_key_id : account;
}

void end_turn(limit::Limiter::Slot& slot,
              const retry::Attempt& attempt,
              bool interrupted,
              std::chrono::microseconds set_up) {
  const auto outcome = outcome_of(attempt, interrupted);
  if (const auto asked = retry::asked_delay(attempt.headers);
      asked && outcome == limit::Outcome::throttled) {
    slot.pause(*asked);
  }
  slot.finish(outcome, set_up);
}

}  // namespace virga::engine
