// SPDX-License-Identifier: Apache-2.0
#include "endpoint/rules/region_pattern.hpp"

#include <cstdint>

#include "base/strings.hpp"

namespace virga::endpoint {
namespace {

constexpr std::size_t k_max_text = 63;
constexpr int k_max_depth = 8;
constexpr int k_max_steps = 20000;

/// A set of positions in the text, one bit each: every part of a pattern maps the positions where
/// it may begin to those where it may end, so nothing is ever tried twice.
using Positions = std::uint64_t;

class Matcher {
 public:
  Matcher(std::string_view pattern, std::string_view text) : pattern_(pattern), text_(text) {}

  bool matches() {
    const Positions ends = alternatives(1, 0);
    return ok_ && at_ == pattern_.size() && ends != 0;
  }

 private:
  [[nodiscard]] bool at_end() const { return at_ >= pattern_.size(); }

  bool next_is(char c) const { return !at_end() && pattern_[at_] == c; }

  Positions alternatives(Positions starts, int depth) {
    Positions ends = sequence(starts, depth);
    while (next_is('|')) {
      ++at_;
      ends |= sequence(starts, depth);
    }
    return ends;
  }

  Positions sequence(Positions starts, int depth) {
    while (ok_ && !at_end() && !next_is('|') && !next_is(')')) {
      starts = repeated(starts, depth);
    }
    return starts;
  }

  Positions repeated(Positions starts, int depth) {
    const std::size_t begin = at_;
    Positions ends = atom(starts, depth);
    if (next_is('?')) {
      ++at_;
      return ends | starts;
    }
    if (!next_is('*') && !next_is('+')) {
      ok_ = ok_ && !next_is('{');
      return ends;
    }
    const bool may_be_absent = pattern_[at_] == '*';
    const std::size_t end = at_ + 1;
    for (Positions fresh = ends; ok_ && fresh != 0;) {
      at_ = begin;
      fresh = atom(fresh, depth) & ~ends;
      ends |= fresh;
    }
    at_ = end;
    return may_be_absent ? ends | starts : ends;
  }

  Positions atom(Positions starts, int depth) {
    if (++steps_ > k_max_steps || depth > k_max_depth || at_end()) {
      ok_ = false;
      return 0;
    }
    const char c = pattern_[at_++];
    switch (c) {
      case '(':
        return group(starts, depth);
      case '^':
        return starts & 1U;
      case '$':
        return starts & (Positions{1} << text_.size());
      case '.':
        return step(starts, [](char) { return true; });
      case '\\':
        return escaped(starts);
      case '[':
      case ']':
      case '{':
      case '}':
      case '*':
      case '+':
      case '?':
        ok_ = false;
        return 0;
      default:
        return step(starts, [c](char t) { return t == c; });
    }
  }

  Positions group(Positions starts, int depth) {
    if (pattern_.substr(at_).starts_with("?:")) {
      at_ += 2;
    }
    const Positions ends = alternatives(starts, depth + 1);
    if (!next_is(')')) {
      ok_ = false;
      return 0;
    }
    ++at_;
    return ends;
  }

  Positions escaped(Positions starts) {
    if (at_end()) {
      ok_ = false;
      return 0;
    }
    const char c = pattern_[at_++];
    switch (c) {
      case 'd':
        return step(starts, is_ascii_digit);
      case 'w':
        return step(starts, [](char t) { return is_ascii_alnum(t) || t == '_'; });
      case 's':
        return step(starts, is_ascii_space);
      default:
        ok_ = ok_ && !is_ascii_alnum(c);
        return step(starts, [c](char t) { return t == c; });
    }
  }

  template <typename Accepts>
  Positions step(Positions starts, Accepts accepts) const {
    Positions ends = 0;
    for (std::size_t i = 0; i < text_.size(); ++i) {
      if (((starts >> i) & 1U) != 0 && accepts(text_[i])) {
        ends |= Positions{1} << (i + 1);
      }
    }
    return ends;
  }

  std::string_view pattern_;
  std::string_view text_;
  std::size_t at_ = 0;
  int steps_ = 0;
  bool ok_ = true;
};

}  // namespace

bool region_matches(std::string_view pattern, std::string_view text) {
  return text.size() <= k_max_text && Matcher(pattern, text).matches();
}

}  // namespace virga::endpoint
