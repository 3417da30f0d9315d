// SPDX-License-Identifier: Apache-2.0
#include "engine/key_ranges.hpp"

#include <algorithm>
#include <utility>

#include "base/strings.hpp"

namespace virga::engine {
namespace {

// Short ranges cost requests, since the last page of each reaches beyond its
// end; of long ones the reader waits for one page after the other.
constexpr double k_good_length = 1.5;
constexpr double k_inertia = 4;  // of the average, in ranges
constexpr std::size_t k_most_pieces = 12;
constexpr std::size_t k_most_guesses = 4;
constexpr std::size_t k_longest_key = 1024;  // of S3, in bytes

std::size_t common_prefix(std::string_view a, std::string_view b) {
  const auto end = std::mismatch(a.begin(), a.end(), b.begin(), b.end()).first;
  return static_cast<std::size_t>(end - a.begin());
}

std::string_view key_of(const Value& item) { return item.text("Key"); }

bool is_ascii(char c) { return static_cast<unsigned char>(c) < 0x80; }

bool is_continuation(char c) { return (static_cast<unsigned char>(c) & 0xC0U) == 0x80; }

}  // namespace

class KeyRanges::Range {
 public:
  std::string after;                 ///< what was read ends with this key
  std::optional<std::string> until;  ///< the last one that may be in it; none: to the end
  std::string token;                 ///< where the service continues
  std::string first;                 ///< of the last page
  std::deque<KeyPage> pages;         ///< that wait to be read
  std::size_t since_divided = 0;     ///< pages
  std::size_t items = 0;
  std::size_t depth = 0;  ///< where it was divided from others
  std::size_t steps = 0;  ///< how many characters there; 0: not known any more
  bool is_in_flight = false;
  bool is_done = false;
  std::optional<Error> error;
};

KeyRanges::KeyRanges(std::string prefix,
                     std::string after,
                     std::string token,
                     const Options& options)
    : options_(options), prefix_(std::move(prefix)) {
  auto& all = ranges_.emplace_back();
  all.after = std::move(after);
  all.token = std::move(token);
}

KeyRanges::~KeyRanges() = default;

std::optional<KeyRanges::Work> KeyRanges::begin(std::size_t wanted) {
  // As many as have come: a short listing is not worth many requests.
  const std::size_t allowed = std::min(options_.requests, received_ + 1);
  if (in_flight_ >= allowed) {
    return std::nullopt;
  }
  const std::size_t near = std::min(options_.pages_near, wanted);
  std::size_t ahead = 0;
  for (auto range = ranges_.begin(); range != ranges_.end() && ahead < near; ++range) {
    if (range->error) {
      return std::nullopt;  // nobody will read what is behind it
    }
    const bool is_first = range == ranges_.begin();
    // The farther away, the more room is left to what is nearer.
    const std::size_t allotted =
        options_.pages - options_.pages * ahead / (2 * options_.pages_near);
    const bool has_room = held_ + in_flight_ < allotted || (is_first && range->pages.empty());
    ahead += range->pages.size();
    if (!range->is_done && !range->is_in_flight && has_room && ahead < near &&
        range->pages.size() < options_.pages_of_range) {
      return start(*range);
    }
    ahead += range->is_in_flight ? 1U : 0U;
    if (has_room && ahead < near && is_dividable(range)) {
      divide(range, std::min(allowed - in_flight_, k_most_pieces));
    }
  }
  return std::nullopt;
}

KeyRanges::Work KeyRanges::start(Range& range) {
  range.is_in_flight = true;
  ++in_flight_;
  return {&range, range.after, range.token, &range == &ranges_.front() && range.pages.empty()};
}

void KeyRanges::end(const Work& work, KeyPage page) {
  Range& range = *work.range;
  if (!is_in_order(range, page.items)) {
    fail(work,
         {ErrorCode::response,
          "The service does not list keys in their order, or not from where it was asked to: "
          "--parallel cannot divide such a listing. Leave the option out.",
          std::nullopt,
          NetworkFailure::none});
    return;
  }
  if (page.items.empty() && page.more && (page.token.empty() || page.token == range.token)) {
    fail(work,
         {ErrorCode::response,
          "The service says that keys follow, but not where.",
          std::nullopt,
          NetworkFailure::none});
    return;
  }
  range.is_in_flight = false;
  --in_flight_;
  ++received_;
  page_items_ = std::max(page_items_, page.items.size());
  bool is_beyond = false;
  if (range.until) {
    const auto end =
        std::partition_point(page.items.begin(), page.items.end(), [&](const Value& item) {
          return key_of(item) <= *range.until;
        });
    is_beyond = end != page.items.end();
    page.items.erase(end, page.items.end());
  }
  page.more = page.more || is_beyond;
  range.token = std::exchange(page.token, {});
  if (!page.items.empty()) {
    range.first = key_of(page.items.front());
    range.after = key_of(page.items.back());
    see_characters(range.first);
    see_characters(range.after);
    range.items += page.items.size();
    ++range.since_divided;
  }
  range.is_done = is_beyond || !page.more || (range.until && range.after >= *range.until);
  if (range.is_done) {
    learn_length(range);
  }
  if (!page.items.empty()) {
    range.pages.push_back(std::move(page));
    ++held_;
  }
}

void KeyRanges::fail(const Work& work, Error error) {
  work.range->is_in_flight = false;
  work.range->error = std::move(error);
  --in_flight_;
}

std::optional<Result<KeyPage>> KeyRanges::take() {
  while (!ranges_.empty()) {
    Range& range = ranges_.front();
    if (!range.pages.empty()) {
      KeyPage page = std::move(range.pages.front());
      range.pages.pop_front();
      --held_;
      return Result<KeyPage>(std::move(page));
    }
    if (range.error) {
      return Result<KeyPage>(virga::fail(*range.error));
    }
    if (!range.is_done) {
      return std::nullopt;
    }
    ranges_.pop_front();
  }
  return std::nullopt;
}

bool KeyRanges::is_in_order(const Range& range, const List& items) {
  std::string_view last = range.after;
  for (const auto& item : items) {
    const auto key = key_of(item);
    if (key <= last) {
      return false;
    }
    last = key;
  }
  return true;
}

void KeyRanges::see_characters(std::string_view key) {
  seen_at_.resize(std::max(seen_at_.size(), key.size()));
  for (std::size_t i = 0; i < key.size(); ++i) {
    if (is_ascii(key[i])) {
      seen_.set(static_cast<unsigned char>(key[i]));
      seen_at_[i].set(static_cast<unsigned char>(key[i]));
    }
  }
}

/// How many pages a character at that depth stands for.
void KeyRanges::learn_length(const Range& range) {
  if (range.steps == 0) {
    return;
  }
  const double pages = static_cast<double>(range.items) / static_cast<double>(page_items_) /
                       static_cast<double>(range.steps);
  lengths_.resize(std::max(lengths_.size(), range.depth + 1));
  auto& length = lengths_[range.depth];
  length = length ? *length + (pages - *length) / k_inertia : pages;
}

/// How many characters at that depth make a range of good length.
std::size_t KeyRanges::steps_at(std::size_t depth) const {
  const auto length = depth < lengths_.size() ? lengths_[depth] : std::nullopt;
  return !length || *length >= k_good_length
             ? 1
             : static_cast<std::size_t>(std::min(k_good_length / std::max(*length, 0.01), 128.0));
}

bool KeyRanges::is_dividable(Position position) const {
  const Range& range = *position;
  const bool is_eager = position == ranges_.begin() || std::next(position) == ranges_.end();
  return !range.is_done && !range.error && range.since_divided > 0 &&
         (is_eager || range.pages.size() >= options_.pages_of_range);
}

void KeyRanges::divide(Position position, std::size_t pieces) {
  Range& range = *position;
  range.since_divided = 0;
  range.steps = 0;
  auto [texts, depth, steps] = dividing_texts(range, pieces);
  const std::optional<std::string> until = range.until;
  const auto next = std::next(position);
  for (std::size_t i = 0; i < texts.size(); ++i) {
    const bool is_last = i + 1 == texts.size();
    auto piece = ranges_.emplace(next);
    piece->after = texts[i];
    piece->until = is_last ? until : std::optional(texts[i + 1]);
    piece->depth = depth;
    piece->steps = is_last ? 0 : steps;
  }
  if (!texts.empty()) {
    range.until = std::move(texts.front());
  }
}

/// Texts between the last key that was read and the end of the range, in order, and how much of the
/// key they keep: no more than the keys of the last page have in common, or ranges would be parts
/// of a page.
KeyRanges::Texts KeyRanges::dividing_texts(const Range& range, std::size_t count) const {
  Texts out;
  const std::string& key = range.after;
  const std::size_t least =
      range.until ? std::max(common_prefix(key, *range.until), prefix_.size()) : prefix_.size();
  const std::size_t most =
      std::min({common_prefix(range.first, key), key.size() - 1, k_longest_key - 4});
  // With characters that keys have there, the largest ranges that are known to be there.
  for (std::size_t depth = least; depth <= most && out.texts.empty(); ++depth) {
    const auto steps = steps_at(depth);
    out = {texts_at(range, depth, seen_at_[depth], steps, count), depth, steps};
  }
  // With those that they have elsewhere: what may be there, the nearest first.
  for (std::size_t depth = most + 1; depth-- > least && out.texts.empty();) {
    out = {texts_at(range, depth, seen_, 1, std::min(count, k_most_guesses)), depth, 0};
  }
  return out;
}

std::vector<std::string> KeyRanges::texts_at(const Range& range,
                                             std::size_t depth,
                                             const Characters& seen,
                                             std::size_t steps,
                                             std::size_t count) const {
  std::vector<std::string> out;
  const std::string& key = range.after;
  if (is_continuation(key[depth])) {
    return out;
  }
  std::size_t step = 0;
  const auto add = [&](std::string_view character) {
    auto text = concat(std::string_view(key).substr(0, depth), character);
    if (++step % steps == 0 && (!range.until || text < *range.until)) {
      out.push_back(std::move(text));
    }
  };
  if (is_ascii(key[depth])) {
    for (auto c = static_cast<std::size_t>(key[depth]) + 1; c < seen.size() && out.size() < count;
         ++c) {
      if (seen.test(c)) {
        const char character = static_cast<char>(c);
        add({&character, 1});
      }
    }
    return out;
  }
  // The next of those that take as many bytes; where the last byte of one is its largest, none.
  std::size_t end = depth + 1;
  while (end < key.size() && is_continuation(key[end])) {
    ++end;
  }
  std::string character = key.substr(depth, end - depth);
  constexpr char k_largest = '\xBF';
  while (out.size() < count && character.size() > 1 && character.back() != k_largest) {
    ++character.back();
    add(character);
  }
  return out;
}

std::vector<std::pair<std::string, std::optional<std::string>>> KeyRanges::bounds() const {
  std::vector<std::pair<std::string, std::optional<std::string>>> out;
  for (const auto& range : ranges_) {
    out.emplace_back(range.after, range.until);
  }
  return out;
}

}  // namespace virga::engine
