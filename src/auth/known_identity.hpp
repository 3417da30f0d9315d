// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <optional>

#include "auth/credentials.hpp"
#include "base/result.hpp"

namespace virga::auth {

/// Who the default chain would sign as, if that shows without network and without starting a
/// program; none otherwise. The same as CredentialChain::identity() where it is known.
/// Errors: those of the configuration.
[[nodiscard]] Result<std::optional<Identity>> known_identity(const ChainParts& parts);

}  // namespace virga::auth
