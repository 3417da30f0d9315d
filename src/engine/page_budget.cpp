// SPDX-License-Identifier: Apache-2.0
#include "engine/page_budget.hpp"

#include <algorithm>
#include <array>
#include <string_view>

namespace virga::engine {
namespace {

constexpr std::int64_t k_page = 1000;

/// Operations whose model does not say how large a page may be, but whose reference does: 1000.
constexpr std::array<std::string_view, 5> k_known = {
    "DescribeImages", "DescribeInstances", "DescribeSnapshots", "DescribeTags", "DescribeVolumes"};

}  // namespace

std::optional<Value> earned_page_size(const model::Operation& operation, const Map& params) {
  const auto limit_key = operation.paginator().text("limit_key");
  const auto input = operation.input();
  if (operation.service().name() != "ec2" || !operation.name().starts_with("Describe") ||
      limit_key.empty() || !input || !params.empty()) {
    return std::nullopt;
  }
  const auto member = input->find_member(limit_key);
  if (!member || member->shape().kind() != model::ShapeKind::integer) {
    return std::nullopt;
  }
  if (std::find(k_known.begin(), k_known.end(), operation.name()) != k_known.end()) {
    return Value(k_page);
  }
  const auto most = member->shape().max();
  return most ? std::optional(Value(std::min(static_cast<std::int64_t>(*most), k_page)))
              : std::nullopt;
}

}  // namespace virga::engine
