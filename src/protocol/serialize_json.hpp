// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <span>
#include <string>

#include "protocol/serialize_input.hpp"

namespace virga::protocol {

/// Writes the JSON bodies of the json and rest-json protocols, byte for byte as Python's json.dumps
/// does: ASCII only, with a blank after ':' and ','. Thread-compatible.
class JsonBody {
 public:
  /// Appends to `out`, which lives longer, as does `problems`.
  JsonBody(std::string& out, Precision precision, Problems& problems)
      : out_(out), precision_(precision), problems_(problems) {}

  /// An object of these members.
  void write_fields(std::span<const Field> fields);
  void write(const model::Member& member, const Value& value, int depth);

 private:
  void write_structure(const model::Shape& shape, const Value& value, int depth);
  void write_list(const model::Shape& shape, const Value& value, int depth);
  void write_map(const model::Shape& shape, const Value& value, int depth);
  void write_timestamp(const model::Member& member, const Value& value);
  void write_float(const Value& value);
  void write_plain(const Value& value);
  void write_key(std::string_view key, bool& first);

  std::string& out_;
  Precision precision_;
  Problems& problems_;
};

}  // namespace virga::protocol
