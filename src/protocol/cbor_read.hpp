// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string_view>

#include "base/result.hpp"
#include "value/value.hpp"

namespace virga::protocol {

/// Reads one CBOR data item (RFC 8949) at the start of the bytes; what follows it is ignored. Byte
/// strings are Blobs, tag 1 is a Timestamp in Python's spelling of the number, tags 2 and 3 are
/// integers. Entries of maps whose value is null or undefined are dropped, as botocore does.
/// Nesting deeper than 256 is an error.
///
/// Errors: response. Lengths are checked against what is there, so nothing large is made for a
/// false length.
[[nodiscard]] Result<Value> read_cbor(std::string_view bytes);

}  // namespace virga::protocol
