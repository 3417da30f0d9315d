// SPDX-License-Identifier: Apache-2.0
#include "completion/shell_line.hpp"

#include <algorithm>
#include <utility>

#include "base/strings.hpp"

namespace virga::completion {
namespace {

constexpr std::string_view k_breaks_inside = "=:@";
constexpr std::string_view k_command_ends = ";|&(\n";

/// Reads the line character by character.
class Splitter {
 public:
  Splitter(std::string_view line, std::string_view word_breaks)
      : line_(line), word_breaks_(word_breaks) {}

  ShellLine split() {
    for (std::size_t at = 0; at < line_.size(); ++at) {
      const char c = line_[at];
      if (out_.quote != 0) {
        at = inside_quotes(at);
      } else if (c == '\\') {
        open_ = true;
        if (at + 1 < line_.size()) {
          out_.current += line_[++at];
        }
      } else if (c == '\'' || c == '"') {
        open_ = true;
        out_.quote = c;
        out_.hidden = out_.current.size();  // readline completes what stands behind a quote
      } else if (c == ' ' || c == '\t') {
        end_word();
      } else if (k_command_ends.find(c) != std::string_view::npos) {
        out_ = ShellLine();
        open_ = false;
      } else {
        open_ = true;
        out_.current += c;
        if (breaks_words(c)) {
          out_.hidden = out_.current.size();
        }
      }
    }
    return std::move(out_);
  }

 private:
  std::size_t inside_quotes(std::size_t at) {
    const char c = line_[at];
    if (c == out_.quote) {
      out_.quote = 0;
      out_.hidden = 0;  // a word of several pieces is replaced as a whole
    } else if (c == '\\' && out_.quote == '"' && at + 1 < line_.size()) {
      const char next = line_[at + 1];
      out_.current += std::string_view("$`\"\\").find(next) != std::string_view::npos
                          ? std::string(1, next)
                          : std::string{c, next};
      return at + 1;
    } else {
      out_.current += c;
    }
    return at;
  }

  [[nodiscard]] bool breaks_words(char c) const {
    return k_breaks_inside.find(c) != std::string_view::npos &&
           word_breaks_.find(c) != std::string_view::npos;
  }

  void end_word() {
    if (std::exchange(open_, false)) {
      out_.words.push_back(std::exchange(out_.current, {}));
    }
    out_.hidden = 0;
  }

  std::string_view line_;
  std::string_view word_breaks_;
  ShellLine out_;
  bool open_ = false;  // a word has begun, perhaps an empty one in quotes
};

std::string protect(std::string_view text, char quote) {
  // What is not plain is escaped, whatever it means to which shell.
  constexpr std::string_view k_plain = "_-./:=@%+,";
  constexpr std::string_view k_special_in_double = "$`\"\\";
  std::string out;
  for (const char c : text) {
    if (quote == '\'') {
      out += c == '\'' ? "'\\''" : std::string(1, c);
      continue;
    }
    if (quote == '"' &&
        c == '!') {  // history is expanded in these quotes, and \! keeps its backslash
      out += "\"\\!\"";
      continue;
    }
    const bool plain = quote == '"' ? k_special_in_double.find(c) == std::string_view::npos
                                    : is_ascii_alnum(c) || static_cast<unsigned char>(c) >= 0x80 ||
                                          k_plain.find(c) != std::string_view::npos;
    out += plain ? "" : "\\";
    out += c;
  }
  return out;
}

}  // namespace

ShellLine split_line(std::string_view line, std::size_t cursor, std::string_view word_breaks) {
  return Splitter(line.substr(0, cursor), word_breaks).split();
}

std::vector<std::string> words_for_bash(const Answer& answer, const ShellLine& line) {
  std::vector<std::string> out;
  for (const auto& candidate : answer.candidates) {
    const std::string_view text = candidate.text;
    if (text.starts_with(line.current)) {
      out.push_back(protect(text.substr(line.hidden), line.quote));
    }
  }
  return out;
}

}  // namespace virga::completion
