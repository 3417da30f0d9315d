// SPDX-License-Identifier: Apache-2.0
#include "help/layout.hpp"

#include <algorithm>

#include "base/encoding.hpp"
#include "base/strings.hpp"

namespace virga::help {
namespace {

/// Sections are indented as in manual pages.
constexpr std::size_t k_section_indent = 7;
/// Deep structures leave at least so much of a line.
constexpr std::size_t k_least_columns = 24;

/// A lone surrogate has no UTF-8.
void append_character(std::string& out, char32_t c) {
  append_utf8(out, c >= 0xd800 && c < 0xe000 ? U'\xfffd' : c);
}

bool is_control(char32_t c) { return c < 0x20 || (c >= 0x7f && c < 0xa0); }

/// Line and paragraph separators and no-break spaces separate words like any space.
bool is_space(char32_t c) {
  return (c < 0x80 && is_ascii_space(static_cast<char>(c))) || c == 0xa0 || c == 0x2028 ||
         c == 0x2029;
}

}  // namespace

Layout::Layout(const LayoutOptions& options) : options_(options) {
  options_.width = std::max(options_.width, k_section_indent + k_least_columns);
}

void Layout::start_line() {
  if (blank_before_ && !out_.empty()) {
    out_ += '\n';
  }
  blank_before_ = false;
  const auto indent = std::min(indent_, options_.width - k_least_columns);
  const auto mark_columns = std::min(indent, mark_.size());
  out_.append(indent - mark_columns, ' ');
  out_.append(mark_, 0, mark_columns);
  mark_.clear();
  fresh_ = false;
  column_ = std::max<std::size_t>(indent, 1);
}

void Layout::append_styled(const Piece& piece) {
  if (piece.style == Style::plain || options_.emphasis == Emphasis::none) {
    out_ += piece.text;
    return;
  }
  const bool bold = piece.style == Style::bold;
  if (options_.emphasis == Emphasis::escapes) {
    append(out_, bold ? "\x1b[1m" : "\x1b[4m", piece.text, "\x1b[0m");
    return;
  }
  for (std::size_t at = 0; at < piece.text.size();) {
    const std::size_t start = at;
    static_cast<void>(next_code_point(piece.text, at));
    const auto character = std::string_view(piece.text).substr(start, at - start);
    append(out_, bold ? character : "_", "\b", character);
  }
}

void Layout::end_word() {
  if (word_.empty()) {
    return;
  }
  if (column_ == 0) {
    start_line();
  } else if (column_ + 1 + word_columns_ > options_.width) {
    out_ += '\n';
    start_line();
  } else {
    out_ += ' ';
    ++column_;
  }
  for (const auto& piece : word_) {
    append_styled(piece);
  }
  column_ += word_columns_;
  word_.clear();
  word_columns_ = 0;
}

void Layout::text(std::string_view words, Style style) {
  bool in_piece = false;
  for (std::size_t at = 0; at < words.size();) {
    const auto c = next_code_point(words, at);
    if (is_space(c)) {
      end_word();
      in_piece = false;
    } else if (!is_control(c)) {
      if (!in_piece) {
        word_.push_back({{}, style});
        in_piece = true;
      }
      append_character(word_.back().text, c);
      ++word_columns_;
    }
  }
}

void Layout::end_line() {
  end_word();
  if (column_ != 0) {
    out_ += '\n';
    column_ = 0;
  }
}

void Layout::end_paragraph() {
  end_line();
  // The first line stands right below its title, and beside its mark.
  if (!fresh_) {
    blank_before_ = mark_.empty();
  }
}

void Layout::heading(std::string_view name) {
  end_paragraph();
  mark_.clear();
  blank_before_ = true;
  indent_ = 0;
  text(name, Style::bold);
  end_line();
  indent_ = k_section_indent;
  fresh_ = true;
}

void Layout::preformatted(std::string_view lines) {
  end_line();
  while (!lines.empty() && (lines.back() == '\n' || lines.back() == ' ')) {
    lines.remove_suffix(1);
  }
  for (const auto line : split(lines, '\n')) {
    std::string clean;
    for (std::size_t at = 0; at < line.size();) {
      const auto c = next_code_point(line, at);
      if (c == '\t') {
        clean += "    ";
      } else if (!is_control(c)) {
        append_character(clean, c);
      }
    }
    if (!clean.empty()) {
      start_line();
      out_ += clean;
    }
    out_ += '\n';
    column_ = 0;
  }
}

void Layout::indent(std::size_t columns) {
  end_line();
  indent_ += columns;
  fresh_ = true;
}

void Layout::dedent(std::size_t columns) {
  end_line();
  indent_ -= std::min(indent_, columns);
  fresh_ = false;
}

void Layout::begin_item(std::string_view mark) {
  indent(mark.size());
  mark_ = mark;
}

void Layout::end_item(std::string_view mark) {
  dedent(mark.size());
  mark_.clear();
  blank_before_ = false;
}

void Layout::definition(std::string_view name, std::string_view meaning, std::size_t name_columns) {
  end_line();
  text(name, Style::bold);
  if (trim(meaning).empty()) {
    end_line();
    return;
  }
  end_word();
  const auto hang = indent_ + name_columns;
  if (column_ + 2 > hang) {
    end_line();
  } else {
    out_.append(hang - column_ - 1, ' ');  // the next word brings one more
    column_ = hang - 1;
  }
  indent_ += name_columns;
  text(meaning);
  end_line();
  dedent(name_columns);
}

void Layout::link(std::string_view url) {
  const auto found = std::find(links_.begin(), links_.end(), url);
  const auto number = static_cast<std::size_t>(found - links_.begin()) + 1;
  if (found == links_.end()) {
    links_.emplace_back(url);
  }
  end_word();
  text(concat("[", number, "]"));
}

std::string Layout::finish() {
  end_paragraph();
  if (!links_.empty()) {
    const auto links = std::move(links_);
    heading("LINKS");
    for (std::size_t i = 0; i < links.size(); ++i) {
      begin_item(concat("[", i + 1, "] "));
      text(links[i]);
      end_item(concat("[", i + 1, "] "));
    }
  }
  end_line();
  return std::move(out_);
}

}  // namespace virga::help
