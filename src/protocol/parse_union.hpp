// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <string_view>

#include "base/strings.hpp"
#include "value/value.hpp"

namespace virga::protocol {

/// What botocore shows for a member of a union that the model does not know.
[[nodiscard]] inline Value unknown_union_member(std::string name) {
  Map inner;
  inner.append("name", std::move(name));
  Map outer;
  outer.append("SDK_UNKNOWN_MEMBER", std::move(inner));
  return outer;
}

[[nodiscard]] inline std::string union_error(std::string_view shape) {
  return concat("Invalid service response: ", shape, " must have one and only one member set.");
}

}  // namespace virga::protocol
