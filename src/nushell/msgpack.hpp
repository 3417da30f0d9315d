// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.hpp"
#include "value/value.hpp"

// MessagePack (https://github.com/msgpack/msgpack/blob/master/spec.md), the encoding of Nushell's
// plugin protocol. Messages stand back to back, without framing.
namespace virga::nushell {

/// Takes bytes as they come and gives whole messages: maps, arrays, integers, text, bin as a Blob.
/// Input is hostile: depth and sizes are bounded, and nothing is reserved for what a head claims
/// before it is there. Thread-compatible.
class MessageReader {
 public:
  /// Adds bytes behind those that are not read yet.
  void feed(std::string_view bytes);

  /// The next whole message, or none before more bytes come. Errors: response, for bytes that are
  /// no MessagePack or exceed a bound; there is nothing more to read after one.
  [[nodiscard]] Result<std::optional<Value>> next();

 private:
  [[nodiscard]] Result<bool> scan();

  std::string buffer_;
  std::size_t start_ = 0;    // of the message that is read; what is before it is done with
  std::size_t scanned_ = 0;  // bytes of the message whose structure is known
  std::vector<std::uint64_t> open_{};  // objects that are still to come, for each open container
};

// Writers: each appends one object, in its shortest form, to `out`.
void pack_nil(std::string& out);
void pack_bool(std::string& out, bool value);
void pack_integer(std::string& out, std::int64_t value);
void pack_double(std::string& out, double value);
/// What is not UTF-8 becomes U+FFFD: the reader may take the whole message for damaged otherwise.
void pack_text(std::string& out, std::string_view text);
void pack_binary(std::string& out, std::string_view bytes);
/// The heads of an array of `count` objects and of a map of `count` pairs, which follow.
void pack_array(std::string& out, std::size_t count);
void pack_map(std::string& out, std::size_t count);
/// A tree of nulls, booleans, numbers, text, blobs, lists and maps; other kinds as their text.
void pack(std::string& out, const Value& value);

}  // namespace virga::nushell
