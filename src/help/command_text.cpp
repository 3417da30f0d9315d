// SPDX-License-Identifier: Apache-2.0
#include "help/command_text.hpp"

#include <algorithm>
#include <map>

#include "base/strings.hpp"
#include "help/sections.hpp"

namespace virga::help {
namespace {

constexpr std::string_view k_program = "virga ";
constexpr std::string_view k_code = "    ";

bool is_item(std::string_view line) { return line.starts_with("* "); }

std::string without_marks(std::string_view text) {
  return replace_all(replace_all(text, "`", ""), "**", "");
}

/// The code lines below "## Synopsis".
std::vector<std::string_view> synopsis_lines(std::string_view markdown) {
  std::vector<std::string_view> lines;
  bool inside = false;
  for (const auto line : split(markdown, '\n')) {
    if (line.starts_with("#")) {
      inside = trim(line) == "## Synopsis";
    } else if (inside && line.starts_with(k_code)) {
      lines.push_back(trim(line));
    }
  }
  return lines;
}

/// Option → meaning, of the items "* `--name VALUE`: meaning", which may go on in further lines.
std::map<std::string, std::string, std::less<>> option_meanings(std::string_view markdown) {
  std::map<std::string, std::string, std::less<>> out;
  std::string* current = nullptr;
  for (const auto line : split(markdown, '\n')) {
    const auto close = line.find('`', 3);
    if (line.starts_with("* `--") && close != std::string_view::npos) {
      const auto name = line.substr(3, std::min(close, line.find(' ', 3)) - 3);
      const auto rest = line.substr(close + 1);
      current = &out[std::string(name)];
      *current = without_marks(trim(rest.starts_with(":") ? rest.substr(1) : rest));
    } else if (current != nullptr && line.starts_with("  ")) {
      append(*current, " ", without_marks(trim(line)));
    } else {
      current = nullptr;
    }
  }
  return out;
}

/// "[--from" → "--from"
std::string_view without_brackets(std::string_view word) {
  while (!word.empty() && (word.front() == '[' || word.front() == '(')) {
    word.remove_prefix(1);
  }
  while (!word.empty() && (word.back() == ']' || word.back() == ')' || word.back() == '.')) {
    word.remove_suffix(1);
  }
  return word;
}

bool is_path(std::string_view word) { return word == "FILE" || word == "DIR"; }

bool is_plain_word(std::string_view word) {
  return !word.empty() && std::all_of(word.begin(), word.end(), [](char c) {
    return (c >= 'a' && c <= 'z') || is_ascii_digit(c) || c == '-' || c == '_';
  });
}

}  // namespace

void set_command_text(std::string_view markdown, Layout& layout) {
  bool in_item = false;
  bool described = true;
  const auto end_item = [&] {
    if (in_item) {
      layout.end_item("* ");
    }
    in_item = false;
  };
  std::string code;
  const auto end_code = [&] {
    if (!code.empty()) {
      layout.preformatted(code);
      layout.end_paragraph();
    }
    code.clear();
  };
  for (const auto line : split(markdown, '\n')) {
    if (line.starts_with(k_code) && !in_item) {
      append(code, line, "\n");
      continue;
    }
    if (trim(line).empty()) {
      code += code.empty() ? "" : "\n";
      if (code.empty()) {
        end_item();
        layout.end_paragraph();
      }
      continue;
    }
    end_code();
    if (line.starts_with("# ")) {
      add_name(trim(line.substr(2)), layout);
      described = false;
      continue;
    }
    if (line.starts_with("## ")) {
      end_item();
      layout.heading(to_upper(trim(line.substr(3))));
      described = true;
      continue;
    }
    if (!described) {
      layout.heading("DESCRIPTION");
      described = true;
    }
    if (is_item(line)) {
      end_item();
      layout.begin_item("* ");
      in_item = true;
    }
    set_inline(is_item(line) ? line.substr(2) : line, layout);
    layout.text(" ");
  }
  end_code();
  end_item();
  layout.end_paragraph();
}

std::string command_summary(std::string_view markdown) {
  std::string text;
  for (const auto line : split(markdown, '\n')) {
    if (line.starts_with("#") || trim(line).empty()) {
      if (!text.empty()) {
        break;
      }
      continue;
    }
    append(text, text.empty() ? "" : " ", trim(line));
  }
  const auto end = text.find(". ");
  return without_marks(end == std::string::npos ? text : text.substr(0, end + 1));
}

std::vector<CommandForm> command_forms(std::string_view markdown) {
  std::vector<CommandForm> forms;
  const auto meanings = option_meanings(markdown);
  for (auto line : synopsis_lines(markdown)) {
    if (!line.starts_with(k_program)) {
      continue;
    }
    CommandForm form;
    line.remove_prefix(k_program.size());
    bool in_words = true;
    for (const auto raw : split(line, ' ')) {
      for (const auto part : split(without_brackets(raw), '|')) {
        const auto word = without_brackets(part);
        if (word.starts_with("--")) {
          in_words = false;
          const auto meaning = meanings.find(word);
          form.options.push_back(
              {std::string(word), false, false, meaning == meanings.end() ? "" : meaning->second});
        } else if (in_words && raw.front() != '[' && is_plain_word(word)) {
          form.words.emplace_back(word);
        } else if (!in_words && !form.options.empty() && raw.front() != '[' && !word.empty()) {
          form.options.back().takes_value = true;
          form.options.back().takes_file = is_path(word);
        } else if (!word.empty()) {
          in_words = false;
          form.takes_words = true;
          form.takes_files = form.takes_files || is_path(word);
        }
      }
    }
    forms.push_back(std::move(form));
  }
  return forms;
}

}  // namespace virga::help
