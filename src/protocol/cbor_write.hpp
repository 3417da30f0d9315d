// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

// Appends CBOR data items (RFC 8949) of definite length, in their shortest form. Thread-safe: no
// state.
namespace virga::protocol::cbor {

void append_unsigned(std::string& out, std::uint64_t number);
void append_integer(std::string& out, std::int64_t number);
void append_bytes(std::string& out, std::string_view bytes);
void append_text(std::string& out, std::string_view text);
/// The head only: `count` items follow.
void append_list(std::string& out, std::uint64_t count);
/// The head only: `count` pairs follow.
void append_map(std::string& out, std::uint64_t count);
/// The head only: one item follows.
void append_tag(std::string& out, std::uint64_t tag);
void append_boolean(std::string& out, bool value);
void append_null(std::string& out);
/// Four bytes; NaN and the infinities in two.
void append_float(std::string& out, float number);
/// Eight bytes; NaN and the infinities in two.
void append_double(std::string& out, double number);

}  // namespace virga::protocol::cbor
