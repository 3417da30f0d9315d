// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string_view>

#include "base/result.hpp"

namespace virga::endpoint {

/// Words the message of a rule set's error rule as the AWS CLI does. `bucket` is the call's Bucket,
/// if it has one.
[[nodiscard]] Error rule_error(std::string_view service, Error error, std::string_view bucket);

}  // namespace virga::endpoint
