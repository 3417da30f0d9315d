// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string_view>

#include "base/result.hpp"
#include "value/value.hpp"

namespace virga::params {

/// One YAML 1.2 document as a value: the core schema's null, booleans, integers and floats;
/// !!binary as a blob; anchors, aliases and merge keys resolved; dates stay text. Keys are texts.
/// An empty text is null. Thread-safe.
///
/// Errors: validation, "line 2, column 5: ..."; also for a second document, tags of other kinds,
/// keys that come twice or are no scalars, and aliases that unfold to more than a million values.
[[nodiscard]] Result<Value> read_yaml(std::string_view text);

}  // namespace virga::params
