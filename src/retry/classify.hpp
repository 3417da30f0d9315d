// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "retry/attempt.hpp"

namespace virga::retry {

/// The service asks for fewer calls. Source: botocore/retries/standard.py,
/// ThrottledRetryableChecker, and the model's retryable trait.
[[nodiscard]] bool is_throttling(const Attempt& attempt);

/// Likely gone at the next try: 500, 502, 503, 504, time-outs, every failure of the network before
/// the caller was given a byte. Source: botocore/retries/standard.py, TransientRetryableChecker.
[[nodiscard]] bool is_transient(const Attempt& attempt);

/// Connecting or waiting took too long; such retries cost more of the quota.
[[nodiscard]] bool is_timeout(const Attempt& attempt);

}  // namespace virga::retry
