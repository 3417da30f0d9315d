// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <string_view>

#include "nushell/host.hpp"

// "virga complete WORDS": what the shim's Tab asks.
namespace virga::nushell {

/// A word as Nushell's completers get it, without the quotes around it; the closing one may be
/// missing.
[[nodiscard]] std::string typed_word(std::string_view span);

/// A text as one word of Nushell's, in quotes where anything in it could mean something else.
[[nodiscard]] std::string nu_word(std::string_view text);

[[nodiscard]] PluginCommand complete_command();

/// Candidates for an argument of "virga aws" (the body of GetCompletion), as CompletionItems has
/// them; null lets nu complete. Names of resources need the shell's environment.
[[nodiscard]] Value completion_items(const Value& request,
                                     const model::Catalog& catalog,
                                     const AskEngine& ask);

}  // namespace virga::nushell
