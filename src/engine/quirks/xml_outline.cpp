// SPDX-License-Identifier: Apache-2.0
#include "engine/quirks/xml_outline.hpp"

#include <charconv>
#include <vector>

#include "base/encoding.hpp"
#include "base/strings.hpp"

namespace virga::engine::quirks {
namespace {

bool is_name_start(char c) {
  return is_ascii_alpha(c) || c == '_' || c == ':' || static_cast<unsigned char>(c) >= 0x80;
}

bool is_name_char(char c) { return is_name_start(c) || is_ascii_digit(c) || c == '-' || c == '.'; }

bool is_blank(char c) { return c == ' ' || c == '\t' || c == '\n' || c == '\r'; }

/// Appends what a reference ("amp", "#10", "#xA") stands for; false if it is not known.
bool append_reference(std::string_view name, std::string& out) {
  struct Entity {
    std::string_view name;
    char value;
  };

  for (const Entity& entity : {Entity{"lt", '<'},
                               Entity{"gt", '>'},
                               Entity{"amp", '&'},
                               Entity{"quot", '"'},
                               Entity{"apos", '\''}}) {
    if (entity.name == name) {
      out += entity.value;
      return true;
    }
  }
  if (!name.starts_with('#')) {
    return false;
  }
  name.remove_prefix(1);
  const bool is_hex = name.starts_with('x');
  name.remove_prefix(is_hex ? 1 : 0);
  std::uint32_t code = 0;
  const auto [end, error] =
      std::from_chars(name.data(), name.data() + name.size(), code, is_hex ? 16 : 10);
  const bool is_char = code >= 0x20 || code == '\t' || code == '\n' || code == '\r';
  if (error != std::errc() || end != name.data() + name.size() || name.empty() || !is_char ||
      code > 0x10FFFF || (code >= 0xD800 && code <= 0xDFFF) || code == 0xFFFE || code == 0xFFFF) {
    return false;
  }
  append_utf8(out, static_cast<char32_t>(code));
  return true;
}

/// Characters that character data cannot simply be copied with.
bool is_special(char c) { return c == '&' || (static_cast<unsigned char>(c) < 0x20 && c != '\n'); }

/// Appends character data with references resolved and line ends made LF; false if it is
/// ill-formed.
bool append_text(std::string_view text, std::string& out) {
  for (std::size_t i = 0; i < text.size(); ++i) {
    std::size_t plain = i;
    while (plain < text.size() && !is_special(text[plain])) {
      ++plain;
    }
    out.append(text.substr(i, plain - i));
    i = plain;
    if (i == text.size()) {
      break;
    }
    if (text[i] == '&') {
      const std::size_t end = text.find(';', i);
      if (end == std::string_view::npos ||
          !append_reference(text.substr(i + 1, end - i - 1), out)) {
        return false;
      }
      i = end;
    } else if (text[i] == '\r') {
      out += '\n';
      i += text.substr(i).starts_with("\r\n") ? 1U : 0U;
    } else if (text[i] == '\t') {
      out += '\t';
    } else {
      return false;
    }
  }
  return true;
}

class Reader {
 public:
  explicit Reader(std::string_view body) : rest_(body) {}

  XmlOutline read(std::string_view body) {
    XmlOutline outline;
    if (!is_utf8(body)) {
      return outline;
    }
    take("\xEF\xBB\xBF");
    outline.well_formed = read_document(outline);
    return outline;
  }

 private:
  bool read_document(XmlOutline& outline) {
    while (!rest_.empty()) {
      if (rest_.front() != '<') {
        if (!read_text(outline)) {
          return false;
        }
      } else if (!read_markup(outline)) {
        return false;
      }
    }
    return seen_root_ && open_.empty();
  }

  bool read_text(XmlOutline& outline) {
    const std::size_t end = std::min(rest_.find('<'), rest_.size());
    const std::string_view text = rest_.substr(0, end);
    rest_.remove_prefix(end);
    if (open_.empty()) {  // around the root only blanks
      return text.find_first_not_of(" \t\r\n") == std::string_view::npos;
    }
    if (text.find("]]>") != std::string_view::npos) {
      return false;
    }
    return append_text(text, collect(outline));
  }

  bool read_markup(XmlOutline& outline) {
    if (take("<!--")) {
      return skip_past("-->");
    }
    if (take("<![CDATA[")) {
      const std::string_view text = rest_.substr(0, rest_.find("]]>"));
      if (open_.empty()) {
        return false;
      }
      collect(outline).append(text);
      return skip_past("]]>");
    }
    if (take("<?")) {
      return skip_past("?>");
    }
    if (take("<!DOCTYPE")) {
      return !seen_root_ && skip_doctype();
    }
    if (take("</")) {
      return read_end_tag();
    }
    rest_.remove_prefix(1);
    return read_start_tag(outline);
  }

  bool read_start_tag(XmlOutline& outline) {
    const std::string_view name = take_name();
    if (name.empty() || (open_.empty() && seen_root_)) {
      return false;
    }
    const bool is_root = open_.empty();
    seen_child_ = !is_root;
    if (is_root) {
      outline.root = name;
      seen_root_ = true;
    }
    while (true) {
      const bool separated = skip_blanks();
      if (take(">")) {
        open_.push_back(name);
        return true;
      }
      if (take("/>")) {
        return true;
      }
      if (!separated || !read_attribute(is_root, outline)) {
        return false;
      }
    }
  }

  bool read_attribute(bool is_root, XmlOutline& outline) {
    const std::string_view name = take_name();
    skip_blanks();
    if (name.empty() || !take("=")) {
      return false;
    }
    skip_blanks();
    const char quote = rest_.empty() ? '\0' : rest_.front();
    const std::size_t end = quote == '"' || quote == '\'' ? rest_.find(quote, 1) : 0;
    if (end == 0 || end == std::string_view::npos) {
      return false;
    }
    const std::string_view value = rest_.substr(1, end - 1);
    rest_.remove_prefix(end + 1);
    if (is_root && name == "xmlns" && !value.empty()) {
      outline.has_namespace = true;
    }
    ignored_.clear();
    return value.find('<') == std::string_view::npos && append_text(value, ignored_);
  }

  bool read_end_tag() {
    const std::string_view name = take_name();
    skip_blanks();
    if (open_.empty() || open_.back() != name || !take(">")) {
      return false;
    }
    open_.pop_back();
    return true;
  }

  bool skip_doctype() {
    int depth = 0;
    while (!rest_.empty()) {
      const char c = rest_.front();
      rest_.remove_prefix(1);
      if (c == '[' || c == '<') {
        ++depth;
      } else if (c == '>' && depth == 0) {
        return true;
      } else if (c == ']' || c == '>') {
        --depth;
      }
    }
    return false;
  }

  /// The root's text up to its first child; anything else is only checked.
  std::string& collect(XmlOutline& outline) {
    if (open_.size() == 1 && !seen_child_) {
      return outline.root_text;
    }
    ignored_.clear();
    return ignored_;
  }

  bool take(std::string_view text) {
    if (!rest_.starts_with(text)) {
      return false;
    }
    rest_.remove_prefix(text.size());
    return true;
  }

  bool skip_past(std::string_view text) {
    const std::size_t at = rest_.find(text);
    if (at == std::string_view::npos) {
      return false;
    }
    rest_.remove_prefix(at + text.size());
    return true;
  }

  bool skip_blanks() {
    std::size_t count = 0;
    while (count < rest_.size() && is_blank(rest_[count])) {
      ++count;
    }
    rest_.remove_prefix(count);
    return count > 0;
  }

  std::string_view take_name() {
    std::size_t count = 0;
    while (count < rest_.size() &&
           (count == 0 ? is_name_start(rest_[0]) : is_name_char(rest_[count]))) {
      ++count;
    }
    const std::string_view name = rest_.substr(0, count);
    rest_.remove_prefix(count);
    return name;
  }

  std::string_view rest_;
  std::vector<std::string_view> open_;  // elements that are not closed yet, outermost first
  std::string ignored_;
  bool seen_root_ = false;
  bool seen_child_ = false;
};

}  // namespace

XmlOutline outline_xml(std::string_view body) { return Reader(body).read(body); }

std::optional<std::string> find_element_text(std::string_view body, std::string_view name) {
  const std::size_t start = body.find(concat("<", name, ">"));
  if (start == std::string_view::npos) {
    return std::nullopt;
  }
  const std::string_view rest = body.substr(start + name.size() + 2);
  const std::size_t end = rest.find('<');
  std::string text;
  if (end == std::string_view::npos || !rest.substr(end).starts_with(concat("</", name, ">")) ||
      !append_text(rest.substr(0, end), text)) {
    return std::nullopt;
  }
  return text;
}

}  // namespace virga::engine::quirks
