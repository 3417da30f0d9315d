// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <string_view>

namespace virga::output {

/// What a text allows as a YAML scalar, by libyaml's rules (yaml_emitter_analyze_scalar).
struct YamlScalarTraits {
  bool plain = false;          ///< may stand without quotes in block style
  bool single_quoted = false;  ///< may stand in single quotes
  bool multiline = false;
};

[[nodiscard]] YamlScalarTraits analyze_yaml_scalar(std::string_view text);

/// Whether YAML 1.2's core schema, as the AWS CLI's library has it, would read the plain text as
/// something else than text: true, 0x1f, 2024-01-02, null, =.
[[nodiscard]] bool resolves_to_other_type(std::string_view text);

/// Whether libyaml prints the character that begins at the position as it is. Tabs and everything
/// beyond the basic plane are escaped.
[[nodiscard]] bool is_yaml_printable(std::string_view text, std::size_t at);

/// Bytes of the line break that begins at the position; 0 if there is none.
[[nodiscard]] std::size_t yaml_break_size(std::string_view text, std::size_t at);

/// Bytes of the character that begins at the position.
[[nodiscard]] std::size_t utf8_size(std::string_view text, std::size_t at);

}  // namespace virga::output
