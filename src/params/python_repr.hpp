// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <string>
#include <string_view>

#include "value/value.hpp"

// How Python shows values: the AWS CLI's messages quote them so. Thread-safe.
namespace virga::params {

/// What Python class a map stands for.
enum class DictStyle {
  plain,    ///< dict: {'a': 1}
  ordered,  ///< OrderedDict: OrderedDict([('a', 1)]), as Python 3.11 prints it
};

/// Python's repr of the value, as Python 3.11 prints it. Blobs are bytes: b'a\x00'. Maps in maps
/// have the same style.
[[nodiscard]] std::string python_repr(const Value& value, DictStyle style = DictStyle::plain);

/// repr of a str: in single quotes unless only double ones need no escape.
[[nodiscard]] std::string python_quoted(std::string_view text);

/// Python's str of the value: strings as they are, else repr.
[[nodiscard]] std::string python_str(const Value& value, DictStyle style = DictStyle::plain);

/// "<class 'int'>".
[[nodiscard]] std::string python_type(const Value& value, DictStyle style = DictStyle::plain);

/// The character at `position` as Python sees it, moving on: lone surrogates are characters, and a
/// byte that is not UTF-8 is U+DC80 + byte - 0x80, as in Python's command line.
[[nodiscard]] char32_t next_python_character(std::string_view text, std::size_t& position);

/// Python's len of a str.
[[nodiscard]] std::size_t python_length(std::string_view text);

/// Python's str.isspace of one character, which is what strip and \s go by.
[[nodiscard]] bool is_python_space(char32_t character);

/// Python's str.lstrip, rstrip and strip.
[[nodiscard]] std::string_view python_lstrip(std::string_view text);
[[nodiscard]] std::string_view python_rstrip(std::string_view text);
[[nodiscard]] std::string_view python_strip(std::string_view text);

}  // namespace virga::params
