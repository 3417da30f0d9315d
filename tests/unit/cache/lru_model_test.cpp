// SPDX-License-Identifier: Apache-2.0
// The memory tier and the rules of time beside the simplest thing that could be right.
#include <algorithm>
#include <array>
#include <chrono>
#include <list>
#include <map>
#include <memory>
#include <optional>
#include <random>
#include <string>

#include <gtest/gtest.h>

#include "base/strings.hpp"
#include "cache/cache.hpp"
#include "support/fake_clock.hpp"

namespace virga::cache {
namespace {

using std::chrono::microseconds;
using std::chrono::milliseconds;
using std::chrono::seconds;

Question question(std::size_t service, std::size_t id) {
  Question out;
  out.service = concat("service", service);
  out.operation = "DescribeThings";
  out.identity = "key AKIDEXAMPLE";
  out.account = "123456789012";
  out.params.as_map()->append("Id", static_cast<std::int64_t>(id));
  return out;
}

TEST(MemoryTier, EvictsAsAListInOrderOfUseWould) {
  constexpr MemoryTier::Limits k_limits{1000, 8, 1};
  std::mt19937 random(1);
  MemoryTier tier(k_limits);
  std::list<std::pair<int, std::size_t>> model;  // id and bytes, the most recently used first
  const auto find = [&](int id) {
    return std::find_if(
        model.begin(), model.end(), [&](const auto& item) { return item.first == id; });
  };
  const auto key_of = [](int id) {
    Key out;
    out.bytes.fill(static_cast<std::uint8_t>(id));
    return out;
  };
  for (int step = 0; step < 100'000; ++step) {
    const int id = static_cast<int>(random() % 20);
    const auto known = find(id);
    switch (random() % 8) {
      case 0: {
        tier.erase(key_of(id));
        if (known != model.end()) {
          model.erase(known);
        }
        break;
      }
      case 1:
      case 2:
      case 3: {
        auto answer = std::make_shared<Answer>();
        answer->metadata.key = key_of(id);
        answer->bytes = 1 + random() % (random() % 10 == 0 ? 1100 : 300);
        const std::size_t bytes = answer->bytes;
        tier.put(std::move(answer));
        if (known != model.end()) {
          model.erase(known);
        }
        if (bytes > k_limits.bytes) {
          break;
        }
        model.emplace_front(id, bytes);
        const auto total = [&] {
          std::size_t out = 0;
          for (const auto& item : model) {
            out += item.second;
          }
          return out;
        };
        while (total() > k_limits.bytes || model.size() > k_limits.entries) {
          model.pop_back();
        }
        break;
      }
      default: {
        const auto answer = tier.get(key_of(id));
        ASSERT_EQ(answer != nullptr, known != model.end()) << "step " << step;
        if (answer != nullptr) {
          ASSERT_EQ(answer->bytes, known->second);
          model.splice(model.begin(), model, known);
        }
      }
    }
    ASSERT_EQ(tier.usage().entries, model.size());
  }
}

TEST(MemoryTier, HoldsItsBoundsWithAnyNumberOfShards) {
  for (const std::size_t shards : {0U, 1U, 3U, 16U, 1000U}) {
    MemoryTier tier({10'000, 10, shards});
    for (int i = 0; i < 1000; ++i) {
      auto answer = std::make_shared<Answer>();
      answer->metadata.key = make_key(question(0, static_cast<std::size_t>(i)));
      answer->bytes = 1;
      tier.put(std::move(answer));
      ASSERT_LE(tier.usage().entries, 10U);
    }
    EXPECT_GT(tier.usage().entries, 0U);
  }
}

/// What a kept answer's fate depends on.
struct Kept {
  int value = 0;
  TimePoint created;
  microseconds ttl{0};
  int epoch = 0;
};

TEST(CacheModel, HitsExactlyWhatIsYoungEnoughAndUntouched) {
  constexpr std::size_t k_services = 3;
  std::mt19937 random(2);
  test::FakeClock clock;
  SystemRandom numbers;
  CacheOptions options;
  options.memory = {16U << 20U, 1000, 4};
  Cache cache(options, clock, numbers);

  std::map<std::pair<std::size_t, std::size_t>, Kept> model;
  std::array<int, k_services> epochs{};
  std::array<TimePoint, k_services> written{};
  int fetches = 0;
  int hits = 0;
  for (int step = 0; step < 50'000; ++step) {
    const std::size_t service = random() % k_services;
    if (random() % 40 == 0) {
      Selection selection;
      selection.account = "123456789012";
      selection.service = concat("service", service);
      cache.invalidate(selection);
      ++epochs[service];
      written[service] = clock.now();
      continue;
    }
    clock.advance(milliseconds(random() % 1500));
    const std::pair place(service, random() % 6);
    Terms terms;
    terms.ttl = seconds(random() % 12);
    if (random() % 4 == 0) {
      terms.max_age = seconds(random() % 8);
    }
    terms.look_up = random() % 10 != 0;
    terms.store = random() % 10 != 0;
    if (random() % 4 == 0) {
      terms.stale_while_revalidate = seconds(random() % 5);
    }

    std::optional<int> expected;
    const auto known = model.find(place);
    if (known != model.end() && terms.look_up && terms.ttl.count() > 0 &&
        known->second.epoch == epochs[service]) {
      const microseconds age = clock.now() - known->second.created;
      const microseconds ttl = std::min<microseconds>(known->second.ttl, terms.ttl);
      if ((!terms.max_age || age <= *terms.max_age) &&
          age < ttl + std::min<microseconds>(ttl, terms.stale_while_revalidate)) {
        expected = known->second.value;
      }
    }
    const auto page =
        cache.read(question(service, place.second), terms)->next([&]() -> Result<Fetched> {
          return Fetched{Value(++fetches), true};
        });
    ASSERT_TRUE(page);
    ASSERT_EQ(**page, Value(expected ? *expected : fetches)) << "step " << step;
    hits += expected ? 1 : 0;
    const microseconds ttl = settled(terms.ttl, clock.now() - written[service]);
    if (!expected && terms.store && ttl.count() > 0) {
      model[place] = {fetches, clock.now(), ttl, epochs[service]};
    }
  }
  EXPECT_GT(hits, 1000);
  EXPECT_GT(fetches, 1000);
}

}  // namespace
}  // namespace virga::cache
