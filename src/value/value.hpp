// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <tuple>
#include <utility>
#include <variant>
#include <vector>

namespace virga {

class Value;

/// Bytes that are not text.
struct Blob {
  std::string bytes;

  bool operator==(const Blob&) const = default;
};

/// A point in time as the service or the user wrote it; value/timestamp.hpp reads it. Keeping the
/// spelling lets the "wire" format print what was sent, and costs nothing where nobody looks at the
/// time.
struct Timestamp {
  std::string wire;
  bool is_number = false;  ///< came as a JSON number: seconds since the epoch

  bool operator==(const Timestamp&) const = default;
};

/// An integer beyond 64 bits, as decimal digits with an optional '-'.
struct BigInteger {
  std::string digits;

  bool operator==(const BigInteger&) const = default;
};

using List = std::vector<Value>;

/// Keys and values in insertion order. Lookup is linear: results have tens of members, not
/// thousands. Thread-compatible.
class Map {
 public:
  using Entry = std::pair<std::string, Value>;

  Map() = default;

  /// Adds at the end; the caller knows that the key is new.
  Value& append(std::string key, Value value);
  /// The same with a null to be filled in.
  Value& append_null(std::string_view key);
  /// Replaces the value of the key, or adds it at the end.
  Value& set(std::string_view key, Value value);
  void erase(std::string_view key);
  /// Null if absent; valid until the map changes.
  [[nodiscard]] const Value* find(std::string_view key) const;
  [[nodiscard]] Value* find(std::string_view key);

  [[nodiscard]] bool contains(std::string_view key) const { return find(key) != nullptr; }

  // Defined below: they need Value to be whole.
  using const_iterator = std::vector<Entry>::const_iterator;
  using iterator = std::vector<Entry>::iterator;
  [[nodiscard]] std::size_t size() const;
  [[nodiscard]] bool empty() const;
  [[nodiscard]] const_iterator begin() const;
  [[nodiscard]] const_iterator end() const;
  [[nodiscard]] iterator begin();
  [[nodiscard]] iterator end();

  /// Where a key was appended more than once, leaves its last value, at the first one's place.
  void unify_keys();

  /// The entries themselves, for code that reorders or merges.
  [[nodiscard]] std::vector<Entry>& entries() { return entries_; }

  bool operator==(const Map&) const;  ///< the order of keys does not matter

 private:
  std::vector<Entry> entries_;
};

/// What inputs, outputs, caches, queries and formatters exchange. Thread-compatible.
class Value {
 public:
  enum class Kind {
    null,
    boolean,
    integer,
    number,
    big_integer,
    string,
    blob,
    timestamp,
    list,
    map
  };

  Value() = default;

  Value(std::nullptr_t) {}  // NOLINT(google-explicit-constructor): values are written as literals

  Value(bool value) : data_(value) {}  // NOLINT(google-explicit-constructor)

  Value(int value) : data_(std::int64_t{value}) {}  // NOLINT(google-explicit-constructor)

  Value(std::int64_t value) : data_(value) {}  // NOLINT(google-explicit-constructor)

  Value(double value) : data_(value) {}  // NOLINT(google-explicit-constructor)

  Value(const char* value) : data_(std::string(value)) {}  // NOLINT(google-explicit-constructor)

  Value(std::string_view value)
      : data_(std::string(value)) {}  // NOLINT(google-explicit-constructor)

  Value(std::string value) : data_(std::move(value)) {}  // NOLINT(google-explicit-constructor)

  Value(BigInteger value) : data_(std::move(value)) {}  // NOLINT(google-explicit-constructor)

  Value(Blob value) : data_(std::move(value)) {}  // NOLINT(google-explicit-constructor)

  Value(Timestamp value) : data_(std::move(value)) {}  // NOLINT(google-explicit-constructor)

  Value(List value) : data_(std::move(value)) {}  // NOLINT(google-explicit-constructor)

  Value(Map value) : data_(std::move(value)) {}  // NOLINT(google-explicit-constructor)

  [[nodiscard]] Kind kind() const { return static_cast<Kind>(data_.index()); }

  [[nodiscard]] bool is_null() const { return kind() == Kind::null; }

  [[nodiscard]] bool is_bool() const { return kind() == Kind::boolean; }

  [[nodiscard]] bool is_integer() const { return kind() == Kind::integer; }

  [[nodiscard]] bool is_number() const { return kind() == Kind::number; }

  [[nodiscard]] bool is_string() const { return kind() == Kind::string; }

  [[nodiscard]] bool is_blob() const { return kind() == Kind::blob; }

  [[nodiscard]] bool is_timestamp() const { return kind() == Kind::timestamp; }

  [[nodiscard]] bool is_list() const { return kind() == Kind::list; }

  [[nodiscard]] bool is_map() const { return kind() == Kind::map; }

  /// Null when the value is of another kind: `if (const auto* text = v.as_string())`.
  [[nodiscard]] const bool* as_bool() const { return std::get_if<bool>(&data_); }

  [[nodiscard]] const std::int64_t* as_integer() const { return std::get_if<std::int64_t>(&data_); }

  [[nodiscard]] const double* as_number() const { return std::get_if<double>(&data_); }

  [[nodiscard]] const BigInteger* as_big_integer() const { return std::get_if<BigInteger>(&data_); }

  [[nodiscard]] const std::string* as_string() const { return std::get_if<std::string>(&data_); }

  [[nodiscard]] std::string* as_string() { return std::get_if<std::string>(&data_); }

  [[nodiscard]] const Blob* as_blob() const { return std::get_if<Blob>(&data_); }

  [[nodiscard]] Blob* as_blob() { return std::get_if<Blob>(&data_); }

  [[nodiscard]] const Timestamp* as_timestamp() const { return std::get_if<Timestamp>(&data_); }

  [[nodiscard]] const List* as_list() const { return std::get_if<List>(&data_); }

  [[nodiscard]] List* as_list() { return std::get_if<List>(&data_); }

  [[nodiscard]] const Map* as_map() const { return std::get_if<Map>(&data_); }

  [[nodiscard]] Map* as_map() { return std::get_if<Map>(&data_); }

  /// Makes this an empty string, list or map in place.
  std::string& become_string() { return data_.emplace<std::string>(); }

  List& become_list() { return data_.emplace<List>(); }

  Map& become_map() { return data_.emplace<Map>(); }

  /// The member of a map, or null where this is no map or has no such key.
  [[nodiscard]] const Value* find(std::string_view key) const {
    const auto* map = as_map();
    return map == nullptr ? nullptr : map->find(key);
  }

  /// The member's text, or empty where it is absent or no string.
  [[nodiscard]] std::string_view text(std::string_view key) const {
    const auto* member = find(key);
    const auto* string = member == nullptr ? nullptr : member->as_string();
    return string == nullptr ? std::string_view() : std::string_view(*string);
  }

  bool operator==(const Value&) const = default;

 private:
  // In the order of Kind.
  std::variant<std::monostate,
               bool,
               std::int64_t,
               double,
               BigInteger,
               std::string,
               Blob,
               Timestamp,
               List,
               Map>
      data_;
};

inline Value& Map::append_null(std::string_view key) {
  return entries_
      .emplace_back(std::piecewise_construct, std::forward_as_tuple(key), std::forward_as_tuple())
      .second;
}

inline std::size_t Map::size() const { return entries_.size(); }

inline bool Map::empty() const { return entries_.empty(); }

inline Map::const_iterator Map::begin() const { return entries_.begin(); }

inline Map::const_iterator Map::end() const { return entries_.end(); }

inline Map::iterator Map::begin() { return entries_.begin(); }

inline Map::iterator Map::end() { return entries_.end(); }

}  // namespace virga
