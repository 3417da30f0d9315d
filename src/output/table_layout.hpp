// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <vector>

#include "output/formatter.hpp"

namespace virga::output {

/// A title, a header and rows, inside of `indent` frames.
struct TableSection {
  std::optional<std::string> title;
  std::size_t indent = 0;
  std::vector<std::string> headers;
  std::vector<std::vector<std::string>> rows;
  std::vector<std::size_t> widths;  ///< the widest cell of each column

  void set_headers(std::vector<std::string> cells);
  void add_row(std::vector<std::string> cells);
};

/// Draws sections below each other in one width, as awscli/table.py does. Thread-safe.
class TableLayout {
 public:
  TableLayout(Color color, std::size_t terminal_width)
      : color_(color), terminal_width_(terminal_width) {}

  /// Appends the table; sections of one row are turned if it would be wider than the terminal.
  void draw(std::string& out, std::vector<TableSection>& sections) const;

 private:
  void draw_section(std::string& out, const TableSection& section, std::size_t width) const;
  void draw_title(std::string& out, const TableSection& section, std::size_t width) const;
  void write(std::string& out, const std::string& text) const;
  void write_indented(std::string& out, const TableSection& section, const std::string& text) const;
  void write_line_break(std::string& out,
                        const TableSection& section,
                        const std::vector<std::size_t>& widths) const;

  Color color_;
  std::size_t terminal_width_;
};

}  // namespace virga::output
