// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <utility>

#include "cache/memory_tier.hpp"

namespace virga::cache {

MemoryTier::MemoryTier(Limits limits)
    : limits_(limits), shards_(std::max<std::size_t>(std::min(limits.shards, limits.entries), 1)) {
  limits_.shards = shards_.size();
}

MemoryTier::Shard& MemoryTier::shard_of(const Key& key) {
  // Other bytes than those that place the key within a shard's table.
  return shards_[key.bytes.back() % shards_.size()];
}

void MemoryTier::drop(Shard& shard, Order::iterator place) {
  shard.bytes -= (*place)->bytes;
  shard.places.erase((*place)->metadata.key);
  shard.order.erase(place);
}

std::shared_ptr<const Answer> MemoryTier::get(const Key& key) {
  if (!is_on()) {
    return nullptr;
  }
  Shard& shard = shard_of(key);
  const std::lock_guard lock(shard.mutex);
  const auto found = shard.places.find(key);
  if (found == shard.places.end()) {
    return nullptr;
  }
  shard.order.splice(shard.order.begin(), shard.order, found->second);
  return *found->second;
}

void MemoryTier::put(std::shared_ptr<const Answer> answer) {
  if (!is_on()) {
    return;
  }
  const Key key = answer->metadata.key;
  Shard& shard = shard_of(key);
  // Freed after the lock is released.
  Order evicted;
  const std::lock_guard lock(shard.mutex);
  if (const auto old = shard.places.find(key); old != shard.places.end()) {
    evicted.push_back(*old->second);
    drop(shard, old->second);
  }
  if (answer->bytes > most_bytes()) {
    return;
  }
  const std::size_t most_entries = std::max<std::size_t>(limits_.entries / limits_.shards, 1);
  while (!shard.order.empty() &&
         (shard.bytes + answer->bytes > most_bytes() || shard.places.size() >= most_entries)) {
    evicted.push_back(shard.order.back());
    drop(shard, std::prev(shard.order.end()));
  }
  shard.bytes += answer->bytes;
  shard.order.push_front(std::move(answer));
  shard.places.emplace(key, shard.order.begin());
}

void MemoryTier::erase(const Key& key) {
  Shard& shard = shard_of(key);
  const std::lock_guard lock(shard.mutex);
  if (const auto found = shard.places.find(key); found != shard.places.end()) {
    drop(shard, found->second);
  }
}

MemoryTier::Usage MemoryTier::usage() const {
  Usage out;
  for (const Shard& shard : shards_) {
    const std::lock_guard lock(shard.mutex);
    out.bytes += shard.bytes;
    out.entries += shard.places.size();
  }
  return out;
}

}  // namespace virga::cache
