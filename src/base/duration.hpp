// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <chrono>
#include <optional>
#include <string_view>

namespace virga {

/// A span of time as people write it: numbers with a unit (ms, s, m, h, d), largest first or not,
/// as in "30s", "1h30m", "500ms"; a number alone is seconds. Nothing if the text is none, or more
/// than a hundred years.
[[nodiscard]] std::optional<std::chrono::milliseconds> parse_duration(std::string_view text);

}  // namespace virga
