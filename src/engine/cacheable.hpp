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

/// What calls of the operation do besides answering:
///  - methods other than GET, HEAD and POST, and idempotency tokens, belong to writes;
///  - streams and raw bodies are not results;
///  - calls that nobody signs have no identity to keep answers apart by.
/// Nothing if that does not forbid to keep its answers.
[[nodiscard]] std::optional<KeepObstacle> effect_obstacle(const model::Operation& operation);

/// Whether calls of the operation only read, as far as names and the rules know, so that it may be
/// called once more than the user asked for: page after page. What may not be kept, because it
/// holds secrets or is of this moment, may be a read all the same.
[[nodiscard]] bool is_read(const model::Operation& operation);

/// Secrets in the answer or the request (an entry shows its request): members that the model calls
/// sensitive, and members of the answer that are secrets by their names (passwords, tokens, signed
/// URLs, user data, environment variables), which older models do not mark.
/// Nothing if there are none. Cost: a walk over the shapes of input and output.
[[nodiscard]] std::optional<KeepObstacle> secret_obstacle(const model::Operation& operation);

/// The rule that counts: the rules' own, or "not kept" with the model's reason where that forbids
/// it (scope secret or effect; the row is then the member's name). No rule of the user's overcomes
/// that. Valid as long as rules and catalog. Cost: that of secret_obstacle().
[[nodiscard]] cache::TtlRule ttl_rule(const cache::TtlRules& rules,
                                      const model::Operation& operation);

/// The same without the look for secrets, for one to whom an answer that was kept is as good as one
/// that may be: what holds secrets was never kept.
[[nodiscard]] cache::TtlRule rule_before_secrets(const cache::TtlRules& rules,
                                                 const model::Operation& operation);

}  // namespace virga::engine
