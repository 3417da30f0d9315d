// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.hpp"
#include "output/writer.hpp"
#include "value/timestamp.hpp"
#include "value/value.hpp"

namespace virga::output {

/// The AWS CLI's --color, once it is known what standard output is.
enum class Color {
  off,
  on,
  on_with_resets,  ///< a reset after every piece of text, as the AWS CLI's table writes to a stream
                   ///< that is not a pager's
};

struct FormatOptions {
  TimestampStyle timestamps = TimestampStyle::iso8601;
  std::string title{};  ///< of tables: the operation's name
  Color color = Color::off;
  std::size_t terminal_width = 80;     ///< wider tables are turned by 90 degrees
  std::vector<std::string> columns{};  ///< csv: the members of an item in the model's order
  /// Formats that would print a listing of several pages otherwise than the AWS CLI, so that it can
  /// be printed page by page, wait for the whole of it.
  bool whole = false;
};

/// What a format wants to be handed of a listing of several pages.
enum class Unit {
  document,  ///< a list that grows, then what stands beside it
  page,      ///< of each page what the merged result has of it, absent lists as null
  block,     ///< of each page what the merged result of it alone would be
  answer,    ///< of each page all that the service answered
  item,      ///< the items alone
  nothing,
  whole,  ///< no parts: print() of the merged result
};

/// One page of a listing, or the elements that it adds.
struct Part {
  const Value& value;
  /// What continues a listing that was cut short; with the last page only.
  std::string_view next_token{};
};

/// Prints results in one of the output formats: either one whole result by print(), or a listing in
/// parts: begin(), any number of part(), end(). What a part prints is written before part()
/// returns. Errors: those of the writer. Thread-compatible.
class Formatter {
 public:
  virtual ~Formatter() = default;

  [[nodiscard]] virtual Unit unit() const = 0;

  /// One whole result.
  [[nodiscard]] virtual Status print(const Value& result, Writer& out) = 0;

  /// For Unit::document: where in the result the list grows, as the names from the root; none if
  /// the result is the list. `known` has what else the result is known to have; a format that
  /// prints in order of keys may take entries out of it and print them here.
  [[nodiscard]] virtual Status begin(const std::vector<std::string>& /*path*/,
                                     Map& /*known*/,
                                     Writer& /*out*/) {
    return {};
  }

  /// By unit(): more elements of the list (document, item), or a page (page, block, answer), which
  /// is a list where the result is one.
  [[nodiscard]] virtual Status part(const Part& part, Writer& out) = 0;

  /// For Unit::document: all that the result has beside the list and what begin() took.
  [[nodiscard]] virtual Status end(const Map& /*rest*/, Writer& /*out*/) { return {}; }

  /// What the reader should know of the listing once it is over, for standard error; empty if
  /// there is nothing.
  [[nodiscard]] virtual std::string note() const { return {}; }
};

/// Whether there is such an output format.
[[nodiscard]] bool is_format(std::string_view format);

/// The formatter for the value of --output; errors: usage, for a format that there is not.
[[nodiscard]] Result<std::unique_ptr<Formatter>> make_formatter(std::string_view format,
                                                                const FormatOptions& options);

}  // namespace virga::output
