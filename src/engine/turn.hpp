// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string_view>

#include "auth/credentials.hpp"
#include "base/result.hpp"
#include "engine/caller.hpp"
#include "limit/limiter.hpp"
#include "retry/attempt.hpp"

namespace virga::engine {

/// Waits until an attempt of the call may be sent. Errors: interrupted.
[[nodiscard]] Result<limit::Limiter::Slot> wait_for_turn(limit::Limiter& limiter,
                                                         const Call& call,
                                                         std::string_view account,
                                                         std::string_view region,
                                                         bool again);

/// Whose calls a service meters together: the account, as far as credentials tell; else the key.
[[nodiscard]] std::string account_of(const auth::Credentials& credentials);

/// Gives the place of an attempt that is over back, and tells the limiter what came of it.
/// `interrupted`: we gave it up. Throttled is what retries take for it, and answers without a body
/// (HEAD) that say so by their status.
void end_turn(limit::Limiter::Slot& slot,
              const retry::Attempt& attempt,
              bool interrupted,
              std::chrono::microseconds set_up);

}  // namespace virga::engine
