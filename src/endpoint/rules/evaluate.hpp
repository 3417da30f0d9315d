// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string_view>
#include <utility>
#include <vector>

#include "base/result.hpp"
#include "endpoint/endpoint.hpp"
#include "endpoint/rules/rule_value.hpp"
#include "model/document.hpp"

namespace virga::endpoint {

/// Names and values of a rule set's parameters; unset ones are left out.
using RuleParameters = std::vector<std::pair<std::string_view, RuleValue>>;

/// Finds the endpoint that a rule set (endpoint-rule-set-1.json) gives for the parameters, reading
/// the rules in place. `arena` owns what the parameters point to and must outlive the call.
///
/// Errors: general, with the message of the rule that says no, or with botocore's for parameters
/// that are missing or of a wrong type. A rule set too deep or too long to be honest is an error.
/// Thread-safe, given an arena of one's own.
[[nodiscard]] Result<Endpoint> evaluate_rules(model::Document rule_set,
                                              model::Document partitions,
                                              const RuleParameters& parameters,
                                              Arena& arena);

}  // namespace virga::endpoint
