// SPDX-License-Identifier: Apache-2.0
#include "engine/quirks/table.hpp"

namespace virga::engine::quirks {

const std::string* bytes_of(const Value* value) {
  if (value == nullptr) {
    return nullptr;
  }
  if (const auto* blob = value->as_blob()) {
    return &blob->bytes;
  }
  return value->as_string();
}

}  // namespace virga::engine::quirks
