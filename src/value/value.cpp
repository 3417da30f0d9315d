// SPDX-License-Identifier: Apache-2.0
#include "value/value.hpp"

#include <algorithm>
#include <unordered_map>

namespace virga {
namespace {

/// Above this many members a hash table finds equal keys; below, comparing is faster.
constexpr std::size_t k_linear_members = 16;

bool has_equal_keys(const std::vector<Map::Entry>& entries) {
  if (entries.size() > k_linear_members) {
    std::unordered_map<std::string_view, std::size_t> seen(entries.size());
    return std::any_of(entries.begin(), entries.end(), [&](const auto& entry) {
      return !seen.emplace(entry.first, 0).second;
    });
  }
  for (std::size_t i = 1; i < entries.size(); ++i) {
    for (std::size_t j = 0; j < i; ++j) {
      const auto& a = entries[i].first;
      const auto& b = entries[j].first;
      // Ends differ more often than beginnings; most pairs are told apart without a call.
      if (a.size() == b.size() && (a.empty() || a.back() == b.back()) && a == b) {
        return true;
      }
    }
  }
  return false;
}

}  // namespace

Value& Map::append(std::string key, Value value) {
  return entries_.emplace_back(std::move(key), std::move(value)).second;
}

Value& Map::set(std::string_view key, Value value) {
  if (auto* present = find(key)) {
    *present = std::move(value);
    return *present;
  }
  return append(std::string(key), std::move(value));
}

void Map::unify_keys() {
  if (!has_equal_keys(entries_)) {
    return;
  }
  std::vector<Entry> unified;
  std::unordered_map<std::string, std::size_t> places;
  for (auto& entry : entries_) {
    const auto [place, is_new] = places.emplace(entry.first, unified.size());
    if (is_new) {
      unified.push_back(std::move(entry));
    } else {
      unified[place->second].second = std::move(entry.second);
    }
  }
  entries_ = std::move(unified);
}

void Map::erase(std::string_view key) {
  std::erase_if(entries_, [&](const Entry& entry) { return entry.first == key; });
}

const Value* Map::find(std::string_view key) const {
  for (const auto& [name, value] : entries_) {
    if (name == key) {
      return &value;
    }
  }
  return nullptr;
}

Value* Map::find(std::string_view key) {
  return const_cast<Value*>(std::as_const(*this).find(key));  // NOLINT: this is not const
}

bool Map::operator==(const Map& other) const {
  return size() == other.size() && std::all_of(begin(), end(), [&](const Entry& entry) {
           const auto* theirs = other.find(entry.first);
           return theirs != nullptr && *theirs == entry.second;
         });
}

}  // namespace virga
