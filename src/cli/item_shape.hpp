// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <vector>

#include "model/catalog.hpp"

namespace virga::cli {

/// Where an operation's answer has its items.
struct ItemShape {
  std::string path;  ///< of the list ("Contents", "StreamDescription.Shards"); may be empty
  std::vector<std::string> columns;  ///< the members of an item, if it is a structure
};

/// The first list among the result keys of the operation's paginator; without one, the only list
/// among the members of the output. Thread-safe.
[[nodiscard]] ItemShape item_shape(const model::Operation& operation);

}  // namespace virga::cli
