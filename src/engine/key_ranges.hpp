// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <array>
#include <bitset>
#include <cstddef>
#include <deque>
#include <list>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.hpp"
#include "value/value.hpp"

namespace virga::engine {

/// Objects in the order of their keys, as one answer of S3 has them.
struct KeyPage {
  List items;         ///< maps that have a "Key"
  bool more = false;  ///< keys follow
  std::string token;  ///< what the service continues with; empty where it did not say
};

/// Divides a listing in the order of its keys into ranges that can be fetched at the same time, and
/// says which one is to be asked next. No I/O, no threads, no clock.
///
/// At any time the ranges cover all keys that are not read yet, each once, in order: a range is
/// (after, until], and to divide it is to give its keys behind some text to a new range behind it.
/// So a badly chosen text costs requests, never keys.
///
/// Where to divide is guessed from the keys: behind the last key that was read, the character at
/// some depth is replaced by the next ones that keys of this listing have. The depth moves until
/// ranges are a few pages long. The last range, whose length nobody knows, is divided as soon as
/// its first page is there, others once they prove long.
///
/// The reader takes pages in order; what is near to it is fetched first, and what waits to be read
/// is bounded: for each range and for all.
///
/// Shape:   begin(), the request, then end() or fail(); take() in between.
/// Errors:  one of a range is taken in its place; ranges behind it are not begun any more. A page
/// that
///          is not in order is an error of its range.
/// Threads: Thread-compatible.
class KeyRanges {
 public:
  struct Options {
    std::size_t requests = 16;       ///< in flight at most; as many as pages have come, at first
    std::size_t pages_of_range = 4;  ///< that wait to be read
    std::size_t pages_near = 48;     ///< of the ranges that come first
    std::size_t pages = 64;          ///< of all
  };

  class Range;

  /// A request that is to be made.
  struct Work {
    Range* range;
    std::string after;  ///< keys behind this one
    std::string token;  ///< not empty: the service's own, wins
    bool is_next;       ///< the reader waits for it
  };

  /// Keys behind `after` that begin with `prefix`. `token`: where the service itself begins.
  KeyRanges(std::string prefix, std::string after, std::string token, const Options& options);
  ~KeyRanges();
  KeyRanges(const KeyRanges&) = delete;
  KeyRanges& operator=(const KeyRanges&) = delete;

  /// The next request; nothing while enough is in flight or waits. `wanted`: pages that the reader
  /// will take at most.
  [[nodiscard]] std::optional<Work> begin(std::size_t wanted);
  void end(const Work& work, KeyPage page);
  void fail(const Work& work, Error error);

  /// The next page in order; nothing while it is not there, or at the end.
  [[nodiscard]] std::optional<Result<KeyPage>> take();

  /// All was taken.
  [[nodiscard]] bool is_over() const { return ranges_.empty(); }

  /// Bounds of the ranges that are left, in order: (after, until], for tests.
  [[nodiscard]] std::vector<std::pair<std::string, std::optional<std::string>>> bounds() const;

  /// Pages that wait to be read.
  [[nodiscard]] std::size_t held() const { return held_; }

 private:
  using Position = std::list<Range>::iterator;
  using Characters = std::bitset<128>;  ///< of ASCII

  struct Texts {
    std::vector<std::string> texts;
    std::size_t depth = 0;  ///< bytes that they keep of a key
    std::size_t steps = 0;  ///< characters from one to the next; 0: that is a guess
  };

  [[nodiscard]] bool is_dividable(Position position) const;
  void divide(Position position, std::size_t pieces);
  [[nodiscard]] Texts dividing_texts(const Range& range, std::size_t count) const;
  [[nodiscard]] std::vector<std::string> texts_at(const Range& range,
                                                  std::size_t depth,
                                                  const Characters& seen,
                                                  std::size_t steps,
                                                  std::size_t count) const;
  [[nodiscard]] std::size_t steps_at(std::size_t depth) const;
  [[nodiscard]] Work start(Range& range);
  [[nodiscard]] static bool is_in_order(const Range& range, const List& items);
  void see_characters(std::string_view key);
  void learn_length(const Range& range);

  const Options options_;
  const std::string prefix_;
  std::list<Range> ranges_;
  std::size_t in_flight_ = 0;
  std::size_t held_ = 0;
  std::size_t received_ = 0;
  std::size_t page_items_ = 1;                  ///< of the longest page
  Characters seen_;                             ///< in keys
  std::vector<Characters> seen_at_;             ///< by their place in the key
  std::vector<std::optional<double>> lengths_;  ///< by depth: pages that a character stands for
};

}  // namespace virga::engine
