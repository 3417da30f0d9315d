// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <memory>
#include <optional>
#include <string>

#include "base/result.hpp"
#include "cli/global_options.hpp"
#include "config/settings.hpp"
#include "output/formatter.hpp"
#include "query/expression.hpp"
#include "value/value.hpp"

namespace virga::cli {

/// Prints results as --output, --query and the settings say; every command's results go through
/// here. Made before the call, so that a wrong format or query fails before anything is sent.
/// Thread-compatible.
class ResultPrinter {
 public:
  /// `title` heads tables: the operation's name. Errors: usage, for an unknown format or a query
  /// that does not compile; those of the settings.
  [[nodiscard]] static Result<ResultPrinter> make(const GlobalOptions& globals,
                                                  const config::Settings& settings,
                                                  std::string title = {});

  [[nodiscard]] Status print(Value result, output::Writer& out);

 private:
  ResultPrinter(TimestampStyle timestamps,
                std::unique_ptr<output::Formatter> formatter,
                std::optional<query::Expression> query)
      : timestamps_(timestamps), formatter_(std::move(formatter)), query_(std::move(query)) {}

  TimestampStyle timestamps_;
  std::unique_ptr<output::Formatter> formatter_;
  std::optional<query::Expression> query_;
};

}  // namespace virga::cli
