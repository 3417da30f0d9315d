// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <string_view>

#include "cli/argument_table.hpp"
#include "cli/usage.hpp"
#include "help/layout.hpp"
#include "model/catalog.hpp"
#include "model/documentation.hpp"

// Parts that several pages share.
namespace virga::help {

/// "Bold words", `code` as bold, the rest plain: one line of Markdown's inline marks.
void set_inline(std::string_view text, Layout& layout);

/// How far what explains a name stands right of it.
inline constexpr std::size_t k_text_indent = 3;

/// NAME.
void add_name(std::string_view name, Layout& layout);
/// The global options of a synopsis, a line each; without those that an operation has itself
/// (`own` may be null).
void add_global_synopsis(cli::Compat compat, const cli::ArgumentTable* own, Layout& layout);
/// GLOBAL OPTIONS; without --mock where the operation has an option of that name.
void add_global_options(cli::Compat compat, const cli::ArgumentTable* own, Layout& layout);

/// The members of an input's or output's shape with their documentation, all levels; a structure
/// within itself is shown once.
void add_members(const model::Shape& shape,
                 const model::Documentation& documentation,
                 Layout& layout);
/// What a list's or map's elements are, or a structure's members, below an option.
void add_nested(const model::Member& member,
                const model::Documentation& documentation,
                Layout& layout);

/// "Possible values" of an enumeration; nothing for other shapes.
void add_enum_values(const model::Shape& shape, Layout& layout);
/// The notes on streaming blobs and tagged unions.
void add_type_notes(const model::Member& member, Layout& layout);

/// What a waiter asks and what it waits for, in Markdown's inline marks.
[[nodiscard]] std::string waiter_summary(const model::Document& waiter);
/// The description of "wait NAME".
void add_waiter_text(const model::Document& waiter, Layout& layout);

/// What help says of an option that is no member of the operation's input, in Markdown's inline
/// marks; empty if nothing is known.
[[nodiscard]] std::string_view argument_text(std::string_view service_command,
                                             std::string_view operation_command,
                                             std::string_view name);

/// The same of a global option; empty for one that the program does not have.
[[nodiscard]] std::string_view global_option_text(std::string_view name);

}  // namespace virga::help
