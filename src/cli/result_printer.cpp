// SPDX-License-Identifier: Apache-2.0
#include "cli/result_printer.hpp"

#include <cstddef>
#include <string>
#include <utility>

#include <sys/ioctl.h>
#include <unistd.h>

#include "base/strings.hpp"
#include "value/timestamp.hpp"

namespace virga::cli {
namespace {

using config::Setting;

void format_timestamps(Value& value, TimestampStyle style) {
  if (const auto* timestamp = value.as_timestamp(); timestamp != nullptr) {
    if (style == TimestampStyle::iso8601) {
      value = format_timestamp(*timestamp, style).text;
    }
  } else if (auto* map = value.as_map()) {
    for (auto& [name, member] : *map) {
      format_timestamps(member, style);
    }
  } else if (auto* list = value.as_list()) {
    for (auto& element : *list) {
      format_timestamps(element, style);
    }
  }
}

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
                                          std::string title) {
  VIRGA_TRY_ASSIGN(const auto format, settings.text(Setting::output));
  VIRGA_TRY_ASSIGN(const auto timestamps, timestamp_style(settings));
  output::FormatOptions options;
  options.timestamps = timestamps;
  options.title = std::move(title);
  options.color = color(globals);
  options.terminal_width = terminal_width();
  VIRGA_TRY_ASSIGN(auto formatter, output::make_formatter(format.value_or("json"), options));
  VIRGA_TRY_ASSIGN(auto query, compile_query(globals));
  return ResultPrinter(timestamps, std::move(formatter), std::move(query));
}

Status ResultPrinter::print(Value result, output::Writer& out) {
  if (query_) {
    // The AWS CLI's query sees the times as they are printed.
    format_timestamps(result, timestamps_);
    VIRGA_TRY_ASSIGN(result, query_->search(result));
  }
  return formatter_->print(result, out);
}

}  // namespace virga::cli
