// SPDX-License-Identifier: Apache-2.0
#include "model/document.hpp"

#include <algorithm>
#include <bit>

#include "model/pack_view.hpp"

namespace virga::model {
namespace {

constexpr int k_max_depth = 64;

const pack::Node& null_node() {
  static const pack::Node k_null{};
  return k_null;
}

const pack::Node& node_of(const PackView* pack, std::uint32_t node) {
  return pack == nullptr ? null_node() : pack->node(node);
}

Value convert(const Document& document, int depth, std::size_t& budget) {
  if (depth > k_max_depth || budget == 0) {
    return {};
  }
  --budget;
  switch (document.kind()) {
    case Document::Kind::null:
      return {};
    case Document::Kind::boolean:
      return document.boolean();
    case Document::Kind::integer:
      return document.integer();
    case Document::Kind::number:
      return document.number();
    case Document::Kind::string:
      return document.text();
    case Document::Kind::list: {
      List list;
      for (std::uint32_t i = 0; i < document.size() && budget > 0; ++i) {
        list.push_back(convert(document.at(i), depth + 1, budget));
      }
      return list;
    }
    case Document::Kind::map: {
      Map map;
      for (std::uint32_t i = 0; i < document.size() && budget > 0; ++i) {
        map.append(std::string(document.key_at(i)), convert(document.at(i), depth + 1, budget));
      }
      return map;
    }
  }
  return {};
}

bool is_container(Document::Kind kind) {
  return kind == Document::Kind::list || kind == Document::Kind::map;
}

}  // namespace

Document::Kind Document::kind() const {
  const auto kind = node_of(pack_view_, node_).kind();
  return kind <= static_cast<std::uint32_t>(Kind::map) ? static_cast<Kind>(kind) : Kind::null;
}

std::string_view Document::text() const {
  return kind() == Kind::string
             ? pack_view_->text(static_cast<std::uint32_t>(pack_view_->node(node_).value()))
             : std::string_view();
}

std::int64_t Document::integer() const {
  const auto& node = node_of(pack_view_, node_);
  if (kind() == Kind::number) {
    return static_cast<std::int64_t>(number());
  }
  return kind() == Kind::integer ? std::bit_cast<std::int64_t>(node.value()) : 0;
}

double Document::number() const {
  const auto& node = node_of(pack_view_, node_);
  if (kind() == Kind::integer) {
    return static_cast<double>(integer());
  }
  return kind() == Kind::number ? std::bit_cast<double>(node.value()) : 0.0;
}

bool Document::boolean() const {
  return kind() == Kind::boolean && node_of(pack_view_, node_).value() != 0;
}

std::uint32_t Document::size() const {
  return is_container(kind())
             ? std::min(node_of(pack_view_, node_).count(), pack_view_->node_count())
             : 0;
}

Document Document::at(std::uint32_t index) const {
  if (index >= size()) {
    return {};
  }
  return {pack_view_, static_cast<std::uint32_t>(pack_view_->node(node_).value()) + index};
}

std::string_view Document::key_at(std::uint32_t index) const {
  if (index >= size()) {
    return {};
  }
  return pack_view_->text(pack_view_->node(at(index).node_).key());
}

Document Document::find(std::string_view key) const {
  const auto& record = node_of(pack_view_, node_);
  if (record.kind() != static_cast<std::uint32_t>(Kind::map)) {
    return {};
  }
  const auto first = static_cast<std::uint32_t>(record.value());
  const std::uint32_t count = size();
  for (std::uint32_t i = 0; i < count; ++i) {
    if (pack_view_->text(pack_view_->node(first + i).key()) == key) {
      return {pack_view_, first + i};
    }
  }
  return {};
}

Value Document::to_value(int depth) const {
  // A tree of a sound pack has each of its nodes once; a damaged pack may refer in circles.
  std::size_t budget = pack_view_ == nullptr ? 1 : pack_view_->root().nodes()->size();
  return convert(*this, depth, budget);
}

}  // namespace virga::model
