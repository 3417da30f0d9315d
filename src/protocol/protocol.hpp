// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <memory>
#include <string>
#include <string_view>

#include "base/clock.hpp"
#include "base/result.hpp"
#include "http/message.hpp"
#include "model/catalog.hpp"
#include "value/value.hpp"

namespace virga::protocol {

/// What an operation sends, before endpoint, checksums and signature: `request` has method, path
/// (labels filled in, percent-encoded), query, headers of the bindings and of the protocol
/// (Content-Type, X-Amz-Target, ...), and the body. Scheme, host and the endpoint's own path prefix
/// are the endpoint's business. A streaming member is given as a Blob in the input and becomes the
/// body; the caller may replace it by Request::stream.
struct Serialized {
  http::Request request;
  /// The operation's hostPrefix with labels filled in ("data-", "api."), or empty.
  std::string host_prefix;
};

/// Errors: validation, for what cannot be sent (an empty URI label, a value that is no timestamp).
/// `params` is validated input: a map of members by their model names. `random` makes idempotency
/// tokens.
[[nodiscard]] Result<Serialized> serialize(const model::Operation& operation,
                                           const Value& params,
                                           Random& random);

/// A service's answer as a value.
struct Parsed {
  Value output = Map();  ///< members in the model's order
  std::string request_id;
};

struct ParseOptions {
  bool query_compatible_errors = true;
};

/// Reads a response. Statuses of 300 and above are errors of the service.
///
/// The output holds the members that the response has, in the model's order; unknown members are
/// dropped; nulls of structures are dropped, nulls in lists and maps stay. Timestamps keep their
/// wire form; blobs in documents are Blob values; a streaming payload is not here (it went to the
/// sink) and is left out. Errors: service (with code, message, status and request id), response for
/// what cannot be understood.
[[nodiscard]] Result<Parsed> parse(const model::Operation& operation,
                                   const http::Response& response,
                                   const ParseOptions& options = {});

}  // namespace virga::protocol
