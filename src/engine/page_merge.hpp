// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "engine/pager.hpp"
#include "value/value.hpp"

namespace virga::engine {

/// Joins pages into the one result that the AWS CLI makes of them: lists are joined, numbers added,
/// texts concatenated, result key by result key; then the non-aggregate part, then NextToken if the
/// result was cut. Thread-compatible.
class PageMerge {
 public:
  /// Adds what the page has of a result key, taking it out of the page.
  void add(Value& page, std::string_view result_key);

  /// Whether nothing was added yet.
  [[nodiscard]] bool is_empty() const { return whole_.as_map()->empty(); }

  /// The result; nothing may be added afterwards.
  [[nodiscard]] Value finish(const Value& non_aggregate_part, std::string_view resume_token);

 private:
  Value whole_ = Map();
};

/// All pages as one result. `pages` are those of `pager`, or the pager itself.
[[nodiscard]] Result<Value> merge_pages(Pages& pages, const Pager& pager);

}  // namespace virga::engine
