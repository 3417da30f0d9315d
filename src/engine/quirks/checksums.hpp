// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "base/result.hpp"
#include "engine/quirks.hpp"
#include "http/message.hpp"
#include "model/catalog.hpp"
#include "value/value.hpp"

namespace virga::engine::quirks {

/// Asks for checksums in answers where the operation can have them (the ChecksumMode member).
void ask_for_checksums(const model::Operation& operation, Map& params, const QuirkContext& context);

/// The request's checksum, as a header or as the trailer of an aws-chunked body, and whether the
/// answer's is checked.
[[nodiscard]] Status add_checksum(const model::Operation& operation,
                                  const Map& params,
                                  http::Request& request,
                                  QuirkContext& context);

/// Compares a body in memory with the checksum it came with.
[[nodiscard]] Status check_response(const model::Operation& operation,
                                    const http::Response& response,
                                    const QuirkContext& context);

/// Compresses the body where the model allows it and it is large enough.
[[nodiscard]] Status compress(const model::Operation& operation,
                              http::Request& request,
                              const QuirkContext& context);

}  // namespace virga::engine::quirks
