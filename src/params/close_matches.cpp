// SPDX-License-Identifier: Apache-2.0
#include "params/close_matches.hpp"

#include <algorithm>
#include <unordered_map>
#include <utility>

#include "base/strings.hpp"
#include "params/python_repr.hpp"

namespace virga::params {
namespace {

using Characters = std::u32string;

/// Above these a character of `b` is too common to start a block; difflib calls it autojunk.
constexpr std::size_t k_long_text = 200;

Characters characters_of(std::string_view text) {
  Characters out;
  for (std::size_t at = 0; at < text.size();) {
    out += next_python_character(text, at);
  }
  return out;
}

struct Block {
  std::size_t a = 0;
  std::size_t b = 0;
  std::size_t size = 0;
};

/// The part of both texts that is still to be matched.
struct Window {
  std::size_t a_begin;
  std::size_t a_end;
  std::size_t b_begin;
  std::size_t b_end;
};

class Matcher {
 public:
  Matcher(const Characters& a, const Characters& b) : a_(a), b_(b) {
    for (std::size_t i = 0; i < b_.size(); ++i) {
      places_[b_[i]].push_back(i);
    }
    if (b_.size() >= k_long_text) {
      const std::size_t limit = b_.size() / 100 + 1;
      std::erase_if(places_, [limit](const auto& entry) { return entry.second.size() > limit; });
    }
  }

  [[nodiscard]] double ratio() const {
    const std::size_t total = a_.size() + b_.size();
    return total == 0 ? 1.0 : 2.0 * static_cast<double>(matched()) / static_cast<double>(total);
  }

 private:
  [[nodiscard]] std::size_t matched() const {
    std::size_t count = 0;
    std::vector<Window> windows = {{0, a_.size(), 0, b_.size()}};
    while (!windows.empty()) {
      const Window w = windows.back();
      windows.pop_back();
      const Block block = longest_block(w);
      if (block.size == 0) {
        continue;
      }
      count += block.size;
      if (w.a_begin < block.a && w.b_begin < block.b) {
        windows.push_back({w.a_begin, block.a, w.b_begin, block.b});
      }
      if (block.a + block.size < w.a_end && block.b + block.size < w.b_end) {
        windows.push_back({block.a + block.size, w.a_end, block.b + block.size, w.b_end});
      }
    }
    return count;
  }

  /// The longest block of characters that may start one, earliest in a, then in b; then widened by
  /// any equal ones.
  [[nodiscard]] Block longest_block(const Window& w) const {
    Block best{w.a_begin, w.b_begin, 0};
    std::unordered_map<std::size_t, std::size_t> lengths;  // by the block's last place in b
    for (std::size_t i = w.a_begin; i < w.a_end; ++i) {
      std::unordered_map<std::size_t, std::size_t> next;
      const auto found = places_.find(a_[i]);
      if (found != places_.end()) {
        for (const std::size_t j : found->second) {
          if (j < w.b_begin || j >= w.b_end) {
            continue;
          }
          const auto before = j == 0 ? lengths.end() : lengths.find(j - 1);
          const std::size_t length = (before == lengths.end() ? 0 : before->second) + 1;
          next[j] = length;
          if (length > best.size) {
            best = {i + 1 - length, j + 1 - length, length};
          }
        }
      }
      lengths = std::move(next);
    }
    while (best.a > w.a_begin && best.b > w.b_begin && a_[best.a - 1] == b_[best.b - 1]) {
      --best.a;
      --best.b;
      ++best.size;
    }
    while (best.a + best.size < w.a_end && best.b + best.size < w.b_end &&
           a_[best.a + best.size] == b_[best.b + best.size]) {
      ++best.size;
    }
    return best;
  }

  const Characters& a_;
  const Characters& b_;
  std::unordered_map<char32_t, std::vector<std::size_t>> places_;
};

/// A bound on the ratio from above: characters in common whatever their order. difflib asks it
/// first, and so saves most of the work.
double ratio_bound(const Characters& a, const Characters& b) {
  std::unordered_map<char32_t, std::ptrdiff_t> left;
  for (const char32_t c : b) {
    ++left[c];
  }
  std::size_t common = 0;
  for (const char32_t c : a) {
    common += --left[c] >= 0 ? 1U : 0U;
  }
  const std::size_t total = a.size() + b.size();
  return total == 0 ? 1.0 : 2.0 * static_cast<double>(common) / static_cast<double>(total);
}

}  // namespace

double similarity(std::string_view a, std::string_view b) {
  const Characters left = characters_of(a);
  const Characters right = characters_of(b);
  return Matcher(left, right).ratio();
}

std::vector<std::string> close_matches(std::string_view word,
                                       const std::vector<std::string>& candidates,
                                       std::size_t most,
                                       double cutoff) {
  const Characters wanted = characters_of(word);
  std::vector<std::pair<double, std::string>> scored;
  for (const auto& candidate : candidates) {
    const Characters text = characters_of(candidate);
    if (ratio_bound(text, wanted) < cutoff) {
      continue;
    }
    const double score = Matcher(text, wanted).ratio();
    if (score >= cutoff) {
      scored.emplace_back(score, candidate);
    }
  }
  std::sort(scored.begin(), scored.end(), std::greater<>());
  std::vector<std::string> out;
  for (std::size_t i = 0; i < scored.size() && i < most; ++i) {
    out.push_back(std::move(scored[i].second));
  }
  return out;
}

std::vector<std::string> suggest(std::string_view name,
                                 const std::vector<std::string>& candidates) {
  constexpr double k_aws_cli_cutoff = 0.8;
  return close_matches(name, candidates, 3, k_aws_cli_cutoff);
}

std::vector<std::string> suggested_in(std::string_view message) {
  constexpr std::string_view k_similar = "maybe you meant:";
  std::vector<std::string> out;
  const auto at = message.find(k_similar);
  if (at == std::string_view::npos) {
    return out;
  }
  for (const auto line : split(message.substr(at + k_similar.size()), '\n')) {
    if (const auto name = trim(line); name.starts_with("* ")) {
      out.emplace_back(name.substr(2));
    }
  }
  return out;
}

}  // namespace virga::params
