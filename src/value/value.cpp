// SPDX-License-Identifier: Apache-2.0
#include "value/value.hpp"

#include <algorithm>

namespace virga {

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
