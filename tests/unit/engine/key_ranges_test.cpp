// SPDX-License-Identifier: Apache-2.0
#include "engine/key_ranges.hpp"

#include <algorithm>
#include <deque>
#include <functional>
#include <random>
#include <set>
#include <string>
#include <vector>

#include <gtest/gtest.h>

#include "base/strings.hpp"

namespace virga::engine {
namespace {

using Keys = std::vector<std::string>;

/// A bucket that answers like ListObjectsV2.
class Bucket {
 public:
  explicit Bucket(Keys keys, std::size_t page_size = 10)
      : keys_(std::move(keys)), page_size_(page_size) {
    std::sort(keys_.begin(), keys_.end());
    keys_.erase(std::unique(keys_.begin(), keys_.end()), keys_.end());
  }

  [[nodiscard]] KeyPage page(const std::string& after, std::string_view prefix = {}) const {
    KeyPage out;
    auto key = std::upper_bound(keys_.begin(), keys_.end(), after);
    key = std::max(key, std::lower_bound(keys_.begin(), keys_.end(), prefix));
    for (; key != keys_.end() && key->starts_with(prefix); ++key) {
      if (out.items.size() == page_size_) {
        out.more = true;
        out.token = *key;
        break;
      }
      Map item;
      item.append("Key", *key);
      out.items.emplace_back(std::move(item));
    }
    return out;
  }

  [[nodiscard]] const Keys& keys() const { return keys_; }

 private:
  Keys keys_;
  std::size_t page_size_;
};

struct Outcome {
  Keys keys;
  std::size_t requests = 0;
  std::size_t rounds = 0;  ///< of answers that come at the same time
  std::size_t most_held = 0;
  std::size_t most_ranges = 0;
};

/// (after, until] one behind the other: what is left is covered once.
void expect_partition(const KeyRanges& ranges) {
  const auto bounds = ranges.bounds();
  for (std::size_t i = 0; i + 1 < bounds.size(); ++i) {
    const auto& until = bounds[i].second;
    ASSERT_TRUE(until.has_value());
    EXPECT_LE(bounds[i].first, *until);
    EXPECT_GE(bounds[i + 1].first, *until);  // greater once keys of it were read
  }
  if (!bounds.empty()) {
    EXPECT_FALSE(bounds.back().second.has_value());
  }
}

/// Lists a bucket. `choose` says which of so many open requests is answered next; without it all
/// are answered at once and the reader takes `taken` pages, round by round.
Outcome list(const Bucket& bucket,
             const KeyRanges::Options& options,
             const std::function<std::size_t(std::size_t)>& choose = {},
             std::size_t taken = 100,
             const std::string& prefix = {},
             const std::string& start_after = {}) {
  Outcome out;
  KeyRanges ranges(prefix, start_after, {}, options);
  std::deque<KeyRanges::Work> open;
  const auto answer = [&](std::size_t index) {
    const auto work = open[index];
    open.erase(open.begin() + static_cast<std::ptrdiff_t>(index));
    ranges.end(work, bucket.page(work.after, prefix));
  };
  while (!ranges.is_over()) {
    while (auto work = ranges.begin(1'000'000)) {
      open.push_back(*work);
      ++out.requests;
    }
    expect_partition(ranges);
    EXPECT_LE(open.size(), options.requests);
    out.most_ranges = std::max(out.most_ranges, ranges.bounds().size());
    ++out.rounds;
    if (choose && !open.empty()) {
      answer(choose(open.size()));
    }
    while (!choose && !open.empty()) {
      answer(0);
    }
    out.most_held = std::max(out.most_held, ranges.held());
    for (std::size_t i = 0; i < taken; ++i) {
      const auto page = ranges.take();
      if (!page) {
        break;
      }
      EXPECT_TRUE(page->has_value());
      for (const auto& item : (*page)->items) {
        out.keys.emplace_back(item.text("Key"));
      }
    }
  }
  EXPECT_TRUE(open.empty());
  return out;
}

std::string digits(std::size_t number, std::size_t width) {
  std::string out = std::to_string(number);
  out.insert(0, width - std::min(width, out.size()), '0');
  return out;
}

Keys make_keys(std::size_t count, const std::function<std::string(std::size_t)>& make) {
  Keys out;
  for (std::size_t i = 0; i < count; ++i) {
    out.push_back(make(i));
  }
  return out;
}

std::string hex(std::uint64_t number) {
  std::string out;
  for (int i = 0; i < 16; ++i, number >>= 4U) {
    out += "0123456789abcdef"[number & 15U];
  }
  return out;
}

TEST(KeyRanges, EveryKeyComesOnceAndInOrderWhateverTheKeysAndTheOrderOfAnswers) {
  std::mt19937_64 random(7);
  const auto below = [&](std::size_t limit) { return random() % limit; };
  const std::vector<std::string> letters = {"a",
                                            "b",
                                            "c",
                                            "/",
                                            "0",
                                            "1",
                                            "~",
                                            " ",
                                            "\x01",
                                            "\x7f",
                                            "é",
                                            "ж",
                                            "中",
                                            "\U0001F600",
                                            "\xC2\x80",
                                            "\xF4\x8F\xBF\xBF",
                                            "\xEF\xBF\xBF"};
  for (int round = 0; round < 300; ++round) {
    const std::size_t alphabet = 1 + below(letters.size());
    const std::size_t first = below(letters.size());
    const std::size_t most = 1 + below(12);
    const Bucket bucket(make_keys(below(400),
                                  [&](std::size_t) {
                                    std::string key;
                                    for (std::size_t i = 0; i <= below(most); ++i) {
                                      key += letters[(first + below(alphabet)) % letters.size()];
                                    }
                                    return key;
                                  }),
                        1 + below(9));
    KeyRanges::Options options{
        .requests = 1 + below(8), .pages_of_range = 1 + below(4), .pages_near = 1 + below(12)};
    options.pages = options.pages_near + below(8);
    const auto outcome = list(bucket, options, below, 1 + below(3));
    ASSERT_EQ(outcome.keys, bucket.keys()) << "round " << round;
    EXPECT_LE(outcome.most_held, options.pages + 1);
  }
}

TEST(KeyRanges, KeysOfArbitraryBytesAreCoveredToo) {
  std::mt19937_64 random(11);
  for (int round = 0; round < 100; ++round) {
    const Bucket bucket(make_keys(300,
                                  [&](std::size_t) {
                                    std::string key(1 + random() % 6, ' ');
                                    for (auto& c : key) {
                                      c = static_cast<char>(random() % 256);
                                    }
                                    return key;
                                  }),
                        5);
    ASSERT_EQ(list(bucket, {}, [&](std::size_t open) { return random() % open; }).keys,
              bucket.keys());
  }
}

TEST(KeyRanges, PrefixAndStartAfterBoundTheListing) {
  const Bucket bucket(
      make_keys(5000, [](std::size_t i) { return concat("p", i % 5, "/", digits(i, 6)); }));
  Keys expected;
  for (const auto& key : bucket.keys()) {
    if (key.starts_with("p3/") && key > "p3/002") {
      expected.push_back(key);
    }
  }
  const auto outcome = list(bucket, {}, {}, 100, "p3/", "p3/002");
  EXPECT_EQ(outcome.keys, expected);
  EXPECT_EQ(list(bucket, {}, {}, 100, "p3/", "p9").keys, Keys());
  EXPECT_EQ(list(bucket, {}, {}, 100, "nothing/").keys, Keys());
}

TEST(KeyRanges, AnEmptyBucketAndOneOfASinglePageTakeOneRequest) {
  EXPECT_EQ(list(Bucket({}), {}).requests, 1U);
  EXPECT_EQ(list(Bucket({"a", "b"}), {}).requests, 1U);
}

TEST(KeyRanges, AShortListingIsNotWorthManyRequests) {
  const Bucket bucket(make_keys(25, [](std::size_t i) { return digits(i, 4); }));
  EXPECT_LE(list(bucket, {}).requests, 8U);
}

/// Kinds of buckets: rounds in which a reader who takes 10 pages a round is done, beside the number
/// of pages; requests that found nothing, or what another had found, cost money.
struct Kind {
  const char* name;
  Keys keys;
};

class KeyRangesKinds : public testing::TestWithParam<int> {
 protected:
  static Kind kind(int number) {
    std::mt19937_64 random(3);
    constexpr std::size_t k_count = 10'000;
    switch (number) {
      case 0:
        return {"folders of a page", make_keys(k_count, [](std::size_t i) {
                  const auto day = i / 10;
                  return concat("data/dt=",
                                2000 + day / 336,
                                "-",
                                digits(day / 28 % 12 + 1, 2),
                                "-",
                                digits(day % 28 + 1, 2),
                                "/part-",
                                digits(i % 10, 5),
                                "-",
                                hex(i * 0x9e3779b97f4a7c15U));
                })};
      case 1:
        return {"hashes", make_keys(k_count, [&](std::size_t) { return hex(random()); })};
      case 2:
        return {"one huge prefix, counted",
                make_keys(k_count, [](std::size_t i) { return concat("a/b/c/", digits(i, 9)); })};
      case 3:
        return {"a few large folders", make_keys(k_count, [](std::size_t i) {
                  return concat("logs/", "abc"[i % 3], "/", digits(i, 8), ".gz");
                })};
      default:
        return {"names in Cyrillic", make_keys(k_count, [&](std::size_t) {
                  std::string key = "фото/";
                  for (int i = 0; i < 6; ++i) {
                    key += "\xD0";
                    key += static_cast<char>(0xB0 + random() % 16);
                  }
                  return key;
                })};
    }
  }
};

TEST_P(KeyRangesKinds, AreListedInFarFewerRoundsThanPages) {
  const auto [name, keys] = kind(GetParam());
  const Bucket bucket(keys);
  const std::size_t pages = bucket.keys().size() / 10;
  const KeyRanges::Options options;
  const auto outcome = list(bucket, options, {}, 10);
  EXPECT_EQ(outcome.keys, bucket.keys());
  EXPECT_LE(outcome.rounds, pages / 4) << name;
  EXPECT_LE(outcome.requests, pages * 5 / 2) << name;
  EXPECT_LE(outcome.most_held, options.pages + 1) << name;
  RecordProperty("rounds", static_cast<int>(outcome.rounds));
  RecordProperty("requests", static_cast<int>(outcome.requests));
  if (std::getenv("VIRGA_SHOW") != nullptr) {
    std::printf("%s: %zu pages, %zu rounds, %zu requests, held %zu, ranges %zu\n",
                name,
                pages,
                outcome.rounds,
                outcome.requests,
                outcome.most_held,
                outcome.most_ranges);
  }
}

INSTANTIATE_TEST_SUITE_P(Every, KeyRangesKinds, testing::Range(0, 5));

TEST(KeyRanges, AReaderWhoTakesNothingStopsTheRequests) {
  const Bucket bucket(make_keys(10'000, [](std::size_t i) { return digits(i, 6); }));
  const KeyRanges::Options options;
  KeyRanges ranges({}, {}, {}, options);
  std::size_t requests = 0;
  while (const auto work = ranges.begin(1'000'000)) {
    ranges.end(*work, bucket.page(work->after));
    ++requests;
    ASSERT_LE(requests, options.pages + 20);
  }
  EXPECT_LE(ranges.held(), options.pages);
}

TEST(KeyRanges, NoMoreIsAskedThanTheReaderWants) {
  const Bucket bucket(make_keys(10'000, [](std::size_t i) { return digits(i, 6); }));
  KeyRanges ranges({}, {}, {}, {});
  const auto work = ranges.begin(1);
  ASSERT_TRUE(work);
  EXPECT_TRUE(work->is_next);
  ranges.end(*work, bucket.page(work->after));
  EXPECT_FALSE(ranges.begin(1));
  EXPECT_TRUE(ranges.begin(2));
}

TEST(KeyRanges, AnErrorComesInItsPlaceAndEndsTheListing) {
  const Bucket bucket(make_keys(2000, [](std::size_t i) { return digits(i, 6); }));
  KeyRanges ranges({}, {}, {}, {});
  std::size_t answered = 0;
  Keys keys;
  for (;;) {
    std::vector<KeyRanges::Work> open;
    while (auto work = ranges.begin(1'000'000)) {
      open.push_back(*work);
    }
    for (const auto& work : open) {
      if (work.after >= "001") {
        ranges.fail(work, {ErrorCode::network, concat("broken behind ", work.after), {}, {}});
      } else {
        ranges.end(work, bucket.page(work.after));
        ++answered;
      }
    }
    while (auto page = ranges.take()) {
      if (!*page) {
        EXPECT_TRUE(page->error().message.starts_with("broken behind 001"));
        EXPECT_EQ(keys,
                  Keys(bucket.keys().begin(),
                       bucket.keys().begin() + static_cast<std::ptrdiff_t>(keys.size())));
        EXPECT_GE(keys.size(), 1000U);
        EXPECT_FALSE(ranges.begin(1'000'000));
        return;
      }
      for (const auto& item : (*page)->items) {
        keys.emplace_back(item.text("Key"));
      }
    }
    ASSERT_FALSE(ranges.is_over());
  }
}

TEST(KeyRanges, AServiceThatListsInAnotherOrderIsAnError) {
  for (const auto& order : {Keys{"b", "a"}, Keys{"a", "a"}}) {
    KeyRanges ranges({}, {}, {}, {});
    const auto work = ranges.begin(10);
    KeyPage page;
    for (const auto& key : order) {
      Map item;
      item.append("Key", key);
      page.items.emplace_back(std::move(item));
    }
    ranges.end(*work, std::move(page));
    const auto taken = ranges.take();
    ASSERT_TRUE(taken);
    ASSERT_FALSE(taken->has_value());
    EXPECT_NE(taken->error().message.find("--parallel"), std::string::npos);
  }
}

TEST(KeyRanges, AnEmptyPageGoesOnAtItsToken) {
  KeyRanges ranges({}, {}, {}, {});
  auto work = ranges.begin(10);
  ranges.end(*work, {{}, true, "t"});
  EXPECT_FALSE(ranges.take());
  work = ranges.begin(10);
  ASSERT_TRUE(work);
  EXPECT_EQ(work->token, "t");
  ranges.end(*work, {{}, true, "t"});  // and not for ever
  const auto taken = ranges.take();
  ASSERT_TRUE(taken);
  EXPECT_FALSE(taken->has_value());
}

}  // namespace
}  // namespace virga::engine
