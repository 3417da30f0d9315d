// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <memory>
#include <string>

#include "base/clock.hpp"
#include "cache/tier.hpp"

namespace virga::cache {

/// Entries as files: ROOT/account/region/service/operation/KEY, written aside in ROOT/tmp and
/// renamed. Any number of processes may use it at once. `clock` is borrowed.
[[nodiscard]] std::unique_ptr<Tier> make_disk_tier(std::string root, const Clock& clock);

/// One part of an entry's path: what could be another path is percent-encoded, "-" if empty.
[[nodiscard]] std::string path_part(std::string_view name);
/// The folder of an account's entries; "unknown" if the account is not known.
[[nodiscard]] std::string account_part(std::string_view account);

}  // namespace virga::cache
