// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <optional>
#include <string_view>
#include <vector>

#include "value/value.hpp"

namespace virga::endpoint {

/// What an operationContextParams path finds: one text or flag, or a list of texts.
struct PathResult {
  bool is_list = false;
  std::vector<std::string_view> texts;  ///< views into the input
  std::optional<bool> flag;
};

/// Evaluates the subset of JMESPath that operation context parameters may use (Smithy's
/// rules-engine specification): fields, '.', "[*]", "[]", keys(...) and multi-select lists of them;
/// the latter come flattened, as every model has them. None if the path finds nothing or is not
/// understood.
[[nodiscard]] std::optional<PathResult> search_path(std::string_view path, const Value& input);

}  // namespace virga::endpoint
