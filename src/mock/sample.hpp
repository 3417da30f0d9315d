// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "model/catalog.hpp"
#include "value/value.hpp"

namespace virga::mock {

/// A made-up output of the operation: the same at every call, every member present (to a depth of
/// six), lists of one element, the first value of each enum, no page token, so that pagination
/// ends. Blobs are Blob, timestamps are Timestamp in ISO 8601.
[[nodiscard]] Value sample_output(const model::Operation& operation);

}  // namespace virga::mock
