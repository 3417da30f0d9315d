// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <optional>
#include <string_view>

#include "base/result.hpp"

namespace virga::engine {

/// Gives a service's error the AWS CLI's sentence: "An error occurred (CODE) when calling the
/// OPERATION operation (reached max retries: N): MESSAGE". `retries` is how often the call was
/// tried again before the attempts or the quota ran out; nothing where it was not worth another
/// try.
void word_service_error(Error& error, std::string_view operation, std::optional<int> retries);

}  // namespace virga::engine
