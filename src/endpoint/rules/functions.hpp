// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <optional>
#include <span>
#include <string>
#include <string_view>

#include "endpoint/rules/rule_value.hpp"
#include "model/document.hpp"

namespace virga::endpoint {

/// The longest text that a rule may make: a hostile rule set can double a text at each step.
constexpr std::size_t k_max_rule_text = 65536;

/// What functions need besides their arguments.
struct FunctionContext {
  model::Document partitions;  ///< partitions.json
  Arena* arena = nullptr;      ///< never null in use; owner: the evaluation
  std::string error;           ///< set by a function that cannot go on; the evaluation then fails
};

/// Calls a function of the rule engine's standard library (botocore: endpoint_provider.py,
/// RuleSetStandardLibrary; also ite, coalesce and split of newer rule sets). Not set means failed
/// condition, or an error if context.error is not empty then.
[[nodiscard]] RuleValue call_function(std::string_view name,
                                      std::span<const RuleValue> arguments,
                                      FunctionContext& context);

/// Follows a path such as "resourceId[0]" or "a.b[1]" into a value.
[[nodiscard]] RuleValue get_attribute(const RuleValue& value, std::string_view path);

/// The partition of a region: by its list, by its pattern, else the first one.
[[nodiscard]] model::Document find_partition(model::Document partitions, std::string_view region);

}  // namespace virga::endpoint
