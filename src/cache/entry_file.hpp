// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <memory>
#include <string>

#include "base/result.hpp"
#include "cache/tier.hpp"

namespace virga::cache {

/// The entry in a file, with all its checksums verified; null if there is none or it is damaged.
[[nodiscard]] std::unique_ptr<StoredEntry> open_entry_file(const std::string& path);

/// Begins an entry that gets the name `target` when it is published; until then its bytes are kept
/// in memory and, when they become many, in `temporary`. Folders are made as needed. Of `metadata`
/// only the key and the question must be right yet. Errors: those of write_head().
[[nodiscard]] Result<std::unique_ptr<EntryWriter>> write_entry_file(std::string target,
                                                                    std::string temporary,
                                                                    const Metadata& metadata);

}  // namespace virga::cache
