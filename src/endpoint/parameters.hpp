// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string_view>

#include "endpoint/endpoint.hpp"
#include "endpoint/rules/evaluate.hpp"
#include "model/catalog.hpp"
#include "value/value.hpp"

namespace virga::endpoint {

/// The values of the rule sets' built-in parameters that are not simply configuration.
struct Builtins {
  std::string_view region;  ///< empty: not set
  bool use_fips = false;
  bool use_dual_stack = false;
  bool sts_use_global_endpoint = false;
  bool s3_use_global_endpoint = false;
  bool s3_force_path_style = false;
};

/// The parameters of the service's rule set for one call. A parameter's value is the first of: the
/// operation's static value, the input member bound to it, the path into the input bound to it, the
/// client's setting, the built-in. The result points into all arguments.
[[nodiscard]] RuleParameters rule_parameters(const model::Operation& operation,
                                             const Value& input,
                                             const EndpointParams& params,
                                             const Builtins& builtins,
                                             Arena& arena);

/// Whether a text has the form of an ARN (six parts, the first being "arn").
[[nodiscard]] bool is_arn(std::string_view text);

}  // namespace virga::endpoint
