// SPDX-License-Identifier: Apache-2.0
#include "cli/result_printer.hpp"

#include <algorithm>
#include <cstddef>
#include <iterator>
#include <string>
#include <utility>

#include <sys/ioctl.h>
#include <unistd.h>

#include "base/strings.hpp"
#include "cli/item_shape.hpp"
#include "cli/listing.hpp"
#include "engine/read_ahead.hpp"
#include "engine/result_path.hpp"
#include "value/timestamp.hpp"

namespace virga::cli {
namespace {

using config::Setting;

Result<TimestampStyle> timestamp_style(const config::Settings& settings) {
  VIRGA_TRY_ASSIGN(const auto setting, settings.text(Setting::cli_timestamp_format));
  const std::string format = setting.value_or("");
  if (format == "iso8601") {
    return TimestampStyle::iso8601;
  }
  if (format == "wire" || format == "none") {
    return TimestampStyle::wire;
  }
  return fail(ErrorCode::configuration,
              concat("Unknown cli_timestamp_format value: ",
                     format,
                     ", valid values are \"wire\" or \"iso8601\""));
}

/// Of the terminal on standard output, whatever it says; 80 where there is none.
std::size_t terminal_width() {
  constexpr std::size_t k_default = 80;
  winsize size{};
  return ioctl(STDOUT_FILENO, TIOCGWINSZ, &size) == 0 ? size.ws_col : k_default;
}

output::Color color(const GlobalOptions& globals) {
  const bool wanted =
      globals.color == "on" || (globals.color != "off" && isatty(STDOUT_FILENO) == 1);
  return wanted ? output::Color::on_with_resets : output::Color::off;
}

/// Errors: usage, as the AWS CLI words them.
Result<std::optional<query::Expression>> compile_query(const GlobalOptions& globals) {
  if (!globals.query) {
    return std::optional<query::Expression>();
  }
  auto expression = query::Expression::compile(*globals.query);
  if (!expression) {
    return fail(
        std::move(expression).error().context(concat("Bad value for --query ", *globals.query)));
  }
  return std::optional(std::move(*expression));
}

}  // namespace

Result<ResultPrinter> ResultPrinter::make(const GlobalOptions& globals,
                                          const config::Settings& settings,
                                          const model::Operation& operation) {
  ItemShape items = item_shape(operation);
  if (globals.stream && items.path.empty()) {
    return fail(ErrorCode::usage,
                concat("--stream: an answer of ", operation.name(), " has no list of items."));
  }
  return make(globals, settings, std::string(operation.name()), std::move(items));
}

Result<ResultPrinter> ResultPrinter::make(const GlobalOptions& globals,
                                          const config::Settings& settings,
                                          std::string title,
                                          ItemShape items) {
  ResultPrinter out;
  VIRGA_TRY_ASSIGN(const auto format, settings.text(Setting::output));
  output::FormatOptions options;
  VIRGA_TRY_ASSIGN(options.timestamps, timestamp_style(settings));
  // Nothing of a result depends on it, but who set it wrongly should learn so before an error.
  VIRGA_TRY(settings.text(Setting::cli_error_format));
  options.color = color(globals);
  options.terminal_width = terminal_width();
  options.whole = globals.like_aws;
  options.title = std::move(title);
  options.columns = std::move(items.columns);
  out.item_path_ = std::move(items.path);
  out.timestamps_ = options.timestamps;
  out.prints_items_ = globals.stream;
  out.query_per_page_ = globals.like_aws;
  VIRGA_TRY_ASSIGN(out.formatter_, output::make_formatter(format.value_or("json"), options));
  VIRGA_TRY_ASSIGN(out.query_, compile_query(globals));
  using output::Unit;
  const Unit unit = out.formatter_->unit();
  const bool is_stream_format =
      unit == Unit::item || unit == Unit::page || format.value_or("json") == "json";
  if (globals.stream && !is_stream_format) {
    return fail(ErrorCode::usage, "--stream prints json, text, ndjson or csv.");
  }
  return out;
}

Status ResultPrinter::print(Value result, output::Writer& out) {
  if (query_) {
    // The AWS CLI's query sees the times as they are printed.
    format_timestamps(result, timestamps_);
  }
  if (prints_items_ && !item_path_.empty()) {
    const auto* items = engine::find_path(std::as_const(result), item_path_);
    return items == nullptr || !items->is_list()
               ? Status()
               : print_items(*items->as_list(), *formatter_, query_, out);
  }
  if (query_) {
    VIRGA_TRY_ASSIGN(result, query_->search(result));
  } else if (formatter_->unit() == output::Unit::item && !item_path_.empty()) {
    const auto* items = engine::find_path(std::as_const(result), item_path_);
    return items == nullptr || !items->is_list() ? Status() : formatter_->part({*items}, out);
  }
  return formatter_->print(result, out);
}

Status ResultPrinter::print_part(List elements, output::Writer& out) {
  if (prints_items_) {
    return print_items(elements, *formatter_, std::nullopt, out);
  }
  const auto unit = formatter_->unit();
  if (unit == output::Unit::document && !parts_begun_) {
    Map nothing;
    VIRGA_TRY(formatter_->begin({}, nothing, out));
  }
  parts_begun_ = true;
  if (unit == output::Unit::document || unit == output::Unit::item) {
    return formatter_->part({Value(std::move(elements))}, out);
  }
  std::move(elements.begin(), elements.end(), std::back_inserter(gathered_));
  return {};
}

Status ResultPrinter::finish_parts(output::Writer& out) {
  const auto unit = formatter_->unit();
  if (prints_items_ || unit == output::Unit::item || unit == output::Unit::nothing) {
    return {};
  }
  if (unit == output::Unit::document && parts_begun_) {
    return formatter_->end({}, out);
  }
  return formatter_->print(std::move(gathered_), out);
}

Status ResultPrinter::print_pages(engine::Pager& pager,
                                  std::stop_source stop,
                                  output::Writer& out,
                                  output::Writer& notes) {
  engine::ReadAhead pages(pager, std::move(stop), [&out] { return out.is_closed(); });
  VIRGA_TRY(print_listing(
      {pages, pager, *formatter_, query_, timestamps_, query_per_page_, item_path_, prints_items_},
      out));
  const bool hides_token = prints_items_ || (formatter_->unit() == output::Unit::item && !query_);
  return print_notes(
      hides_token && !out.is_closed() ? std::string_view(pager.resume_token()) : std::string_view(),
      notes);
}

Status ResultPrinter::print_notes(std::string_view token, output::Writer& notes) const {
  std::string note = formatter_->note();
  if (!note.empty()) {
    VIRGA_TRY(notes.write(concat("virga: ", note, "\n")));
  }
  return token.empty() ? Status() : notes.write(concat("NextToken: ", token, "\n"));
}

Status ResultPrinter::print_parallel(engine::ParallelListing& pages,
                                     output::Writer& out,
                                     output::Writer& notes) {
  Status fetched;
  while (!out.is_closed()) {
    auto page = pages.next();
    if (!page) {
      fetched = fail(std::move(page).error());  // what came before is printed, and can go on
      break;
    }
    if (!*page) {
      break;
    }
    VIRGA_TRY(print_items_of(**page, out));
  }
  if (!out.is_closed()) {
    VIRGA_TRY(print_notes(pages.resume_token(), notes));
  }
  return fetched;
}

Status ResultPrinter::print_items_of(engine::Page& page, output::Writer& out) {
  if (query_) {
    format_timestamps(page.output, timestamps_);
  }
  const auto* items = engine::find_path(std::as_const(page.output), item_path_);
  return items == nullptr || !items->is_list()
             ? Status()
             : print_items(*items->as_list(), *formatter_, query_, out);
}

}  // namespace virga::cli
