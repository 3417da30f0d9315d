// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>
#include <utility>
#include <vector>

#include "base/result.hpp"

namespace virga::config {

/// A value of a configuration file: text, or the keys of an indented block
///     s3 =
///       addressing_style = path
struct ConfigValue {
  std::string text;  ///< lines of a continued value are joined with '\n'; empty for a block
  std::optional<std::vector<std::pair<std::string, std::string>>> block;
};

/// One section: keys in the file's order, in lower case. Thread-compatible.
class ConfigSection {
 public:
  using Entry = std::pair<std::string, ConfigValue>;

  /// The key's value here, else in the file's [DEFAULT] section, else null.
  /// Valid as long as the section.
  [[nodiscard]] const ConfigValue* find(std::string_view key) const;
  /// The same as text; a block counts as absent.
  [[nodiscard]] const std::string* text(std::string_view key) const;
  /// A key of a block, for example ("s3", "addressing_style").
  [[nodiscard]] const std::string* text(std::string_view block, std::string_view key) const;

  /// The section's own entries, without [DEFAULT]'s.
  [[nodiscard]] const std::vector<Entry>& entries() const { return entries_; }

  [[nodiscard]] const ConfigSection* defaults() const { return defaults_.get(); }

  [[nodiscard]] bool empty() const {
    return entries_.empty() && (defaults_ == nullptr || defaults_->empty());
  }

  /// Adds the entry and returns its value, or null if the key is taken already.
  ConfigValue* add(std::string key, ConfigValue value);

  ConfigValue& at(std::size_t index) { return entries_[index].second; }

  void set_defaults(std::shared_ptr<const ConfigSection> defaults) {
    defaults_ = std::move(defaults);
  }

 private:
  std::vector<Entry> entries_;
  std::unordered_map<std::string, std::size_t> index_;
  // Shared, not copied into each section: a hostile file could otherwise grow to its square.
  std::shared_ptr<const ConfigSection> defaults_;
};

/// Sections by their whole header text ("profile dev"), in the file's order.
using ConfigSections = std::vector<std::pair<std::string, ConfigSection>>;

/// What lines are that follow a key without a value: keys of a block, or text as any other (in the
/// file of aliases).
enum class IndentedBlocks : std::uint8_t { keys, text };

/// Reads the INI dialect of the AWS CLI, which is that of Python's RawConfigParser with botocore's
/// indented blocks: `#` and `;` start a comment only at the start of a line, `=` or `:` ends a key,
/// keys are put in lower case, a more indented line continues a value, a [DEFAULT] section supplies
/// every other one; sections and keys may not repeat within a file.
/// Errors: general, `Unable to parse config file: PATH`, as the AWS CLI words every mistake.
[[nodiscard]] Result<ConfigSections> parse_config(std::string_view bytes,
                                                  const std::string& path,
                                                  IndentedBlocks blocks = IndentedBlocks::keys);

/// Splits as a POSIX shell splits words (quotes and backslashes, no expansion); nothing if a quote
/// stays open. Section headers such as [profile "my profile"] are read with it.
[[nodiscard]] std::optional<std::vector<std::string>> split_words(std::string_view text);

}  // namespace virga::config
