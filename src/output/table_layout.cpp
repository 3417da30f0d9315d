// SPDX-License-Identifier: Apache-2.0
#include "output/table_layout.hpp"

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <numeric>
#include <utility>

#include "base/strings.hpp"
#include "output/text_case.hpp"

namespace virga::output {
namespace {

constexpr std::size_t k_padding = 4;
constexpr std::size_t k_border = 2;
constexpr std::string_view k_reset = "\x1b[0m";

void update_widths(std::vector<std::size_t>& widths, const std::vector<std::string>& cells) {
  widths.resize(std::max(widths.size(), cells.size()));
  for (std::size_t i = 0; i < cells.size(); ++i) {
    widths[i] = std::max(widths[i], text_columns(cells[i]));
  }
}

std::size_t total_width(const TableSection& section) {
  const std::size_t cells =
      std::accumulate(section.widths.begin(), section.widths.end(), std::size_t{0}) +
      section.widths.size() * k_padding;
  // The AWS CLI measures an absent title as the word "None".
  const std::size_t title = section.title ? text_columns(*section.title) : 4;
  return std::max(title, cells) + k_border + 2 * section.indent;
}

std::size_t max_width(const std::vector<TableSection>& sections) {
  std::size_t width = 0;
  for (const auto& section : sections) {
    width = std::max(width, total_width(section));
  }
  return width;
}

/// header | header     header | value
/// value  | value  →   header | value
void turn(TableSection& section) {
  TableSection turned;
  turned.title = std::move(section.title);
  turned.indent = section.indent;
  auto& row = section.rows.front();
  for (std::size_t i = 0; i < section.headers.size() && i < row.size(); ++i) {
    turned.add_row({std::move(section.headers[i]), std::move(row[i])});
  }
  section = std::move(turned);
}

/// Python's round: halves to even, which is how floating point rounds by default.
std::int64_t python_round(double number) {
  return static_cast<std::int64_t>(std::nearbyint(number));
}

/// Widths in proportion to the columns', which add up to `width`.
std::vector<std::size_t> scaled_widths(const TableSection& section, std::size_t width) {
  if (section.widths.empty()) {
    return {};
  }
  const std::size_t sum =
      std::accumulate(section.widths.begin(), section.widths.end(), std::size_t{0}) +
      section.widths.size() * k_padding;
  const double factor = static_cast<double>(width) / static_cast<double>(sum);
  std::vector<std::int64_t> scaled;
  for (const auto column : section.widths) {
    scaled.push_back(python_round(factor * static_cast<double>(column + k_padding)));
  }
  auto off_by = std::accumulate(scaled.begin(), scaled.end(), std::int64_t{0}) -
                static_cast<std::int64_t>(width);
  const std::size_t count = scaled.size();
  for (std::size_t i = 0; off_by != 0; i = (i + 1) % count) {
    if (off_by > 0) {  // from the left
      --scaled[i];
      --off_by;
    } else {  // from the right
      ++scaled[count - 1 - i];
      ++off_by;
    }
  }
  std::vector<std::size_t> out;
  for (const auto column : scaled) {
    out.push_back(static_cast<std::size_t>(std::max<std::int64_t>(column, 0)));
  }
  return out;
}

void append_spaces(std::string& out, std::int64_t count) {
  out.append(static_cast<std::size_t>(std::max<std::int64_t>(count, 0)), ' ');
}

void append_centered(std::string& out,
                     const std::string& text,
                     std::size_t width,
                     bool has_left_edge) {
  const auto length = static_cast<std::int64_t>(width);
  const auto columns = static_cast<std::int64_t>(text_columns(text));
  const std::int64_t start = length / 2 - columns / 2 - 1;
  out += has_left_edge ? "|" : "";
  append_spaces(out, start);
  out += text;
  append_spaces(out, length - 1 - ((has_left_edge ? 1 : 0) + start + columns));
  out += '|';
}

void append_left_aligned(std::string& out,
                         const std::string& text,
                         std::string_view styled,
                         std::size_t width,
                         bool has_left_edge) {
  const auto length = static_cast<std::int64_t>(width);
  const auto columns = static_cast<std::int64_t>(text_columns(text));
  const std::int64_t edge = has_left_edge ? 1 : 0;
  constexpr std::int64_t k_left_padding = 2;
  const std::int64_t padding =
      length - (columns + k_left_padding + edge + 1) >= 0 ? k_left_padding : 0;
  out += has_left_edge ? "|" : "";
  append_spaces(out, padding);
  out += styled;
  append_spaces(out, length - (edge + padding + columns) - 1);
  out += '|';
}

}  // namespace

void TableSection::set_headers(std::vector<std::string> cells) {
  update_widths(widths, cells);
  headers = std::move(cells);
}

void TableSection::add_row(std::vector<std::string> cells) {
  update_widths(widths, cells);
  rows.push_back(std::move(cells));
}

void TableLayout::draw(std::string& out, std::vector<TableSection>& sections) const {
  std::size_t width = max_width(sections);
  if (width > terminal_width_) {
    for (auto& section : sections) {
      if (section.rows.size() == 1 && !section.headers.empty()) {
        turn(section);
      }
    }
    width = max_width(sections);
  }
  write(out, std::string(width, '-') + "\n");
  for (const auto& section : sections) {
    draw_section(out, section, width - section.indent * 2);
  }
}

void TableLayout::draw_section(std::string& out,
                               const TableSection& section,
                               std::size_t width) const {
  draw_title(out, section, width);
  const std::vector<std::size_t> widths = scaled_widths(section, width);
  std::string line;
  if (!section.headers.empty()) {
    for (std::size_t i = 0; i < section.headers.size() && i < widths.size(); ++i) {
      append_centered(line, section.headers[i], widths[i], i == 0);
    }
    write_line_break(out, section, widths);
    write_indented(out, section, line);
  }
  if (section.rows.empty() || widths.empty()) {
    return;
  }
  write_line_break(out, section, widths);
  for (const auto& row : section.rows) {
    line.clear();
    for (std::size_t i = 0; i < row.size() && i < widths.size(); ++i) {
      if (color_ == Color::off) {
        append_left_aligned(line, row[i], row[i], widths[i], i == 0);
      } else {
        append_left_aligned(
            line, row[i], concat("\x1b[1m\x1b[34m", row[i], k_reset), widths[i], i == 0);
      }
    }
    write_indented(out, section, line);
  }
  write_line_break(out, section, widths);
}

void TableLayout::draw_title(std::string& out,
                             const TableSection& section,
                             std::size_t width) const {
  if (!section.title || section.title->empty()) {
    return;
  }
  std::string line;
  append_centered(line, *section.title, width, true);
  write_indented(out, section, line);
  if (section.headers.empty() && section.rows.empty()) {
    write_indented(out, section, concat("+", std::string(width - 2, '-'), "+"));
  }
}

void TableLayout::write(std::string& out, const std::string& text) const {
  out += text;
  if (color_ == Color::on_with_resets) {
    out += k_reset;
  }
}

void TableLayout::write_indented(std::string& out,
                                 const TableSection& section,
                                 const std::string& text) const {
  std::string frame;
  for (std::size_t i = 0; i < section.indent; ++i) {
    frame += color_ == Color::off ? "|" : "\x1b[2m\x1b[33m|\x1b[0m";
  }
  write(out, frame);
  write(out, text);
  write(out, frame);
  write(out, "\n");
}

void TableLayout::write_line_break(std::string& out,
                                   const TableSection& section,
                                   const std::vector<std::size_t>& widths) const {
  std::string line;
  for (std::size_t i = 0; i < widths.size(); ++i) {
    const std::size_t edges = i == 0 ? 2 : 1;
    line += i == 0 ? "+" : "";
    line.append(widths[i] < edges ? 0 : widths[i] - edges, '-');
    line += '+';
  }
  write_indented(out, section, line);
}

}  // namespace virga::output
