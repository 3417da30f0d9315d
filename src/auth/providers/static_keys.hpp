// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "auth/credentials.hpp"

namespace virga::auth {

/// The identity of keys that are given as they are: the access key, and its account if known.
[[nodiscard]] Claim claim_of_keys(const Credentials& keys);

}  // namespace virga::auth
