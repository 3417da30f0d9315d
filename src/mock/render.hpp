// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "base/result.hpp"
#include "http/message.hpp"
#include "model/catalog.hpp"
#include "value/value.hpp"

namespace virga::mock {

/// The response that a service would send for this output, in the operation's protocol.
/// Errors: general, for a protocol that no service of the models is spoken to in
/// (smithy-rpc-v2-cbor).
[[nodiscard]] Result<http::Response> render(const model::Operation& operation, const Value& output);

}  // namespace virga::mock
