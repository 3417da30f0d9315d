// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <optional>
#include <string_view>

#include "value/value.hpp"

namespace virga::model {

class PackView;

/// A node of a JSON document in the model pack, read in place. Copying it copies two words; it is
/// valid as long as its catalog. A default-made document is a null, and so is everything absent.
/// Thread-safe.
class Document {
 public:
  enum class Kind : std::uint8_t { null, boolean, integer, number, string, list, map };

  Document() = default;

  Document(const PackView* pack, std::uint32_t node) : pack_view_(pack), node_(node) {}

  [[nodiscard]] Kind kind() const;

  [[nodiscard]] bool is_null() const { return kind() == Kind::null; }

  [[nodiscard]] bool is_string() const { return kind() == Kind::string; }

  [[nodiscard]] bool is_list() const { return kind() == Kind::list; }

  [[nodiscard]] bool is_map() const { return kind() == Kind::map; }

  [[nodiscard]] std::string_view text() const;  ///< empty unless a string
  [[nodiscard]] std::int64_t integer() const;   ///< 0 unless a number
  [[nodiscard]] double number() const;          ///< 0 unless a number
  [[nodiscard]] bool boolean() const;           ///< false unless true
  /// Number of elements of a list or members of a map, else 0.
  [[nodiscard]] std::uint32_t size() const;
  [[nodiscard]] Document at(std::uint32_t index) const;
  [[nodiscard]] std::string_view key_at(std::uint32_t index) const;
  [[nodiscard]] Document find(std::string_view key) const;

  [[nodiscard]] std::string_view text(std::string_view key) const { return find(key).text(); }

  /// The whole tree as a value; trees deeper than 64 are cut.
  [[nodiscard]] Value to_value(int depth = 0) const;

  /// Distinguishes nodes, for memoising by node.
  [[nodiscard]] std::uint32_t node() const { return node_; }

 private:
  const PackView* pack_view_ = nullptr;  // owner: the Catalog
  std::uint32_t node_ = 0;
};

}  // namespace virga::model
