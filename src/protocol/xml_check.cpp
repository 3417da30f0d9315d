// SPDX-License-Identifier: Apache-2.0
#include <vector>

#include "base/encoding.hpp"
#include "base/strings.hpp"
#include "protocol/xml.hpp"

namespace virga::protocol {
namespace {

bool is_xml_space(char c) { return c == ' ' || c == '\t' || c == '\n' || c == '\r'; }

bool is_name_start(char c) {
  return is_ascii_alpha(c) || c == '_' || c == ':' || static_cast<unsigned char>(c) >= 0x80;
}

bool is_name_char(char c) { return is_name_start(c) || is_ascii_digit(c) || c == '-' || c == '.'; }

bool is_xml_character(char32_t c) {
  return c == 0x9 || c == 0xA || c == 0xD || (c >= 0x20 && c <= 0xD7FF) ||
         (c >= 0xE000 && c <= 0xFFFD) || (c >= 0x10000 && c <= 0x10FFFF);
}

/// Walks through the tokens of a document and stops at the first thing that is wrong. Methods
/// return false then.
class XmlChecker {
 public:
  explicit XmlChecker(std::string_view text) : text_(text) {
    if (text_.starts_with("\xEF\xBB\xBF")) {
      text_.remove_prefix(3);
    }
  }

  std::optional<std::string> find_error() {
    if (check_characters()) {
      while (at_ < text_.size() && check_token()) {
      }
      if (error_.empty() && (!has_root_ || !open_.empty())) {
        set_error("no element found", text_.size());
      }
    }
    return error_.empty() ? std::nullopt : std::optional(error_);
  }

 private:
  bool set_error(std::string_view what, std::size_t at) {
    std::size_t line = 1;
    std::size_t column = 0;
    for (std::size_t i = 0; i < at && i < text_.size(); ++i) {
      if (text_[i] == '\n' || (text_[i] == '\r' && text_.substr(i + 1, 1) != "\n")) {
        ++line;
        column = 0;
      } else if ((static_cast<unsigned char>(text_[i]) & 0xC0U) != 0x80U && text_[i] != '\r') {
        ++column;
      }
    }
    error_ = concat(what, ": line ", line, ", column ", column);
    return false;
  }

  bool invalid_token(std::size_t at) { return set_error("not well-formed (invalid token)", at); }

  /// Bytes that may stand nowhere. The tokens before them are fine as far as this goes.
  bool check_characters() {
    for (std::size_t i = 0; i < text_.size(); ++i) {
      const auto byte = static_cast<unsigned char>(text_[i]);
      if (byte < 0x20 && !is_xml_space(text_[i])) {
        return invalid_token(i);
      }
    }
    if (is_utf8(text_)) {
      return true;
    }
    for (std::size_t at = 0; at < text_.size();) {
      const std::size_t start = at;
      if (next_code_point(text_, at) == 0xFFFD && text_.substr(start, 3) != "\xEF\xBF\xBD") {
        return invalid_token(start);
      }
    }
    return invalid_token(0);
  }

  void skip_space() {
    while (at_ < text_.size() && is_xml_space(text_[at_])) {
      ++at_;
    }
  }

  std::string_view take_name() {
    const std::size_t start = at_;
    if (at_ < text_.size() && is_name_start(text_[at_])) {
      while (at_ < text_.size() && is_name_char(text_[at_])) {
        ++at_;
      }
    }
    return text_.substr(start, at_ - start);
  }

  bool skip_until(std::string_view end, std::size_t from, std::size_t token) {
    const auto found = text_.find(end, from);
    if (found == std::string_view::npos) {
      return set_error("unclosed token", token);
    }
    at_ = found + end.size();
    return true;
  }

  bool check_token() {
    if (text_[at_] != '<') {
      return check_text();
    }
    const std::string_view rest = text_.substr(at_);
    const std::size_t start = at_;
    if (rest.starts_with("<!--")) {
      return check_comment(start);
    }
    if (rest.starts_with("<![CDATA[")) {
      return open_.empty() ? set_error("syntax error", start) : check_cdata(start);
    }
    if (rest.starts_with("<!DOCTYPE")) {
      return has_root_ ? invalid_token(start) : skip_doctype(start);
    }
    if (!has_root_ && rest.starts_with("<!") && rest.size() > 2 && is_name_start(rest[2])) {
      return set_error("syntax error", start);  // <!doctype, as HTML begins
    }
    if (rest.starts_with("<?")) {
      return check_instruction(start);
    }
    if (rest.starts_with("</")) {
      return check_end_tag();
    }
    return check_start_tag();
  }

  bool check_comment(std::size_t start) {
    const auto dashes = text_.find("--", start + 4);
    if (dashes != std::string_view::npos && text_.substr(dashes, 3) != "-->") {
      return invalid_token(dashes + 2);
    }
    return skip_until("-->", start + 4, start);
  }

  bool check_cdata(std::size_t start) {
    if (text_.find("]]>", start) == std::string_view::npos) {
      return set_error("unclosed CDATA section", text_.size());
    }
    return skip_until("]]>", start, start);
  }

  bool check_instruction(std::size_t start) {
    const bool is_declaration = text_.substr(start + 2, 3) == "xml" && start + 5 < text_.size() &&
                                !is_name_char(text_[start + 5]);
    if (is_declaration && start != 0) {
      return set_error("XML or text declaration not at start of entity", start);
    }
    at_ = start + 2;
    if (take_name().empty()) {
      return invalid_token(at_);
    }
    return skip_until("?>", at_, start);
  }

  bool skip_doctype(std::size_t start) {
    int brackets = 0;
    for (std::size_t i = start; i < text_.size(); ++i) {
      if (text_[i] == '[') {
        ++brackets;
      } else if (text_[i] == ']') {
        --brackets;
      } else if (text_[i] == '>' && brackets <= 0) {
        at_ = i + 1;
        return true;
      }
    }
    return set_error("unclosed token", start);
  }

  bool check_text() {
    const std::size_t start = at_;
    const auto end = std::min(text_.find('<', at_), text_.size());
    if (open_.empty()) {
      skip_space();
      return at_ >= end || check_stray_text();
    }
    const auto cdata_end = text_.substr(start, end - start).find("]]>");
    if (cdata_end != std::string_view::npos) {
      return invalid_token(start + cdata_end + 2);
    }
    at_ = end;
    return check_references(start, end);
  }

  /// Text beside the root element. Before it, expat reads the tokens of a DTD: names are tokens,
  /// most else is none.
  bool check_stray_text() {
    if (has_root_) {
      return set_error("junk after document element", at_);
    }
    std::size_t stop = at_;
    while (stop < text_.size() && is_name_char(text_[stop])) {
      ++stop;
    }
    constexpr std::string_view k_token_ends = " \t\r\n>)],|[%";
    const bool is_token =
        stop >= text_.size() || k_token_ends.find(text_[stop]) != std::string_view::npos;
    return is_token ? set_error("syntax error", at_) : invalid_token(stop);
  }

  bool check_references(std::size_t start, std::size_t end) {
    for (auto at = text_.find('&', start); at < end; at = text_.find('&', at + 1)) {
      if (!check_reference(at)) {
        return false;
      }
    }
    return true;
  }

  bool check_reference(std::size_t at) {
    const auto end = text_.find(';', at);
    std::size_t stop = at + 1;
    if (text_.substr(stop, 1) == "#") {
      return check_character_reference(at);
    }
    while (stop < text_.size() && is_name_char(text_[stop])) {
      ++stop;
    }
    if (end == std::string_view::npos || stop != end || stop == at + 1 ||
        !is_name_start(text_[at + 1])) {
      return invalid_token(stop);
    }
    const auto name = text_.substr(at + 1, end - at - 1);
    if (name == "amp" || name == "lt" || name == "gt" || name == "quot" || name == "apos") {
      return true;
    }
    return set_error("undefined entity", at);
  }

  bool check_character_reference(std::size_t at) {
    const bool is_hex = text_.substr(at + 2, 1) == "x";
    const unsigned base = is_hex ? 16 : 10;
    std::size_t i = at + (is_hex ? 3 : 2);
    const std::size_t digits = i;
    char32_t code_point = 0;
    for (; i < text_.size(); ++i) {
      const char c = ascii_lower(text_[i]);
      const bool is_letter = is_hex && c >= 'a' && c <= 'f';
      if (!is_ascii_digit(c) && !is_letter) {
        break;
      }
      const auto digit = static_cast<char32_t>(is_letter ? c - 'a' + 10 : c - '0');
      code_point = code_point > 0x10FFFF ? code_point : code_point * base + digit;
    }
    if (i == digits || i >= text_.size() || text_[i] != ';') {
      return invalid_token(i);
    }
    return is_xml_character(code_point) || set_error("reference to invalid character number", at);
  }

  bool check_end_tag() {
    const std::size_t start = at_;
    at_ += 2;
    const std::size_t name_at = at_;
    const auto name = take_name();
    skip_space();
    if (at_ >= text_.size()) {
      return set_error("unclosed token", start);
    }
    if (name.empty() || text_[at_] != '>') {
      return invalid_token(at_);
    }
    ++at_;
    if (open_.empty()) {
      return invalid_token(name_at - 1);
    }
    if (open_.back() != name) {
      return set_error("mismatched tag", name_at);
    }
    close_element();
    return true;
  }

  void close_element() {
    open_.pop_back();
    while (!prefixes_.empty() && prefixes_.back().second > open_.size()) {
      prefixes_.pop_back();
    }
  }

  bool check_start_tag() {
    const std::size_t start = at_++;
    if (has_root_ && open_.empty()) {
      return set_error("junk after document element", start);
    }
    const auto name = take_name();
    if (name.empty()) {
      return at_ >= text_.size() ? set_error("unclosed token", start) : invalid_token(at_);
    }
    has_root_ = true;
    open_.push_back(name);
    used_prefixes_.clear();
    use_prefix(name);
    if (!check_attributes(start)) {
      return false;
    }
    for (const auto prefix : used_prefixes_) {
      if (!is_bound(prefix)) {
        return set_error("unbound prefix", start);
      }
    }
    const bool is_empty = text_[at_] == '/';
    if (is_empty) {
      if (text_.substr(at_, 2) != "/>") {
        return at_ + 1 >= text_.size() ? set_error("unclosed token", start)
                                       : invalid_token(at_ + 1);
      }
      ++at_;
      close_element();
    }
    ++at_;
    return true;
  }

  /// Stops at '>' or '/'.
  bool check_attributes(std::size_t start) {
    std::vector<std::string_view> names;
    for (;;) {
      const std::size_t before = at_;
      skip_space();
      if (at_ >= text_.size()) {
        return set_error("unclosed token", start);
      }
      if (text_[at_] == '>' || text_[at_] == '/') {
        return true;
      }
      const std::size_t name_at = at_;
      const auto name = take_name();
      if (name.empty() || before == name_at) {
        return invalid_token(at_);
      }
      for (const auto earlier : names) {
        if (earlier == name) {
          return set_error("duplicate attribute", name_at);
        }
      }
      names.push_back(name);
      if (!check_attribute_value(name, start)) {
        return false;
      }
    }
  }

  bool check_attribute_value(std::string_view name, std::size_t start) {
    skip_space();
    if (at_ < text_.size() && text_[at_] != '=') {
      return invalid_token(at_);
    }
    ++at_;
    skip_space();
    if (at_ >= text_.size()) {
      return set_error("unclosed token", start);
    }
    const char quote = text_[at_];
    if (quote != '"' && quote != '\'') {
      return invalid_token(at_);
    }
    const auto end = text_.find(quote, at_ + 1);
    const auto value = text_.substr(at_ + 1, end - at_ - 1);
    if (const auto bracket = value.find('<'); bracket != std::string_view::npos) {
      return invalid_token(at_ + 1 + bracket);
    }
    if (end == std::string_view::npos) {
      return set_error("unclosed token", start);
    }
    if (!check_references(at_ + 1, end)) {
      return false;
    }
    at_ = end + 1;
    if (name.starts_with("xmlns:")) {
      prefixes_.emplace_back(name.substr(6), open_.size());
    } else {
      use_prefix(name);
    }
    return true;
  }

  void use_prefix(std::string_view name) {
    const auto colon = name.find(':');
    if (colon != std::string_view::npos) {
      used_prefixes_.push_back(name.substr(0, colon));
    }
  }

  [[nodiscard]] bool is_bound(std::string_view prefix) const {
    if (prefix == "xml") {
      return true;
    }
    for (const auto& [bound, depth] : prefixes_) {
      if (bound == prefix) {
        return true;
      }
    }
    return false;
  }

  std::string_view text_;
  std::size_t at_ = 0;
  bool has_root_ = false;
  std::vector<std::string_view> open_;
  std::vector<std::pair<std::string_view, std::size_t>>
      prefixes_;                                 // with the depth that declares it
  std::vector<std::string_view> used_prefixes_;  // of the tag at hand
  std::string error_;
};

}  // namespace

std::optional<std::string> find_xml_error(std::string_view text) {
  return XmlChecker(text).find_error();
}

}  // namespace virga::protocol
