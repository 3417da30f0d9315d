// SPDX-License-Identifier: Apache-2.0
#include "help/sections.hpp"

#include <algorithm>

#include "base/strings.hpp"
#include "cli/global_options.hpp"

namespace virga::help {
namespace {

constexpr std::string_view k_mock = "mock";

bool is_shown(const cli::GlobalOption& option, cli::Compat compat) {
  using Since = cli::GlobalOption::Since;
  return !(compat == cli::Compat::v1 && option.since == Since::v2) &&
         !(compat == cli::Compat::v2 && option.name == "v2-debug");
}

/// An operation's own option wins over a global one of that name.
bool has(const cli::ArgumentTable* own, std::string_view name) {
  return own != nullptr && own->find(name) != nullptr;
}

void add_global(std::string_view name,
                bool is_flag,
                std::span<const std::string_view> choices,
                Layout& layout) {
  layout.text(concat("--", name), Style::bold);
  layout.text(is_flag ? " (boolean)" : " (string)");
  layout.indent(k_text_indent);
  set_inline(global_option_text(name), layout);
  if (!choices.empty()) {
    layout.text(" One of");
    for (const auto choice : choices) {
      layout.text(" ");
      layout.text(choice, Style::bold);
      layout.text(choice == choices.back() ? "." : ",");
    }
  }
  layout.dedent(k_text_indent);
  layout.end_paragraph();
}

}  // namespace

void set_inline(std::string_view text, Layout& layout) {
  for (std::size_t at = 0; at < text.size();) {
    const bool code = text[at] == '`';
    const bool bold = text.substr(at, 2) == "**";
    const std::string_view mark = code ? "`" : "**";
    const auto end = code || bold ? text.find(mark, at + mark.size()) : std::string_view::npos;
    if (end != std::string_view::npos) {
      layout.text(text.substr(at + mark.size(), end - at - mark.size()), Style::bold);
      at = end + mark.size();
      continue;
    }
    const auto stop = std::min({text.find('`', at + 1), text.find("**", at + 1), text.size()});
    layout.text(text.substr(at, stop - at));
    at = stop;
  }
}

void add_name(std::string_view name, Layout& layout) {
  layout.heading("NAME");
  layout.text(name);
  layout.end_paragraph();
}

void add_global_synopsis(cli::Compat compat, const cli::ArgumentTable* own, Layout& layout) {
  for (const auto& option : cli::global_option_rows()) {
    if (is_shown(option, compat) && !has(own, option.name)) {
      layout.text(concat("[--", option.name, option.arity == cli::Arity::flag ? "]" : " <value>]"));
      layout.end_line();
    }
  }
}

void add_global_options(cli::Compat compat, const cli::ArgumentTable* own, Layout& layout) {
  layout.heading("GLOBAL OPTIONS");
  for (const auto& option : cli::global_option_rows()) {
    if (is_shown(option, compat) && !has(own, option.name)) {
      add_global(option.name, option.arity == cli::Arity::flag, option.choices, layout);
    }
  }
  if (!has(own, k_mock)) {
    add_global(k_mock, true, {}, layout);
  }
}

}  // namespace virga::help
