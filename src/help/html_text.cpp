// SPDX-License-Identifier: Apache-2.0
#include "help/html_text.hpp"

#include <algorithm>
#include <array>
#include <charconv>
#include <cstdint>
#include <optional>
#include <vector>

#include "base/encoding.hpp"
#include "base/strings.hpp"

namespace virga::help {
namespace {

struct Tag {
  std::string name;  ///< in lower case
  std::string_view attributes;
  bool closing = false;
};

/// What a tag does to the text around it.
enum class Role : std::uint8_t {
  unknown,
  nothing,  ///< known, and without meaning in a terminal
  paragraph,
  line_break,
  bulleted,
  numbered,
  item,
  defined,     ///< dt
  definition,  ///< dd
  note,        ///< a paragraph under a title
  bold,
  underlined,
  preformatted,
  link,
};

struct TagRow {
  std::string_view name;
  Role role;
};

constexpr auto k_tags = std::to_array<TagRow>({
    {"p", Role::paragraph},        {"para", Role::paragraph},   {"div", Role::paragraph},
    {"fullname", Role::paragraph}, {"h1", Role::paragraph},     {"h2", Role::paragraph},
    {"h3", Role::paragraph},       {"dl", Role::paragraph},     {"table", Role::paragraph},
    {"tr", Role::line_break},      {"br", Role::line_break},    {"ul", Role::bulleted},
    {"ol", Role::numbered},        {"li", Role::item},          {"dt", Role::defined},
    {"dd", Role::definition},      {"note", Role::note},        {"important", Role::note},
    {"tip", Role::note},           {"caution", Role::note},     {"warning", Role::note},
    {"danger", Role::note},        {"b", Role::bold},           {"strong", Role::bold},
    {"code", Role::bold},          {"tt", Role::bold},          {"i", Role::underlined},
    {"em", Role::underlined},      {"u", Role::underlined},     {"replaceable", Role::underlined},
    {"filename", Role::bold},      {"pre", Role::preformatted}, {"a", Role::link},
    {"span", Role::nothing},       {"sup", Role::nothing},      {"sub", Role::nothing},
    {"zonbook", Role::nothing},    {"xhtml", Role::nothing},    {"link", Role::nothing},
    {"th", Role::nothing},         {"td", Role::nothing},       {"tbody", Role::nothing},
});

Role role_of(std::string_view name) {
  const auto* const found = std::find_if(
      k_tags.begin(), k_tags.end(), [&](const TagRow& row) { return row.name == name; });
  return found == k_tags.end() ? Role::unknown : found->role;
}

struct Entity {
  std::string_view name;
  std::string_view text;
};

constexpr auto k_entities = std::to_array<Entity>({
    {"lt", "<"},
    {"gt", ">"},
    {"amp", "&"},
    {"quot", "\""},
    {"apos", "'"},
    {"nbsp", " "},
    {"ndash", "\u2013"},
    {"mdash", "\u2014"},
    {"hellip", "\u2026"},
    {"lsquo", "\u2018"},
    {"rsquo", "\u2019"},
    {"ldquo", "\u201c"},
    {"rdquo", "\u201d"},
    {"reg", "\u00ae"},
    {"copy", "\u00a9"},
    {"trade", "\u2122"},
    {"times", "\u00d7"},
});

/// Numbers 128 to 159 are meant as Windows-1252, as browsers read them; dashes are all that occur.
char32_t code_point_of(unsigned long number) {
  constexpr unsigned long k_en_dash = 0x96;
  constexpr unsigned long k_em_dash = 0x97;
  if (number == k_en_dash || number == k_em_dash) {
    return number == k_en_dash ? U'\x2013' : U'\x2014';
  }
  const bool valid = number > 0 && number <= 0x10ffff && !(number >= 0xd800 && number < 0xe000);
  return valid ? static_cast<char32_t>(number) : U'\xfffd';
}

/// The text of "&...;" at the start of `html`, and how long it is; nothing if it is none.
std::optional<std::pair<std::string, std::size_t>> read_entity(std::string_view html) {
  constexpr std::size_t k_longest = 12;
  const auto end = html.substr(0, k_longest).find(';');
  if (end == std::string_view::npos || end < 2) {
    return std::nullopt;
  }
  auto name = html.substr(1, end - 1);
  if (name.front() != '#') {
    for (const auto& entity : k_entities) {
      if (entity.name == name) {
        return std::pair(std::string(entity.text), end + 1);
      }
    }
    return std::nullopt;
  }
  name.remove_prefix(1);
  const bool hexadecimal = !name.empty() && (name.front() == 'x' || name.front() == 'X');
  name.remove_prefix(hexadecimal ? 1 : 0);
  unsigned long number = 0;
  const auto [stop, error] =
      std::from_chars(name.data(), name.data() + name.size(), number, hexadecimal ? 16 : 10);
  if (error != std::errc() || stop != name.data() + name.size()) {
    return std::nullopt;
  }
  std::string text;
  append_utf8(text, code_point_of(number));
  return std::pair(text, end + 1);
}

std::string decode_entities(std::string_view html) {
  std::string out;
  for (std::size_t at = 0; at < html.size();) {
    if (html[at] == '&') {
      if (const auto entity = read_entity(html.substr(at))) {
        out += entity->first;
        at += entity->second;
        continue;
      }
    }
    out += html[at++];
  }
  return out;
}

/// The end of a tag that starts at 0: behind its '>', which may not be one inside of quotes.
std::size_t tag_end(std::string_view html) {
  char quote = '\0';
  for (std::size_t i = 1; i < html.size(); ++i) {
    const char c = html[i];
    if (quote != '\0') {
      quote = c == quote ? '\0' : quote;
    } else if (c == '>') {
      return i + 1;
    } else if (c == '<') {
      return 0;
    } else if ((c == '"' || c == '\'') && html[i - 1] == '=') {
      quote = c;
    }
  }
  return 0;
}

/// The tag at the start of `html`, which starts with '<'; nothing if that is a mere character.
std::optional<std::pair<Tag, std::size_t>> read_tag(std::string_view html) {
  if (html.starts_with("<!--")) {
    const auto end = html.find("-->");
    return std::pair(Tag{"span", {}, false}, end == std::string_view::npos ? html.size() : end + 3);
  }
  const bool closing = html.size() > 1 && html[1] == '/';
  const std::size_t start = closing ? 2 : 1;
  if (start >= html.size() || !is_ascii_alpha(html[start])) {
    return std::nullopt;
  }
  const auto end = tag_end(html);
  if (end == 0) {
    return std::nullopt;
  }
  auto inside = html.substr(start, end - 1 - start);
  const auto name_end = std::min(inside.find_first_of(" \t\r\n/"), inside.size());
  return std::pair(Tag{to_lower(inside.substr(0, name_end)), inside.substr(name_end), closing},
                   end);
}

/// The value of href="...", or empty.
std::string href_of(std::string_view attributes) {
  const auto at = attributes.find("href=");
  if (at == std::string_view::npos) {
    return {};
  }
  auto value = attributes.substr(at + 5);
  if (value.empty()) {
    return {};
  }
  if (value.front() == '"' || value.front() == '\'') {
    const auto end = value.find(value.front(), 1);
    return decode_entities(trim(value.substr(1, end == std::string_view::npos ? end : end - 1)));
  }
  return decode_entities(value.substr(0, value.find_first_of(" \t\r\n/>")));
}

constexpr std::string_view k_bullet = "* ";
constexpr std::size_t k_note_indent = 3;
constexpr std::size_t k_definition_indent = 4;
/// Lists and notes that are nested deeper are set as if they were not.
constexpr std::size_t k_most_blocks = 12;

class Setter {
 public:
  explicit Setter(Layout& layout) : layout_(layout) {}

  void set(std::string_view html);

 private:
  /// An open list, item, note or definition.
  struct Block {
    Role role;
    std::size_t indent;  ///< what its end gives back; of an item, its mark's
    int count = 0;       ///< items of a numbered list
  };

  void add_text(std::string_view text);
  void apply(const Tag& tag, Role role);
  void apply_link(const Tag& tag);
  void open(const Tag& tag, Role role);
  void close(Role role);
  void close_innermost();
  [[nodiscard]] bool is_open(Role role) const;

  Layout& layout_;
  std::vector<Block> blocks_;
  int bold_ = 0;
  int underlined_ = 0;
  std::string href_;
  std::string link_text_;
  bool in_pre_ = false;
  std::string pre_;
};

bool Setter::is_open(Role role) const {
  return std::any_of(
      blocks_.begin(), blocks_.end(), [role](const Block& block) { return block.role == role; });
}

void Setter::add_text(std::string_view text) {
  if (in_pre_) {
    pre_ += text;
    return;
  }
  if (!href_.empty()) {
    link_text_ += text;
  }
  const auto style = bold_ > 0                           ? Style::bold
                     : underlined_ > 0 || !href_.empty() ? Style::underlined
                                                         : Style::plain;
  layout_.text(text, style);
}

void Setter::close_innermost() {
  const Block block = blocks_.back();
  blocks_.pop_back();
  if (block.role == Role::item) {
    layout_.end_item(std::string(block.indent, ' '));
    return;
  }
  layout_.dedent(block.indent);
  layout_.end_paragraph();
}

void Setter::close(Role role) {
  if (!is_open(role)) {
    return;
  }
  while (blocks_.back().role != role) {
    close_innermost();
  }
  close_innermost();
}

void Setter::open(const Tag& tag, Role role) {
  if (blocks_.size() >= k_most_blocks) {
    layout_.end_line();
    return;
  }
  if (role == Role::item) {
    // An item ends the one before it, where that was not closed.
    if (!blocks_.empty() && blocks_.back().role == Role::item) {
      close_innermost();
    }
    std::string mark(k_bullet);
    if (!blocks_.empty() && blocks_.back().role == Role::numbered) {
      mark = concat(++blocks_.back().count, ". ");
    }
    layout_.begin_item(mark);
    blocks_.push_back({role, mark.size()});
    return;
  }
  if (role == Role::note) {
    layout_.end_paragraph();
    layout_.text(to_upper(tag.name), Style::bold);
    layout_.text(":", Style::plain);
    layout_.indent(k_note_indent);
    blocks_.push_back({role, k_note_indent});
    return;
  }
  const auto indent = role == Role::definition ? k_definition_indent : 0;
  layout_.indent(indent);
  if (role != Role::definition && !is_open(Role::item)) {
    layout_.end_paragraph();
  }
  blocks_.push_back({role, indent});
}

void Setter::apply_link(const Tag& tag) {
  if (!tag.closing) {
    href_ = href_of(tag.attributes);
    link_text_.clear();
    return;
  }
  if (!href_.empty() && trim(link_text_) != href_) {
    layout_.link(href_);
  }
  href_.clear();
}

void Setter::apply(const Tag& tag, Role role) {
  switch (role) {
    case Role::unknown:
    case Role::nothing:
      return;
    case Role::paragraph:
      layout_.end_paragraph();
      return;
    case Role::line_break:
      layout_.end_line();
      return;
    case Role::bold:
      bold_ = std::max(0, bold_ + (tag.closing ? -1 : 1));
      return;
    case Role::underlined:
      underlined_ = std::max(0, underlined_ + (tag.closing ? -1 : 1));
      return;
    case Role::link:
      apply_link(tag);
      return;
    case Role::preformatted:
      if (in_pre_ && tag.closing) {
        layout_.preformatted(pre_);
        layout_.end_paragraph();
      }
      in_pre_ = !tag.closing;
      pre_.clear();
      return;
    case Role::defined:
      layout_.end_line();
      return;
    case Role::bulleted:
    case Role::numbered:
    case Role::item:
    case Role::definition:
    case Role::note:
      if (tag.closing) {
        close(role);
      } else {
        open(tag, role);
      }
      return;
  }
}

void Setter::set(std::string_view html) {
  for (std::size_t at = 0; at < html.size();) {
    const auto rest = html.substr(at);
    if (rest.front() == '<') {
      const auto tag = read_tag(rest);
      const auto role = tag ? role_of(tag->first.name) : Role::unknown;
      if (role == Role::unknown) {  // a placeholder, or a mere character
        const auto length = tag ? tag->second : 1;
        add_text(rest.substr(0, length));
        at += length;
      } else {
        apply(tag->first, role);
        at += tag->second;
      }
      continue;
    }
    if (rest.front() == '&') {
      const auto entity = read_entity(rest);
      add_text(entity ? std::string_view(entity->first) : rest.substr(0, 1));
      at += entity ? entity->second : 1;
      continue;
    }
    const auto end = std::min(rest.find_first_of("<&"), rest.size());
    add_text(rest.substr(0, end));
    at += end;
  }
  if (in_pre_) {
    layout_.preformatted(pre_);
  }
  while (!blocks_.empty()) {
    close_innermost();
  }
  layout_.end_paragraph();
}

}  // namespace

void set_html(std::string_view html, Layout& layout) { Setter(layout).set(html); }

std::string first_sentence(std::string_view html) {
  // A sentence is found in the text, not in the markup; a few hundred bytes hold it.
  constexpr std::size_t k_enough = 1200;
  std::string text;
  for (std::size_t at = 0; at < html.size() && at < k_enough;) {
    const auto rest = html.substr(at);
    const auto tag = rest.front() == '<' ? read_tag(rest) : std::nullopt;
    const auto role = tag ? role_of(tag->first.name) : Role::unknown;
    if (role != Role::unknown) {
      const bool ends = role == Role::paragraph || role == Role::bulleted || role == Role::note;
      if (ends && !trim(text).empty()) {
        break;
      }
      at += tag->second;
      continue;
    }
    const auto entity = rest.front() == '&' ? read_entity(rest) : std::nullopt;
    if (entity) {
      text += entity->first;
      at += entity->second;
    } else {
      const char c = rest.front();
      if (!is_ascii_space(c)) {
        text += c;
      } else if (!text.empty() && text.back() != ' ') {
        text += ' ';
      }
      ++at;
    }
    if (text.ends_with(". ") && !text.ends_with("e.g. ") && !text.ends_with("i.e. ")) {
      break;
    }
  }
  return std::string(trim(text));
}

}  // namespace virga::help
