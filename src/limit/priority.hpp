// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <cstdint>

namespace virga::limit {

/// Who goes first.
enum class Priority : std::uint8_t { interactive, bulk, prefetch };

constexpr std::size_t k_priorities = 3;

}  // namespace virga::limit
