// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <utility>

namespace virga {

/// A string that must never reach a log, an error or a file by accident: only reveal() gives it.
class Secret {
 public:
  Secret() = default;

  explicit Secret(std::string text) : text_(std::move(text)) {}

  [[nodiscard]] const std::string& reveal() const { return text_; }

  [[nodiscard]] bool empty() const { return text_.empty(); }

 private:
  std::string text_;
};

}  // namespace virga
