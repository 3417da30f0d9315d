// SPDX-License-Identifier: Apache-2.0
#include "commands/s3/size.hpp"

#include <array>
#include <cmath>
#include <cstdio>

#include "base/strings.hpp"

namespace virga::commands {

std::string human_size(std::int64_t bytes) {
  constexpr double k_base = 1024;
  if (bytes == 1) {
    return "1 Byte";
  }
  if (bytes < 1024) {
    return concat(bytes, " Bytes");
  }
  double unit = k_base;
  for (const auto* const suffix : {"KiB", "MiB", "GiB", "TiB", "PiB", "EiB"}) {
    unit *= k_base;
    // In this order, so that rounding errors are the AWS CLI's.
    if (std::nearbyint(static_cast<double>(bytes) / unit * k_base) < k_base) {
      std::array<char, 32> text{};
      std::snprintf(
          text.data(), text.size(), "%.1f %s", k_base * static_cast<double>(bytes) / unit, suffix);
      return text.data();
    }
  }
  return concat(bytes, " Bytes");
}

}  // namespace virga::commands
