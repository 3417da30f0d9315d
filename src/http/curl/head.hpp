// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <string>
#include <string_view>

#include "http/message.hpp"

namespace virga::http::curl {

/// Builds status, reason and headers of a Response from the lines of a server's answer. Interim
/// answers (1xx) are passed over, folded lines are joined, trailers after the body are dropped.
/// Thread-compatible.
class HeadReader {
 public:
  /// All header bytes of one exchange, interim answers and trailers included. Python's http.client
  /// takes 100 fields of 64 KiB; no service sends more than a few KiB.
  static constexpr std::size_t k_max_bytes = 256 * 1024;

  explicit HeadReader(Response& response) : response_(response) {}

  /// One line with its line end, as libcurl's CURLOPT_HEADERFUNCTION gives it. False when the limit
  /// is passed.
  [[nodiscard]] bool add_line(std::string_view line);

  /// The head of the final answer is there.
  [[nodiscard]] bool complete() const { return complete_; }

 private:
  void start(std::string_view status_line);
  void flush_field();

  Response& response_;
  std::size_t bytes_ = 0;
  bool in_head_ = false;
  bool complete_ = false;
  bool has_field_ = false;
  std::string name_;
  std::string value_;
};

}  // namespace virga::http::curl
