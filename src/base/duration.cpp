// SPDX-License-Identifier: Apache-2.0
#include "base/duration.hpp"

#include <cstdint>
#include <utility>

#include "base/strings.hpp"

namespace virga {
namespace {

constexpr std::int64_t k_day = 86'400'000;
constexpr std::int64_t k_longest = k_day * 36'525;

constexpr std::pair<std::string_view, std::int64_t> k_units[] = {
    {"ms", 1}, {"s", 1000}, {"m", 60'000}, {"h", 3'600'000}, {"d", k_day}, {"", 1000}};

std::size_t count_while(std::string_view text, bool (*test)(char)) {
  std::size_t count = 0;
  while (count < text.size() && test(text[count])) {
    ++count;
  }
  return count;
}

}  // namespace

std::optional<std::chrono::milliseconds> parse_duration(std::string_view text) {
  std::int64_t sum = 0;
  const bool is_number = parse_int(text).has_value();
  do {
    const auto digits = count_while(text, is_ascii_digit);
    const auto number = parse_int(text.substr(0, digits));
    text.remove_prefix(digits);
    const auto letters = count_while(text, is_ascii_alpha);
    const auto unit = text.substr(0, letters);
    text.remove_prefix(letters);
    std::int64_t factor = 0;
    for (const auto& [name, milliseconds] : k_units) {
      factor = name == unit && (!name.empty() || is_number) ? milliseconds : factor;
    }
    if (!number || factor == 0 || *number > k_longest / factor) {
      return std::nullopt;
    }
    sum += *number * factor;
  } while (!text.empty() && sum <= k_longest);
  return sum > k_longest ? std::nullopt : std::optional(std::chrono::milliseconds(sum));
}

}  // namespace virga
