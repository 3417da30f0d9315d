// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <span>
#include <string_view>

namespace virga::commands {

/// A file of this folder: "cache" is of cache.md, "s3_ls" of s3/ls.md.
struct HelpText {
  std::string_view name;
  std::string_view markdown;
};

[[nodiscard]] std::span<const HelpText> help_texts();

/// The text of a command: SERVICE/OPERATION.md, or SERVICE.md; dashes are underscores in names of
/// files. Empty if there is none.
[[nodiscard]] std::string_view help_text(std::string_view service, std::string_view operation);

}  // namespace virga::commands
