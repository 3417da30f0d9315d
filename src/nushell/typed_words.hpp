// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "base/result.hpp"
#include "nushell/connection.hpp"

namespace virga::nushell {

/// Behind a wrapper (def --wrapped), nu before 0.114 reads bare words as values, so that an account
/// 012345678901 comes as a number without its zero. Puts what stands in the user's source back in
/// place of such values among the positional arguments; what an expression gave stays a value.
/// Errors: interrupted.
[[nodiscard]] Status restore_typed_words(RunningCall& call);

/// Whether the source of a value is the value itself, as opposed to `$n` or `(1 + 1)`.
[[nodiscard]] bool is_literal(std::string_view source);

}  // namespace virga::nushell
