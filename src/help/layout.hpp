// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace virga::help {

/// How bold and underlined text is marked: not at all, by the terminal's escape sequences, or by
/// overstriking, which every pager turns into bold and underline whatever its options.
enum class Emphasis : std::uint8_t { none, escapes, overstrike };

enum class Style : std::uint8_t { plain, bold, underlined };

struct LayoutOptions {
  std::size_t width = 80;  ///< columns
  Emphasis emphasis = Emphasis::none;
};

/// Sets words in lines of a width, with paragraphs, indentation and lists, as manual pages look.
/// Whatever comes in, valid UTF-8 without control characters goes out. Thread-compatible.
class Layout {
 public:
  explicit Layout(const LayoutOptions& options);

  /// A section's name at the margin; the text below is indented, whatever was open before.
  void heading(std::string_view name);
  /// Continues the paragraph; white space separates words, its amount does not matter.
  void text(std::string_view words, Style style = Style::plain);
  /// The next text starts a new line.
  void end_line();
  /// The next text starts a new line after an empty one.
  void end_paragraph();
  /// Lines as they are, white space included.
  void preformatted(std::string_view lines);

  void indent(std::size_t columns);
  void dedent(std::size_t columns);

  /// An element of a list: `mark` stands left of its first line. Ends with end_item(), and no empty
  /// line separates it from the next.
  void begin_item(std::string_view mark);
  void end_item(std::string_view mark);

  /// A name and, right of it where there is room, what it means.
  void definition(std::string_view name, std::string_view meaning, std::size_t name_columns);

  /// Puts the number of a link behind the text: "[1]". The same address has one number.
  void link(std::string_view url);

  /// The finished text, with the addresses of its links. Nothing may be added afterwards.
  [[nodiscard]] std::string finish();

 private:
  struct Piece {
    std::string text;
    Style style;
  };

  void end_word();
  void start_line();
  void append_styled(const Piece& piece);

  LayoutOptions options_;
  std::string out_;
  std::vector<Piece> word_;  // not yet on a line
  std::size_t word_columns_ = 0;
  std::size_t column_ = 0;  // 0: no line is open
  std::size_t indent_ = 0;
  std::string mark_;           // stands left of the next line
  bool blank_before_ = false;  // an empty line is due before the next
  bool fresh_ = true;          // nothing was set since a heading, or at this indentation
  std::vector<std::string> links_;
};

}  // namespace virga::help
