// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <memory>
#include <optional>
#include <stop_token>
#include <string>
#include <string_view>

#include "base/result.hpp"
#include "cli/global_options.hpp"
#include "cli/item_shape.hpp"
#include "config/settings.hpp"
#include "engine/pager.hpp"
#include "engine/parallel_listing.hpp"
#include "model/catalog.hpp"
#include "output/formatter.hpp"
#include "query/expression.hpp"
#include "value/value.hpp"

namespace virga::cli {

/// Prints results as --output, --query and the settings say; every command's results go through
/// here. Made before the call, so that a wrong format or query fails before anything is sent.
/// Thread-compatible.
class ResultPrinter {
 public:
  /// For the results of an operation. Errors: usage, for an unknown format or a query that does not
  /// compile; those of the settings.
  [[nodiscard]] static Result<ResultPrinter> make(const GlobalOptions& globals,
                                                  const config::Settings& settings,
                                                  const model::Operation& operation);

  /// For other results, which a table has under `title`.
  [[nodiscard]] static Result<ResultPrinter> make(const GlobalOptions& globals,
                                                  const config::Settings& settings,
                                                  std::string title,
                                                  ItemShape items = {});

  [[nodiscard]] Status print(Value result, output::Writer& out);

  /// Prints elements of a list that comes in parts, or with --stream each by itself, without a
  /// query; then finish_parts() once.
  [[nodiscard]] Status print_part(List elements, output::Writer& out);
  [[nodiscard]] Status finish_parts(output::Writer& out);

  /// Prints the pages as they come, the next one being fetched meanwhile. `notes` gets what has no
  /// place in the output. `stop` ends the pager's calls: once nothing more is read, it is asked to.
  [[nodiscard]] Status print_pages(engine::Pager& pager,
                                   std::stop_source stop,
                                   output::Writer& out,
                                   output::Writer& notes);

  /// Prints the items of the pages as they come. `notes` also gets where the listing goes on.
  [[nodiscard]] Status print_parallel(engine::ParallelListing& pages,
                                      output::Writer& out,
                                      output::Writer& notes);

 private:
  ResultPrinter() = default;

  [[nodiscard]] Status print_items_of(engine::Page& page, output::Writer& out);
  [[nodiscard]] Status print_notes(std::string_view token, output::Writer& notes) const;

  TimestampStyle timestamps_ = TimestampStyle::iso8601;
  bool query_per_page_ = false;
  std::string item_path_;
  bool prints_items_ = false;
  std::unique_ptr<output::Formatter> formatter_;
  std::optional<query::Expression> query_;
  bool parts_begun_ = false;
  List gathered_;  ///< parts, for a format that needs them all
};

}  // namespace virga::cli
