// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <string_view>

#include "help/layout.hpp"

namespace virga::help {

/// Sets the HTML of a model's documentation: paragraphs, lists, notes, code, links. Tags that are
/// not closed, closed twice or unknown do no harm; what only looks like a tag ("<bucket-name>") is
/// text. The layout is as indented afterwards as before, and at the end of a paragraph.
void set_html(std::string_view html, Layout& layout);

/// The first sentence, in plain text without line ends, for lists of commands; a documentation of
/// less than a sentence as a whole.
[[nodiscard]] std::string first_sentence(std::string_view html);

}  // namespace virga::help
