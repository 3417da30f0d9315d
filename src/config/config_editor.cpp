// SPDX-License-Identifier: Apache-2.0
#include "config/config_editor.hpp"

#include <algorithm>
#include <cstdint>
#include <optional>
#include <utility>
#include <vector>

#include "base/strings.hpp"
#include "config/config_file.hpp"
#include "config/config_text.hpp"

namespace virga::config {
namespace {

enum class Kind : std::uint8_t {
  other,         ///< blank, a comment, or nothing that a file may have
  comment_out,   ///< a comment that looks like a key, so that new keys come behind it
  section,       ///< [header]
  option,        ///< key = value
  continuation,  ///< a more indented line: more of the value of the option above
};

struct Line {
  std::string text;  ///< with its end
  Kind kind = Kind::other;
  std::string name;  ///< of a section or an option; of a continuation, what is in front of its =
  std::size_t indent_bytes = 0;
};

std::vector<std::string> split_lines(std::string_view text) {
  std::vector<std::string> out;
  while (!text.empty()) {
    auto end = std::min(text.find_first_of("\r\n"), text.size());
    if (end < text.size()) {
      end += text.substr(end, 2) == "\r\n" ? std::size_t{2} : std::size_t{1};
    }
    out.emplace_back(text.substr(0, end));
    text.remove_prefix(end);
  }
  return out;
}

std::string_view without_end(std::string_view line) {
  while (!line.empty() && (line.back() == '\n' || line.back() == '\r')) {
    line.remove_suffix(1);
  }
  return line;
}

/// Tells what each line is, by the rules of parse_config().
std::vector<Line> read_lines(std::string_view text) {
  std::vector<Line> out;
  bool has_option = false;
  std::size_t option_indent = 0;
  for (auto& raw : split_lines(text)) {
    Line line;
    line.text = std::move(raw);
    std::string_view rest = without_end(line.text);
    const std::size_t whole = rest.size();
    const std::size_t indent = skip_space(rest);
    line.indent_bytes = whole - rest.size();
    rest = strip_end(rest);
    const auto delimiter = rest.find_first_of("=:");
    if (rest.empty()) {
      line.kind = Kind::other;
    } else if (rest.front() == '#' || rest.front() == ';') {
      line.kind = delimiter == std::string_view::npos ? Kind::other : Kind::comment_out;
    } else if (has_option && indent > option_indent) {
      line.kind = Kind::continuation;
      line.name = strip_end(rest.substr(0, rest.find('=')));
    } else if (rest.front() == '[' && rest.rfind(']') != std::string_view::npos &&
               rest.rfind(']') >= 2) {
      line.kind = Kind::section;
      line.name = rest.substr(1, rest.rfind(']') - 1);
      has_option = false;
    } else if (delimiter != std::string_view::npos) {
      line.kind = Kind::option;
      line.name = strip_end(rest.substr(0, delimiter));
      has_option = true;
      option_indent = indent;
    }
    out.push_back(std::move(line));
  }
  return out;
}

bool has_line_end(std::string_view text) {
  return text.find_first_of(std::string_view("\r\n\0", 3)) != std::string_view::npos;
}

bool is_key(std::string_view key) {
  return !key.empty() && !has_line_end(key) && key.find_first_of("=:") == std::string_view::npos &&
         strip(key) == key && key.front() != '#' && key.front() != ';' && key.front() != '[';
}

Status check(const ConfigEdit& edit) {
  if (has_line_end(edit.value)) {
    return fail(ErrorCode::usage,
                "A value with a line end in it cannot be kept in a configuration file.");
  }
  if (!is_key(edit.key) || (!edit.subkey.empty() && !is_key(edit.subkey))) {
    return fail(ErrorCode::usage,
                concat("\"",
                       edit.key,
                       edit.subkey.empty() ? "" : ".",
                       edit.subkey,
                       "\" cannot be a key of a configuration file."));
  }
  const auto& name = edit.section.name;
  if (name.empty() || has_line_end(name) || name.find(']') != std::string::npos) {
    return fail(ErrorCode::usage,
                concat("\"", name, "\" cannot be a section of a configuration file."));
  }
  return {};
}

/// The end of lines of this file, as far as its first line tells.
std::string line_end(const std::vector<Line>& lines) {
  return !lines.empty() && lines.front().text.ends_with("\r\n") ? "\r\n" : "\n";
}

std::string assignment(std::string_view key, std::string_view value) {
  return concat(key, " = ", value);
}

class Editor {
 public:
  Editor(std::string_view text, const ConfigEdit& edit)
      : lines_(read_lines(text)), edit_(edit), end_(line_end(lines_)) {}

  std::string run() {
    const auto section = find_section();
    if (!section) {
      append_section();
    } else if (const auto option = find_option(*section)) {
      edit_.subkey.empty() ? replace_value(*option) : replace_subkey(*option);
    } else {
      insert_after(last_of_section(*section), new_lines(indent_of_keys(*section)));
    }
    std::string out;
    for (const auto& line : lines_) {
      out += line.text;
    }
    return out;
  }

 private:
  [[nodiscard]] std::optional<std::size_t> find_section() const {
    for (std::size_t i = 0; i < lines_.size(); ++i) {
      if (lines_[i].kind == Kind::section && edit_.section.matches(lines_[i].name)) {
        return i;
      }
    }
    return std::nullopt;
  }

  [[nodiscard]] std::size_t end_of_section(std::size_t section) const {
    std::size_t i = section + 1;
    while (i < lines_.size() && lines_[i].kind != Kind::section) {
      ++i;
    }
    return i;
  }

  [[nodiscard]] std::optional<std::size_t> find_option(std::size_t section) const {
    for (std::size_t i = section + 1; i < end_of_section(section); ++i) {
      if (lines_[i].kind == Kind::option && to_lower(lines_[i].name) == to_lower(edit_.key)) {
        return i;
      }
    }
    return std::nullopt;
  }

  /// The line that a new key comes behind.
  [[nodiscard]] std::size_t last_of_section(std::size_t section) const {
    std::size_t last = section;
    for (std::size_t i = section + 1; i < end_of_section(section); ++i) {
      if (lines_[i].kind != Kind::other) {
        last = i;
      }
    }
    return last;
  }

  /// A key that were less indented than the last one would end up in its value, or the other way
  /// round.
  [[nodiscard]] std::string indent_of_keys(std::size_t section) const {
    std::string indent;
    for (std::size_t i = section + 1; i < end_of_section(section); ++i) {
      if (lines_[i].kind == Kind::option) {
        indent = lines_[i].text.substr(0, lines_[i].indent_bytes);
      }
    }
    return indent;
  }

  /// The last line of the option's value.
  [[nodiscard]] std::size_t end_of_value(std::size_t option) const {
    std::size_t last = option;
    for (std::size_t i = option + 1; i < lines_.size(); ++i) {
      if (lines_[i].kind == Kind::section || lines_[i].kind == Kind::option) {
        break;
      }
      if (lines_[i].kind == Kind::continuation) {
        last = i;
      }
    }
    return last;
  }

  void set_text(std::size_t at, std::string text) {
    const std::string_view old = lines_[at].text;
    const std::string end(old.substr(without_end(old).size()));
    lines_[at].text = std::move(text) + (end.empty() ? end_ : end);
  }

  [[nodiscard]] std::string indent_of(std::size_t at) const {
    return lines_[at].text.substr(0, lines_[at].indent_bytes);
  }

  void replace_value(std::size_t option) {
    // What the old value had in further lines goes with it; comments among them stay.
    for (std::size_t i = end_of_value(option); i > option; --i) {
      if (lines_[i].kind == Kind::continuation) {
        lines_.erase(lines_.begin() + static_cast<std::ptrdiff_t>(i));
      }
    }
    set_text(option, concat(indent_of(option), assignment(lines_[option].name, edit_.value)));
  }

  void replace_subkey(std::size_t option) {
    const std::string_view line = without_end(lines_[option].text);
    const auto delimiter = line.find_first_of("=:");
    const std::size_t last = end_of_value(option);
    const bool is_block = strip(line.substr(delimiter + 1)).empty();
    if (!is_block) {
      // A plain value cannot have subkeys.
      const ConfigEdit edit = edit_;
      edit_.value.clear();
      replace_value(option);
      edit_ = edit;
      insert_after(option, {subkey_line(indent_of(option) + "    ")});
      return;
    }
    std::optional<std::size_t> found;
    std::string indent = indent_of(option) + "    ";
    for (std::size_t i = last; i > option; --i) {
      if (lines_[i].kind != Kind::continuation) {
        continue;
      }
      indent = indent_of(i);
      if (!found && lines_[i].name == edit_.subkey) {
        found = i;  // the last one counts
      }
    }
    if (found) {
      set_text(*found, concat(indent_of(*found), assignment(edit_.subkey, edit_.value)));
    } else {
      insert_after(last, {subkey_line(indent)});
    }
  }

  [[nodiscard]] std::string subkey_line(std::string_view indent) const {
    return concat(indent, assignment(edit_.subkey, edit_.value), end_);
  }

  [[nodiscard]] std::vector<std::string> new_lines(const std::string& indent) const {
    if (edit_.subkey.empty()) {
      return {concat(indent, assignment(edit_.key, edit_.value), end_)};
    }
    return {concat(indent, edit_.key, " =", end_), subkey_line(indent + "    ")};
  }

  void insert_after(std::size_t at, const std::vector<std::string>& texts) {
    if (without_end(lines_[at].text).size() == lines_[at].text.size()) {
      lines_[at].text += end_;
    }
    auto place = lines_.begin() + static_cast<std::ptrdiff_t>(at) + 1;
    for (const auto& text : texts) {
      Line line;
      line.text = text;
      place = lines_.insert(place, std::move(line)) + 1;
    }
  }

  void append_section() {
    if (!lines_.empty() && without_end(lines_.back().text).size() == lines_.back().text.size()) {
      lines_.back().text += end_;
    }
    std::vector<std::string> texts = new_lines("");
    texts.insert(texts.begin(), concat("[", edit_.section.header(), "]", end_));
    for (auto& text : texts) {
      lines_.emplace_back().text = std::move(text);
    }
  }

  std::vector<Line> lines_;
  ConfigEdit edit_;
  std::string end_;
};

/// As Python's shlex.quote, for names with blanks.
std::string quoted(std::string_view name) {
  if (name.find_first_of(" \t") == std::string_view::npos) {
    return std::string(name);
  }
  return concat("'", replace_all(name, "'", "'\"'\"'"), "'");
}

}  // namespace

std::string SectionName::header() const {
  return type.empty() ? name : concat(type, " ", quoted(name));
}

bool SectionName::matches(std::string_view header) const {
  if (type.empty()) {
    return header == name;
  }
  const auto words = split_words(header);
  return words && words->size() == 2 && words->front() == type && words->back() == name;
}

SectionName section_of_profile(std::string_view profile) {
  return profile == "default" ? SectionName{"", "default"}
                              : SectionName{"profile", std::string(profile)};
}

Result<std::string> edit_config(std::string_view text, const ConfigEdit& edit) {
  VIRGA_TRY(check(edit));
  return Editor(text, edit).run();
}

}  // namespace virga::config
