// SPDX-License-Identifier: Apache-2.0
#include "config/config_file.hpp"

#include <algorithm>
#include <unordered_set>

#include "base/encoding.hpp"
#include "base/strings.hpp"
#include "config/config_text.hpp"

namespace virga::config {
namespace {

/// Where Python's str.splitlines() ends a line.
bool is_line_end(char32_t c) {
  return (c >= '\n' && c <= '\r') || (c >= 0x1C && c <= 0x1E) || c == 0x85 || c == 0x2028 ||
         c == 0x2029;
}

/// The keys of an indented block; nothing if a line has no '='.
std::optional<std::vector<std::pair<std::string, std::string>>> parse_block(std::string_view text) {
  std::vector<std::pair<std::string, std::string>> out;
  std::unordered_map<std::string, std::size_t> index;
  std::size_t start = 0;
  std::size_t at = 0;
  while (start < text.size()) {
    std::size_t end = at;
    while (end < text.size()) {
      std::size_t next = end;
      const bool ends = is_line_end(next_code_point(text, next));
      at = next;
      if (ends) {
        break;
      }
      end = next;
    }
    const auto line = strip(text.substr(start, end - start));
    start = at;
    if (line.empty()) {
      continue;
    }
    const auto equals = line.find('=');
    if (equals == std::string_view::npos) {
      return std::nullopt;
    }
    std::string key(strip_end(line.substr(0, equals)));
    std::string value(strip(line.substr(equals + 1)));
    const auto [known, added] = index.try_emplace(key, out.size());
    if (added) {
      out.emplace_back(std::move(key), std::move(value));
    } else {
      out[known->second].second = std::move(value);
    }
  }
  return out;
}

/// A reader of lines that keeps the section and key it is in. False from line() or finish() means
/// that the text is no configuration file.
class Parser {
 public:
  explicit Parser(IndentedBlocks blocks)
      : blocks_(blocks), defaults_(std::make_shared<ConfigSection>()) {}

  bool line(std::string_view raw) {
    std::string_view text = raw;
    const std::size_t indent = skip_space(text);
    text = strip_end(text);
    if (text.empty()) {
      if (has_option_) {
        option_value().text.push_back('\n');
      }
      return true;
    }
    if (text.front() == '#' || text.front() == ';') {
      return true;
    }
    if (has_option_ && indent > indent_) {
      append(option_value().text, '\n', text);
      return true;
    }
    indent_ = indent;
    if (text.front() == '[') {
      const auto close = text.rfind(']');
      if (close != std::string_view::npos && close >= 2) {
        return open_section(std::string(text.substr(1, close - 1)));
      }
    }
    return place_ != Place::nowhere && add_option(text);
  }

  bool finish() {
    // A mistake in a section that supplies nobody is not noticed, as in botocore.
    if (!finish_values(*defaults_) && !sections_.empty()) {
      return false;
    }
    for (auto& [name, section] : sections_) {
      if (!finish_values(section)) {
        return false;
      }
      if (!defaults_->entries().empty()) {
        section.set_defaults(defaults_);
      }
    }
    return true;
  }

  ConfigSections take() { return std::move(sections_); }

 private:
  enum class Place { nowhere, defaults, section };

  ConfigSection& section() {
    return place_ == Place::defaults ? *defaults_ : sections_.back().second;
  }

  ConfigValue& option_value() { return section().at(section().entries().size() - 1); }

  bool open_section(std::string name) {
    has_option_ = false;
    if (name == "DEFAULT") {
      place_ = Place::defaults;
      return true;
    }
    place_ = Place::section;
    if (!names_.insert(name).second) {
      return false;
    }
    sections_.emplace_back(std::move(name), ConfigSection());
    return true;
  }

  bool add_option(std::string_view text) {
    const auto delimiter = text.find_first_of("=:");
    if (delimiter == std::string_view::npos) {
      return false;
    }
    const auto key = strip_end(text.substr(0, delimiter));
    if (key.empty()) {
      return false;
    }
    ConfigValue value;
    value.text = strip(text.substr(delimiter + 1));
    has_option_ = true;
    return section().add(to_lower(key), std::move(value)) != nullptr;
  }

  bool finish_values(ConfigSection& section) {
    for (std::size_t i = 0; i < section.entries().size(); ++i) {
      ConfigValue& value = section.at(i);
      value.text.resize(strip_end(value.text).size());
      if (!value.text.empty() && value.text.front() == '\n') {
        if (blocks_ == IndentedBlocks::text) {
          continue;
        }
        value.block = parse_block(value.text);
        if (!value.block) {
          return false;
        }
        value.text.clear();
      }
    }
    return true;
  }

  IndentedBlocks blocks_;
  std::shared_ptr<ConfigSection> defaults_;
  ConfigSections sections_;
  std::unordered_set<std::string> names_;
  Place place_ = Place::nowhere;
  bool has_option_ = false;
  std::size_t indent_ = 0;
};

}  // namespace

const ConfigValue* ConfigSection::find(std::string_view key) const {
  const auto found = std::find_if(
      entries_.begin(), entries_.end(), [key](const Entry& entry) { return entry.first == key; });
  if (found != entries_.end()) {
    return &found->second;
  }
  return defaults_ == nullptr ? nullptr : defaults_->find(key);
}

const std::string* ConfigSection::text(std::string_view key) const {
  const ConfigValue* value = find(key);
  return value == nullptr || value->block ? nullptr : &value->text;
}

const std::string* ConfigSection::text(std::string_view block, std::string_view key) const {
  const ConfigValue* value = find(block);
  if (value == nullptr || !value->block) {
    return nullptr;
  }
  for (const auto& [name, text] : *value->block) {
    if (name == key) {
      return &text;
    }
  }
  return nullptr;
}

ConfigValue* ConfigSection::add(std::string key, ConfigValue value) {
  if (!index_.try_emplace(key, entries_.size()).second) {
    return nullptr;
  }
  return &entries_.emplace_back(std::move(key), std::move(value)).second;
}

Result<ConfigSections> parse_config(std::string_view bytes,
                                    const std::string& path,
                                    IndentedBlocks blocks) {
  Parser parser(blocks);
  bool good = is_utf8(bytes);
  std::size_t at = 0;
  while (good && at < bytes.size()) {
    const auto end = std::min(bytes.find_first_of("\r\n", at), bytes.size());
    good = parser.line(bytes.substr(at, end - at));
    at = end + (bytes.substr(end, 2) == "\r\n" ? 2 : 1);
  }
  if (!good || !parser.finish()) {
    return fail(ErrorCode::general, concat("Unable to parse config file: ", path));
  }
  return parser.take();
}

std::optional<std::vector<std::string>> split_words(std::string_view text) {
  std::vector<std::string> words;
  std::string word;
  bool in_word = false;
  std::size_t at = 0;
  while (at < text.size()) {
    const char c = text[at++];
    if (c == ' ' || c == '\t' || c == '\r' || c == '\n') {
      if (in_word) {
        words.push_back(std::move(word));
        word.clear();
        in_word = false;
      }
      continue;
    }
    in_word = true;
    if (c == '\\') {
      if (at == text.size()) {
        return std::nullopt;
      }
      word.push_back(text[at++]);
    } else if (c == '\'' || c == '"') {
      for (;; ++at) {
        if (at == text.size()) {
          return std::nullopt;
        }
        if (text[at] == c) {
          ++at;
          break;
        }
        if (c == '"' && text[at] == '\\' && at + 1 < text.size() &&
            (text[at + 1] == '"' || text[at + 1] == '\\')) {
          ++at;
        }
        word.push_back(text[at]);
      }
    } else {
      word.push_back(c);
    }
  }
  if (in_word) {
    words.push_back(std::move(word));
  }
  return words;
}

}  // namespace virga::config
