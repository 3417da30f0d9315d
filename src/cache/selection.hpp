// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <functional>
#include <string>
#include <string_view>

#include "cache/entry.hpp"

namespace virga::cache {

/// Whether the text fits the pattern: '*' for any characters, '?' for one, case does not matter.
[[nodiscard]] bool matches_glob(std::string_view pattern, std::string_view text);

/// Which entries are meant: patterns for the names in their paths, and a test for what the paths do
/// not say.
struct Selection {
  std::string account = "*";  ///< entries whose account is not known are always among them
  std::string region = "*";
  std::string service = "*";    ///< as the models name it
  std::string operation = "*";  ///< as the models name it
  /// Whether answers of this operation are meant, by the models' names; empty for all of them.
  std::function<bool(std::string_view service, std::string_view operation)> reaches{};
  /// Looks into the entry; empty for all of them. Reads every entry whose names fit.
  std::function<bool(const Metadata& metadata)> test{};
};

}  // namespace virga::cache
