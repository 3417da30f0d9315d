// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <vector>

#include "protocol/protocols/requests.hpp"

namespace virga::protocol {

/// What the parts of a REST request that are not the body leave for the body.
struct RestBody {
  std::vector<Field> fields;             ///< members that are bound to nothing else
  std::optional<model::Member> payload;  ///< the member that is the whole body
  const Value* payload_value = nullptr;  ///< null if it is not given

  /// Whether the payload is bytes or text that are sent as they are.
  [[nodiscard]] bool is_raw() const;
};

/// Fills method, path, query and headers, and sorts out the body, which it writes if it is raw.
/// Errors: validation, for labels that are missing or empty and for header values with line breaks.
[[nodiscard]] Result<RestBody> bind_rest_members(const RequestInput& input, http::Request& request);

}  // namespace virga::protocol
