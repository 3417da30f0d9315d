// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "base/result.hpp"
#include "http/message.hpp"
#include "model/catalog.hpp"
#include "protocol/parse_scalar.hpp"
#include "value/value.hpp"

namespace virga::protocol {

/// The values of all fields of that name, joined with ", " (RFC 9110 section 5.3), or nothing.
[[nodiscard]] std::optional<std::string> joined_header(const http::Headers& headers,
                                                       std::string_view name);

/// Appends the members of `shape` that travel in headers and in the status. Errors: response.
[[nodiscard]] Status append_located_members(const model::Shape& shape,
                                            const http::Response& response,
                                            TextRules rules,
                                            Map& out);

}  // namespace virga::protocol
