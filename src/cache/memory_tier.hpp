// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <cstdint>
#include <list>
#include <memory>
#include <mutex>
#include <unordered_map>
#include <vector>

#include "cache/entry.hpp"
#include "cache/epochs.hpp"

namespace virga::cache {

/// An answer in memory.
struct Answer {
  Metadata metadata;
  std::vector<PagePtr> pages;
  std::size_t bytes = 0;  ///< what it takes of memory
  Epoch epoch;            ///< in which it was fetched; it counts only as long as that lasts
};

/// Answers ready for use, for processes that live longer than one call. The least recently used
/// ones go when bytes or entries exceed their bounds; an answer above a shard's share is not taken
/// at all.
///
/// It is no Tier: those keep bytes, and decoding them costs a hundred times a look-up here.
/// Threads: safe; keys are spread over shards, each with its own lock.
class MemoryTier {
 public:
  struct Limits {
    std::size_t bytes = 0;  ///< 0: nothing is kept
    std::size_t entries = 0;
    std::size_t shards = 16;  ///< no more than entries are used
  };

  explicit MemoryTier(Limits limits);

  [[nodiscard]] bool is_on() const { return limits_.bytes > 0 && limits_.entries > 0; }

  /// The largest answer that is taken.
  [[nodiscard]] std::size_t most_bytes() const { return limits_.bytes / limits_.shards; }

  /// The answer, or null; moves it to the end of those to be evicted.
  [[nodiscard]] std::shared_ptr<const Answer> get(const Key& key);
  void put(std::shared_ptr<const Answer> answer);
  void erase(const Key& key);

  struct Usage {
    std::size_t bytes = 0;
    std::size_t entries = 0;
  };

  [[nodiscard]] Usage usage() const;

 private:
  using Order = std::list<std::shared_ptr<const Answer>>;

  struct Shard {
    mutable std::mutex mutex;
    Order order;  ///< the most recently used first; guarded by mutex, as all of these
    std::unordered_map<Key, Order::iterator, KeyHash> places;
    std::size_t bytes = 0;
  };

  [[nodiscard]] Shard& shard_of(const Key& key);
  static void drop(Shard& shard, Order::iterator place);

  Limits limits_;
  std::vector<Shard> shards_;
};

}  // namespace virga::cache
