// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/clock.hpp"
#include "base/result.hpp"
#include "model/catalog.hpp"
#include "protocol/protocol.hpp"
#include "value/value.hpp"

// What the serialisers of all protocols share. Private to protocol/. Thread-compatible.
namespace virga::protocol {

/// Deeper inputs are refused; the AWS CLI ends in Python's recursion limit instead.
constexpr int k_max_input_depth = 256;

/// How much of a second a timestamp keeps.
enum class Precision {
  standard,     ///< microseconds in ISO 8601, whole seconds elsewhere
  millisecond,  ///< three digits in ISO 8601, a fraction in epoch seconds
};

/// Collects the first thing that cannot be sent, so that the writers need no error path of their
/// own: they go on, and what they wrote is thrown away.
class Problems {
 public:
  void note(std::string message, ErrorCode code = ErrorCode::validation);
  [[nodiscard]] Status status() const;

  /// Notes inputs that are nested too deeply; true if this depth is one.
  [[nodiscard]] bool too_deep(int depth);

 private:
  std::optional<Error> first_;
};

/// A member with the value it is given.
struct Field {
  model::Member member;
  const Value* value;  ///< owned by the parameters or by RequestInput::tokens
};

/// One call, ready to be written: the members of the input in the order they were given, nulls left
/// out, and idempotency tokens that were not given after them.
struct RequestInput {
  const model::Operation& operation;
  std::optional<model::Shape> shape;
  std::vector<Field> fields;
  std::vector<Value> tokens;
  Precision precision = Precision::standard;

  [[nodiscard]] const Value* find(std::string_view name) const;
};

/// Errors: validation, for members that the model does not have.
[[nodiscard]] Status read_input(RequestInput& input, const Value& params, Random& random);

/// Errors: validation, for labels that are missing or do not fit into a host name.
[[nodiscard]] Result<std::string> expand_host_prefix(const RequestInput& input);

/// Finds members by name; fast where the names come in the model's order, as they mostly do.
class MemberFinder {
 public:
  explicit MemberFinder(const model::Shape& shape) : shape_(shape), count_(shape.member_count()) {}

  [[nodiscard]] std::optional<model::Member> find(std::string_view name);

 private:
  model::Shape shape_;
  std::uint32_t count_;
  std::uint32_t next_ = 0;
};

void note_unknown_member(Problems& problems, std::string_view name);
void note_wrong_kind(Problems& problems, const model::Shape& shape, std::string_view wanted);

/// Calls visit(member, value) for each member of a structure that is given and not null.
template <typename Visit>
void for_each_member(const model::Shape& shape,
                     const Value& structure,
                     Problems& problems,
                     Visit visit) {
  const auto* map = structure.as_map();
  if (map == nullptr) {
    note_wrong_kind(problems, shape, "a structure");
    return;
  }
  MemberFinder finder(shape);
  for (const auto& [name, value] : *map) {
    if (value.is_null()) {
      continue;
    }
    if (const auto member = finder.find(name)) {
      visit(*member, value);
    } else {
      note_unknown_member(problems, name);
    }
  }
}

/// The elements, or null with a note where this is no list.
[[nodiscard]] const List* list_of(const model::Shape& shape,
                                  const Value& value,
                                  Problems& problems);
[[nodiscard]] const Map* map_of(const model::Shape& shape, const Value& value, Problems& problems);

/// Whether lists and maps are nested more than `levels` deep: documents, which no shape bounds.
[[nodiscard]] bool is_deeper_than(const Value& value, int levels);

/// Python's str() of the value: "1.0", "True", the text of a string.
void append_text(std::string& out, const Value& value);
/// As append_text(), with the names NaN, Infinity and -Infinity.
void append_float(std::string& out, const Value& value);
/// NaN, Infinity and -Infinity by name, or empty for a finite number.
[[nodiscard]] std::string_view special_float_name(double number);
/// Python's truth of the value.
[[nodiscard]] bool is_true(const Value& value);
/// The bytes of a blob, or of a text; empty with a note for anything else. The view lives as long
/// as the value.
[[nodiscard]] std::string_view bytes_of(const Value& value, Problems& problems);
void append_base64(std::string& out, std::string_view bytes);

enum class Seconds { with_fraction, whole };

/// The timestamp in the given format; `unspecified` counts as `fallback`.
void append_timestamp(std::string& out,
                      const Value& value,
                      model::TimestampFormat format,
                      Precision precision,
                      Problems& problems,
                      Seconds seconds = Seconds::with_fraction);

[[nodiscard]] inline model::TimestampFormat format_or(model::TimestampFormat given,
                                                      model::TimestampFormat fallback) {
  return given == model::TimestampFormat::unspecified ? fallback : given;
}

/// The moment a timestamp value names, or nothing and a note.
[[nodiscard]] std::optional<std::int64_t> epoch_seconds(const Value& value, Problems& problems);

}  // namespace virga::protocol
