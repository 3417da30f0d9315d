// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <optional>
#include <string>

#include "base/result.hpp"
#include "engine/pager.hpp"
#include "output/formatter.hpp"
#include "query/expression.hpp"

namespace virga::cli {

/// A listing on its way to standard output. Borrowed.
struct Listing {
  engine::Pages& pages;  ///< those of `pager`
  const engine::Pager& pager;
  output::Formatter& formatter;
  const std::optional<query::Expression>& query;
  TimestampStyle timestamps;
  bool query_per_page;    ///< as the AWS CLI does in text and yaml-stream, not on the merged result
  std::string item_path;  ///< where in an answer the items are ("Contents"); may be empty
  bool items;             ///< each item is printed as a result of its own
};

/// Prints a listing page by page where format and query allow it, else the merged result. What was
/// printed before an error stays. Stops without an error when nobody reads `out` any more.
[[nodiscard]] Status print_listing(const Listing& listing, output::Writer& out);

/// Prints each item, or what the query makes of it if that is not null, as a result of its own.
[[nodiscard]] Status print_items(const List& items,
                                 output::Formatter& formatter,
                                 const std::optional<query::Expression>& query,
                                 output::Writer& out);

/// Replaces timestamps by what they print as: a query sees them so, as in the AWS CLI.
void format_timestamps(Value& value, TimestampStyle style);

}  // namespace virga::cli
