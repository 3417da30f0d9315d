// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string_view>

#include "base/result.hpp"

namespace virga::output {

/// Where printed bytes go. Thread-compatible.
class Writer {
 public:
  virtual ~Writer() = default;
  /// Errors: io.
  [[nodiscard]] virtual Status write(std::string_view bytes) = 0;

  /// Whether nobody reads any more: what is written is dropped, and there is no point in going on.
  [[nodiscard]] virtual bool is_closed() const { return false; }
};

/// Drops everything.
class NullWriter final : public Writer {
 public:
  [[nodiscard]] Status write(std::string_view) override { return {}; }
};

/// A file descriptor, unbuffered. A reader that left (EPIPE) is no error: the rest is dropped, as
/// in the AWS CLI.
class DescriptorWriter final : public Writer {
 public:
  explicit DescriptorWriter(int descriptor) : descriptor_(descriptor) {}

  [[nodiscard]] Status write(std::string_view bytes) override;

  /// Asks the system too, where nothing was written since the reader left.
  [[nodiscard]] bool is_closed() const override;

 private:
  int descriptor_;
  bool closed_ = false;
};

}  // namespace virga::output
