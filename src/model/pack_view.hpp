// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <cstring>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "base/files.hpp"
#include "base/result.hpp"
#include "pack_generated.h"

namespace virga::model {

/// The version of the pack's layout and meaning; a pack of another version is built anew.
constexpr std::uint32_t k_pack_format = 2;

/// The mapped pack with access by index. An index out of bounds, which only a damaged pack can
/// hold, gives a zeroed record: nothing is ever read outside of the buffer. Thread-safe.
class PackView {
 public:
  [[nodiscard]] static Result<std::unique_ptr<PackView>> from_file(const std::string& path);
  [[nodiscard]] static Result<std::unique_ptr<PackView>> from_bytes(std::string bytes);

  [[nodiscard]] const pack::Pack& root() const { return *root_; }

  [[nodiscard]] const pack::Service& service(std::uint32_t i) const {
    return at(root_->services(), i);
  }

  [[nodiscard]] const pack::Operation& operation(std::uint32_t i) const {
    return at(root_->operations(), i);
  }

  [[nodiscard]] const pack::Shape& shape(std::uint32_t i) const { return at(root_->shapes(), i); }

  [[nodiscard]] const pack::Member& member(std::uint32_t i) const {
    return at(root_->members(), i);
  }

  [[nodiscard]] const pack::Node& node(std::uint32_t i) const { return at(nodes_, i); }

  [[nodiscard]] std::uint32_t node_count() const { return nodes_->size(); }

  [[nodiscard]] std::string_view text(std::uint32_t offset) const;

 private:
  PackView() = default;
  [[nodiscard]] Status check(std::string_view bytes, const std::string& name);

  template <typename T>
  [[nodiscard]] static const T& at(const flatbuffers::Vector<const T*>* records, std::uint32_t i) {
    static const T k_absent{};
    return i < records->size() ? *records->Get(i) : k_absent;
  }

  std::optional<MappedFile> file_;
  std::string owned_;
  const pack::Pack* root_ = nullptr;
  // Parts of root_ that every step through a document needs.
  const flatbuffers::Vector<const pack::Node*>* nodes_ = nullptr;
  std::string_view text_;
};

}  // namespace virga::model
