// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string_view>

#include "base/result.hpp"
#include "query/node.hpp"

namespace virga::query {

/// Errors: usage, with the package's text.
[[nodiscard]] Result<Node> parse(std::string_view expression);

}  // namespace virga::query
