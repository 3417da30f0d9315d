// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <optional>
#include <string_view>

#include "cache/ttl_rule.hpp"
#include "model/catalog.hpp"

namespace virga::engine {

/// What in an operation's model forbids to keep its answers.
struct KeepObstacle {
  std::string_view reason;  ///< completes "not kept because"
  std::string_view member;  ///< the member at fault, a view into the pack; may be empty
};

/// Looks at one operation's model:
///  - methods other than GET, HEAD and POST, and idempotency tokens, belong to writes;
///  - streams and raw bodies are not results;
///  - calls that nobody signs have no identity to keep answers apart by;
///  - members that the model calls sensitive, in the answer or the request (an entry shows its
///    request), and members that are secrets by their names (passwords, tokens, signed URLs, user
///    data, environment variables), which older models do not mark.
/// Nothing if the answers may be kept. Cost: a walk over the shapes of input and output.
[[nodiscard]] std::optional<KeepObstacle> keep_obstacle(const model::Operation& operation);

/// The rule that counts: the rules' own, or "not kept" with the model's reason where that forbids
/// it (scope secret or effect; the row is then the member's name). No rule of the user's overcomes
/// that. Valid as long as rules and catalog.
[[nodiscard]] cache::TtlRule ttl_rule(const cache::TtlRules& rules,
                                      const model::Operation& operation);

}  // namespace virga::engine
