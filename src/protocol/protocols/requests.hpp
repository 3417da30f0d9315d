// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "protocol/protocol.hpp"
#include "protocol/serialize_input.hpp"

// The request side of each protocol. Each function fills everything of the request but the host
// prefix; errors: validation. Source: the protocols' pages of smithy.io and what botocore's
// serialize.py does where they differ.
namespace virga::protocol {

[[nodiscard]] Status write_json_request(const RequestInput& input, http::Request& request);
[[nodiscard]] Status write_rest_json_request(const RequestInput& input, http::Request& request);
[[nodiscard]] Status write_rest_xml_request(const RequestInput& input, http::Request& request);
[[nodiscard]] Status write_query_request(const RequestInput& input, http::Request& request);
[[nodiscard]] Status write_ec2_request(const RequestInput& input, http::Request& request);
[[nodiscard]] Status write_cbor_request(const RequestInput& input, http::Request& request);

/// The header that asks for errors with the codes of the query protocol, where the service once
/// spoke it.
void add_query_mode_header(const RequestInput& input, http::Request& request);

/// The operation's method, or POST.
[[nodiscard]] std::string method_of(const RequestInput& input);

}  // namespace virga::protocol
