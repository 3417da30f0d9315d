// SPDX-License-Identifier: Apache-2.0
#include "output/yaml_emitter.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <cstdint>
#include <vector>

#include "base/encoding.hpp"
#include "base/strings.hpp"
#include "output/yaml_scalar.hpp"
#include "value/json_write.hpp"

namespace virga::output {
namespace {

constexpr int k_step = 2;
constexpr std::size_t k_best_width = 80;
/// Longer keys are written with a question mark.
constexpr std::size_t k_max_simple_key = 128;

std::string yaml_float(double number) {
  if (std::isnan(number)) {
    return ".nan";
  }
  if (std::isinf(number)) {
    return number < 0 ? "-.inf" : ".inf";
  }
  return python_float(number);
}

bool is_simple_key(std::string_view name) {
  return name.size() <= k_max_simple_key && !analyze_yaml_scalar(name).multiline;
}

bool is_space_at(std::string_view text, std::size_t at) {
  return at < text.size() && text[at] == ' ';
}

}  // namespace

void YamlEmitter::value(const Value& value) {
  switch (value.kind()) {
    case Value::Kind::null:
      plain("null");
      return;
    case Value::Kind::boolean:
      plain(*value.as_bool() ? "true" : "false");
      return;
    case Value::Kind::integer:
      plain(concat(*value.as_integer()));
      return;
    case Value::Kind::number:
      plain(yaml_float(*value.as_number()));
      return;
    case Value::Kind::big_integer:
      plain(value.as_big_integer()->digits);
      return;
    case Value::Kind::string:
      text(*value.as_string());
      return;
    case Value::Kind::blob:
      text(base64_encode(value.as_blob()->bytes));
      return;
    case Value::Kind::timestamp: {
      const TimestampText shown = format_timestamp(*value.as_timestamp(), timestamps_);
      if (shown.is_number) {
        plain(shown.text);
      } else {
        text(shown.text);
      }
      return;
    }
    case Value::Kind::list:
      break;
    case Value::Kind::map:
      break;
  }
  const int indent = indent_;
  if (const auto* list = value.as_list()) {
    if (list->empty()) {
      indicator("[", true, true, false);
      indicator("]", false, false, false);
      return;
    }
    open_list();
    for (const auto& element : *list) {
      item();
      this->value(element);
    }
  } else {
    const auto& map = *value.as_map();
    if (map.empty()) {
      indicator("{", true, true, false);
      indicator("}", false, false, false);
      return;
    }
    std::vector<const Map::Entry*> entries;
    entries.reserve(map.size());
    for (const auto& entry : map) {
      entries.push_back(&entry);
    }
    std::sort(entries.begin(), entries.end(), [](const auto* a, const auto* b) {
      return a->first < b->first;
    });
    open_map();
    for (const auto* entry : entries) {
      key(entry->first);
      this->value(entry->second);
    }
  }
  close(indent);
}

void YamlEmitter::open_map() { indent_ = indent_ < 0 ? 0 : indent_ + k_step; }

void YamlEmitter::open_list() {
  const bool is_flush = in_map_ && !at_indent_;  // below its key, not farther in
  if (indent_ < 0) {
    indent_ = 0;
  } else if (!is_flush) {
    indent_ += k_step;
  }
}

void YamlEmitter::item() {
  start_line();
  indicator("-", true, false, true);
  in_map_ = false;
}

void YamlEmitter::key(std::string_view name) {
  start_line();
  in_map_ = true;
  if (is_simple_key(name)) {
    in_simple_key_ = true;
    text(name);
    in_simple_key_ = false;
    indicator(":", false, false, false);
  } else {
    indicator("?", true, false, true);
    text(name);
    start_line();
    indicator(":", true, false, true);
  }
  in_map_ = true;
}

void YamlEmitter::end_document() {
  indent_ = 0;
  start_line();
  indent_ = -1;
  in_map_ = false;
}

void YamlEmitter::text(std::string_view text) {
  const YamlScalarTraits traits = analyze_yaml_scalar(text);
  const bool is_plain =
      traits.plain && !(text.empty() && in_simple_key_) && !resolves_to_other_type(text);
  const int indent = indent_;  // further lines of the text stand farther in
  indent_ = indent_ < 0 ? k_step : indent_ + k_step;
  if (is_plain) {
    plain(text);
  } else if (traits.single_quoted && !(in_simple_key_ && traits.multiline)) {
    single_quoted(text);
  } else {
    double_quoted(text);
  }
  indent_ = indent;
}

void YamlEmitter::plain(std::string_view text) {
  if (!at_blank_) {
    put(" ");
  }
  if (in_simple_key_ || column_ + text.size() <= k_best_width) {
    out_ += text;  // no line can end in it
    column_ += static_cast<std::size_t>(std::count_if(text.begin(), text.end(), [](char c) {
      return (static_cast<unsigned char>(c) & 0xC0U) != 0x80U;
    }));
    at_blank_ = at_indent_ = false;
    return;
  }
  bool after_space = false;
  for (std::size_t at = 0; at < text.size(); at += utf8_size(text, at)) {
    const bool is_space = text[at] == ' ';
    if (is_space && !after_space && column_ > k_best_width && !is_space_at(text, at + 1)) {
      start_line();
    } else {
      put(text.substr(at, utf8_size(text, at)));
    }
    at_indent_ = at_indent_ && is_space;
    after_space = is_space;
  }
  at_blank_ = at_indent_ = false;
}

void YamlEmitter::single_quoted(std::string_view text) {
  indicator("'", true, false, false);
  bool after_space = false;
  bool after_break = false;
  for (std::size_t at = 0; at < text.size(); at += utf8_size(text, at)) {
    const auto character = text.substr(at, utf8_size(text, at));
    if (character == " ") {
      const bool is_inside = at > 0 && at + 1 < text.size();
      if (!in_simple_key_ && !after_space && column_ > k_best_width && is_inside &&
          !is_space_at(text, at + 1)) {
        start_line();
      } else {
        put(character);
      }
      after_space = true;
    } else if (yaml_break_size(text, at) > 0) {
      if (!after_break && character == "\n") {
        line_break();
      }
      if (character == "\n") {
        line_break();
      } else {
        out_ += character;
        column_ = 0;
      }
      at_indent_ = true;
      after_break = true;
    } else {
      if (after_break) {
        start_line();
      }
      put(character == "'" ? "'" : std::string_view());
      put(character);
      at_indent_ = after_space = after_break = false;
    }
  }
  if (after_break) {
    start_line();
  }
  indicator("'", false, false, false);
  at_blank_ = at_indent_ = false;
}

void YamlEmitter::double_quoted(std::string_view text) {
  indicator("\"", true, false, false);
  bool after_space = false;
  for (std::size_t at = 0; at < text.size();) {
    const char c = text[at];
    if (!is_yaml_printable(text, at) || yaml_break_size(text, at) > 0 || c == '"' || c == '\\') {
      escape(text, at);
      after_space = false;
      continue;
    }
    const std::size_t size = utf8_size(text, at);
    const bool is_inside = at > 0 && at + 1 < text.size();
    if (c == ' ' && !in_simple_key_ && !after_space && column_ > k_best_width && is_inside) {
      start_line();
      if (is_space_at(text, at + 1)) {
        put("\\");
      }
    } else {
      put(text.substr(at, size));
    }
    after_space = c == ' ';
    at += size;
  }
  indicator("\"", false, false, false);
  at_blank_ = at_indent_ = false;
}

void YamlEmitter::escape(std::string_view text, std::size_t& at) {
  struct Escape {
    char32_t point;
    char letter;
  };

  constexpr std::array k_escapes = {Escape{0, '0'},
                                    Escape{7, 'a'},
                                    Escape{8, 'b'},
                                    Escape{9, 't'},
                                    Escape{10, 'n'},
                                    Escape{11, 'v'},
                                    Escape{12, 'f'},
                                    Escape{13, 'r'},
                                    Escape{27, 'e'},
                                    Escape{'"', '"'},
                                    Escape{'\\', '\\'},
                                    Escape{0x85, 'N'},
                                    Escape{0xA0, '_'},
                                    Escape{0x2028, 'L'},
                                    Escape{0x2029, 'P'}};
  const char32_t c = next_code_point(text, at);
  std::string escaped = "\\";
  const auto* known = std::find_if(
      k_escapes.begin(), k_escapes.end(), [&](const Escape& entry) { return entry.point == c; });
  if (known != k_escapes.end()) {
    escaped += known->letter;
  } else {
    const unsigned digits = c <= 0xFF ? 2 : c <= 0xFFFF ? 4 : 8;
    escaped += c <= 0xFF ? 'x' : c <= 0xFFFF ? 'u' : 'U';
    for (unsigned i = digits; i-- > 0;) {
      escaped += "0123456789ABCDEF"[(c >> (i * 4U)) & 15U];
    }
  }
  out_ += escaped;
  column_ += escaped.size();
}

void YamlEmitter::indicator(std::string_view indicator,
                            bool needs_blank,
                            bool ends_blank,
                            bool indents) {
  if (needs_blank && !at_blank_) {
    put(" ");
  }
  out_ += indicator;
  column_ += indicator.size();
  at_blank_ = ends_blank;
  at_indent_ = at_indent_ && indents;
}

void YamlEmitter::start_line() {
  const std::size_t indent = indent_ < 0 ? 0 : static_cast<std::size_t>(indent_);
  if (!at_indent_ || column_ > indent || (column_ == indent && !at_blank_)) {
    line_break();
  }
  if (column_ < indent) {
    out_.append(indent - column_, ' ');
    column_ = indent;
  }
  at_blank_ = at_indent_ = true;
}

void YamlEmitter::line_break() {
  out_ += '\n';
  column_ = 0;
}

void YamlEmitter::put(std::string_view character) {
  out_ += character;
  column_ += character.empty() ? 0U : 1U;
}

}  // namespace virga::output
