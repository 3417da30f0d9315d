// SPDX-License-Identifier: Apache-2.0
#include "completion/candidate.hpp"

#include <algorithm>
#include <unordered_set>
#include <utility>

#include "base/encoding.hpp"
#include "base/strings.hpp"

namespace virga::completion {
namespace {

constexpr std::size_t k_longest_description = 100;

/// Controls, and what turns the direction of a line or hides in it.
bool is_unprintable(char32_t c) {
  return c < 0x20 || (c >= 0x7f && c < 0xa0) || (c >= 0x200b && c <= 0x200f) ||
         (c >= 0x2028 && c <= 0x202e) || (c >= 0x2060 && c <= 0x206f) || c == 0xfeff ||
         c == 0xfffd || (c >= 0xd800 && c < 0xe000);
}

}  // namespace

bool is_clean(std::string_view text) {
  for (std::size_t at = 0; at < text.size();) {
    if (is_unprintable(next_code_point(text, at))) {
      return false;
    }
  }
  return !text.empty();
}

std::string description_line(std::string_view text) {
  std::string out;
  std::size_t columns = 0;
  bool blank = false;
  for (std::size_t at = 0; at < text.size();) {
    const auto c = next_code_point(text, at);
    if (c == ' ' || c == '\n' || c == '\t' || c == 0xa0) {
      blank = !out.empty();
      continue;
    }
    if (is_unprintable(c)) {
      continue;
    }
    if (columns >= k_longest_description) {
      return out + "\xe2\x80\xa6";
    }
    if (std::exchange(blank, false)) {
      out += ' ';
      ++columns;
    }
    append_utf8(out, c);
    ++columns;
  }
  return out;
}

void keep_fitting(std::vector<Candidate>& candidates, std::string_view prefix, bool anywhere) {
  const auto continues = [&](const Candidate& candidate) {
    return std::string_view(candidate.text).starts_with(prefix);
  };
  const bool holds = anywhere && std::none_of(candidates.begin(), candidates.end(), continues);
  std::unordered_set<std::string> seen;
  const auto drop = [&](const Candidate& candidate) {
    const bool fits =
        holds ? candidate.text.find(prefix) != std::string::npos : continues(candidate);
    return !fits || !is_clean(candidate.text) || !seen.insert(candidate.text).second;
  };
  std::vector<Candidate> kept;
  for (auto& candidate : candidates) {
    if (!drop(candidate)) {
      kept.push_back(std::move(candidate));
    }
  }
  candidates = std::move(kept);
}

}  // namespace virga::completion
