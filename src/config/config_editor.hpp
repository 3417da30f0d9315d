// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <string_view>

#include "base/result.hpp"

namespace virga::config {

/// The section of a configuration file that something is written to.
struct SectionName {
  std::string type;  ///< "profile", "sso-session", "services"; empty for a header that is its name
  std::string name;

  /// What stands between the brackets: `profile dev`, quoted where the name has blanks.
  [[nodiscard]] std::string header() const;
  /// Whether an existing header means this section, however it is quoted and spaced.
  [[nodiscard]] bool matches(std::string_view header) const;
};

/// Where the config file keeps a profile: [default], or [profile NAME].
[[nodiscard]] SectionName section_of_profile(std::string_view profile);

/// One value to be written.
struct ConfigEdit {
  SectionName section;
  std::string key;
  std::string subkey{};  ///< of a block: for "s3.addressing_style"; empty for a key of its own
  std::string value;
};

/// The text of a configuration file with the value in it: in the place of the old one, else behind
/// the section's last key, else in a new section at the end. Every other line keeps its bytes and
/// its place.
/// Errors: usage, for names and values that would not be read back as they are: with line ends, or
/// keys that are empty or have `=`, `:` or what begins a comment or a section.
[[nodiscard]] Result<std::string> edit_config(std::string_view text, const ConfigEdit& edit);

}  // namespace virga::config
