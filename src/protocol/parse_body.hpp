// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <string_view>

#include "base/result.hpp"
#include "http/message.hpp"
#include "model/catalog.hpp"
#include "value/value.hpp"

namespace virga::protocol {

/// The operation's output. `request_id` is set where the body says it. Errors: response.
[[nodiscard]] Result<Value> parse_output(const model::Operation& operation,
                                         const http::Response& response,
                                         std::string& request_id);

/// The members of `shape`, an output or an error, from headers, status and body. Those that are
/// bound to headers and status come first, as in botocore's output. Errors: response.
[[nodiscard]] Result<Value> parse_shape(std::string_view protocol,
                                        const model::Shape& shape,
                                        const http::Response& response);

/// A document in the body format of `protocol` as a value of the shape: what event payloads hold.
/// An empty body is an empty structure. Errors: response.
[[nodiscard]] Result<Value> parse_document(std::string_view protocol,
                                           const model::Member& member,
                                           std::string_view body);
[[nodiscard]] Result<Value> parse_document(std::string_view protocol,
                                           const model::Shape& shape,
                                           std::string_view body);

/// x-amzn-RequestId or x-amz-request-id, or empty.
[[nodiscard]] std::string request_id_header(const http::Headers& headers);

}  // namespace virga::protocol
