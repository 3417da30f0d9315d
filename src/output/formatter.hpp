// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <memory>
#include <string>
#include <string_view>

#include "base/result.hpp"
#include "value/timestamp.hpp"
#include "value/value.hpp"

namespace virga::output {

/// Where printed bytes go. Thread-compatible.
class Writer {
 public:
  virtual ~Writer() = default;
  /// Errors: io.
  [[nodiscard]] virtual Status write(std::string_view bytes) = 0;
};

/// A file descriptor, unbuffered. A reader that left (EPIPE) is no error: the rest is dropped, as
/// in the AWS CLI.
class DescriptorWriter final : public Writer {
 public:
  explicit DescriptorWriter(int descriptor) : descriptor_(descriptor) {}

  [[nodiscard]] Status write(std::string_view bytes) override;

  /// Whether the reader has left.
  [[nodiscard]] bool is_closed() const { return closed_; }

 private:
  int descriptor_;
  bool closed_ = false;
};

struct FormatOptions {
  TimestampStyle timestamps = TimestampStyle::iso8601;
};

/// Prints results in one of the output formats. Thread-compatible.
class Formatter {
 public:
  virtual ~Formatter() = default;
  /// One whole result.
  [[nodiscard]] virtual Status print(const Value& result, Writer& out) = 0;
};

/// The formatter for the value of --output; errors: usage, for a format that there is not.
[[nodiscard]] Result<std::unique_ptr<Formatter>> make_formatter(std::string_view format,
                                                                const FormatOptions& options);

}  // namespace virga::output
