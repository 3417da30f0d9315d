// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <memory>
#include <string_view>
#include <vector>

#include "model/catalog.hpp"

namespace virga::model {

/// The documentation of one service, unpacked: HTML as the models have it. What is not documented,
/// or damaged in the pack, is empty. Views live as long as this object; it must not outlive its
/// catalog. Thread-safe once made.
class Documentation {
 public:
  /// How much is needed: the service and its operations are a small part, and come first.
  enum class Depth : std::uint8_t { operations, all };

  explicit Documentation(const Service& service, Depth depth = Depth::all);

  [[nodiscard]] std::string_view service() const { return at(0); }

  [[nodiscard]] std::string_view of(const Operation& operation) const;
  [[nodiscard]] std::string_view of(const Shape& shape) const;
  /// What is said at this place, or else of its shape.
  [[nodiscard]] std::string_view of(const Member& member) const;

 private:
  [[nodiscard]] std::string_view at(std::uint64_t index) const;
  void find_texts(std::size_t end);

  std::unique_ptr<char[]> plain_;        // length-prefixed texts
  std::vector<std::string_view> texts_;  // in plain_
  std::size_t position_ = 0;             // behind the last of texts_
  const PackView* pack_view_;            // owner: the Catalog
  std::uint32_t service_;
};

}  // namespace virga::model
