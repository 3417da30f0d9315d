// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.hpp"
#include "value/value.hpp"

// Nushell's values as its plugin protocol writes them: {"Kind": {"val": ..., "span": ...}}.
// Source: tested against nu 0.108 and 0.115.
namespace virga::nushell {

/// A stretch of the user's source text, for labels of errors; 0 to 0 where there is none.
struct Span {
  std::int64_t start = 0;
  std::int64_t end = 0;

  bool operator==(const Span&) const = default;
};

/// The version of the engine that the plugin talks to: some encodings depend on it.
struct EngineVersion {
  int major = 0;
  int minor = 0;

  [[nodiscard]] bool at_least(int wanted_major, int wanted_minor) const {
    return major != wanted_major ? major > wanted_major : minor >= wanted_minor;
  }
};

/// What a number or text means to Nushell beyond its type.
enum class Unit : std::uint8_t {
  none,
  bytes,         ///< Filesize
  seconds,       ///< Duration
  milliseconds,  ///< Duration
  nanoseconds,   ///< Duration
};

/// Says which members of a result have a unit. Thread-safe.
class Units {
 public:
  virtual ~Units() = default;
  [[nodiscard]] virtual Unit of(std::string_view member) const = 0;
};

/// No member has one.
[[nodiscard]] const Units& no_units();

/// Byte counts in the results of an AWS service ("s3"): by the ending of their names and a list.
class ServiceUnits final : public Units {
 public:
  explicit ServiceUnits(std::string_view service) : service_(service) {}

  [[nodiscard]] Unit of(std::string_view member) const override;

 private:
  std::string service_;
};

/// Appends a value in Nushell's form: timestamps as Date, blobs as Binary, maps as Record, null as
/// Nothing. `span` is that of the command that made it.
void pack_nu_value(std::string& out, const Value& value, Span span, const Units& units);

/// A column of a row whose columns have units of their own.
struct Column {
  std::string_view name;
  Value value{};
  const Units& units = no_units();  ///< of the value's members
  Unit unit = Unit::none;           ///< of the value itself
};

/// Appends a record of these columns, all with the place `span`.
void pack_nu_row(std::string& out, std::span<const Column> columns, Span span);

/// A value that came from Nushell: the tree as decoded, with its parts found.
struct NuValue {
  std::string_view kind_view;      ///< "Int", "Record", ...; owned by the tree
  const Value* payload = nullptr;  ///< `val` or `vals`; null for Nothing. Owned by the tree
  Span span;
};

/// Errors: response, where the tree is no value.
[[nodiscard]] Result<NuValue> read_nu_value(const Value& tree);

/// A value of Nushell as a Value: Filesize as its bytes, Duration in the unit that `name`, of the
/// option or member that has it, says (TimeoutInMillis), else in seconds, Date as a timestamp, Glob
/// and paths as text. Errors: usage, for what has no meaning to AWS (closures, errors, custom
/// values); `at` is set to its span.
[[nodiscard]] Result<Value> from_nu_value(const Value& tree, Span& at, std::string_view name = {});

/// A value of Nushell for keeping: without its places in the source, binary data as a blob. Errors:
/// usage, for what means nothing later (closures, errors, custom values); `at` is set to its span.
[[nodiscard]] Result<Value> without_spans(const Value& tree, Span& at);

/// The value that without_spans() took apart, at home at `span`.
[[nodiscard]] Value with_spans(const Value& kept, Span span);

/// The value as one word of an AWS command line: text as it is, records and lists as JSON,
/// dates in ISO 8601, binary data as base64, durations in the unit that `name` says; in whole
/// seconds without one.
[[nodiscard]] Result<std::string> word_of(const Value& tree, Span& at, std::string_view name = {});

}  // namespace virga::nushell
