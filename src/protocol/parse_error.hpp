// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <string_view>

#include "base/result.hpp"
#include "http/message.hpp"
#include "model/catalog.hpp"
#include "protocol/protocol.hpp"
#include "value/value.hpp"

namespace virga::protocol {

/// What the service said of a failed call. Code and message are as the AWS CLI prints them:
/// "Unknown" for what an XML answer lacks, "None" for what it leaves empty, the status and its
/// reason phrase for what is no answer of the service at all. The members are those of
/// parse_error_members(). Error::message stays empty: the sentence that names the operation is the
/// caller's.
///
/// Returns an Error of code service; or response, where the AWS CLI cannot read the answer either.
[[nodiscard]] Error parse_error(const model::Operation& operation,
                                const http::Response& response,
                                const ParseOptions& options);

/// The members that the model gives to the error `code`, from the same response: {"Message": ...,
/// "Fault": ...}. An empty map if the model does not know the code. Errors: response.
[[nodiscard]] Result<Value> parse_error_members(const model::Operation& operation,
                                                const http::Response& response,
                                                std::string_view code);

/// The error's shape by its code, among those of the operation, then of the service.
[[nodiscard]] std::optional<model::Shape> find_error_shape(const model::Operation& operation,
                                                           std::string_view code);

/// The reason phrase of a status as Python knows it, or empty.
[[nodiscard]] std::string_view reason_phrase(int status);

}  // namespace virga::protocol
