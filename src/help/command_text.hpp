// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "help/layout.hpp"

// The texts of commands that are written by hand, src/commands/NAME.md. They are the source of
// their help and of their completion:
//
//   # virga models
//
//   A first paragraph that says what it is for.
//
//   ## Synopsis
//
//       virga models build [--from DIR] [--out FILE]
//
//   ## Options
//
//   * `--from DIR`: what it means.
//
// Of Markdown they use headings, paragraphs, lists with "*", indented code, `code` and **bold**.
namespace virga::help {

/// Sets such a text as a page.
void set_command_text(std::string_view markdown, Layout& layout);

/// The first sentence of its first paragraph, without marks.
[[nodiscard]] std::string command_summary(std::string_view markdown);

struct CommandOption {
  std::string name;  ///< with its dashes
  bool takes_value = false;
  bool takes_file = false;   ///< the value is called FILE or DIR
  std::string meaning = {};  ///< of the list of options; may be empty
};

/// One way to call a command, as a line of its synopsis shows it.
struct CommandForm {
  std::vector<std::string> words;  ///< behind "virga": {"models", "build"}
  std::vector<CommandOption> options;
  bool takes_words = false;  ///< further words may follow
  bool takes_files = false;  ///< one of them is called FILE
};

[[nodiscard]] std::vector<CommandForm> command_forms(std::string_view markdown);

}  // namespace virga::help
