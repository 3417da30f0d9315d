// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "http/message.hpp"
#include "model/catalog.hpp"

namespace virga::mock {

/// Answers every request inside the process, without a network, with a made-up result of its
/// operation (Request::operation). For demonstrations and tests without account or server (--mock,
/// VIRGA_MOCK=1). `catalog` must outlive it. Thread-safe.
class MockTransport final : public http::Transport {
 public:
  explicit MockTransport(const model::Catalog& catalog) : catalog_(catalog) {}

  using Transport::send;
  /// Errors: general, for a request that names no operation of the models.
  [[nodiscard]] Result<http::Response> send(const http::Request& request,
                                            const http::SinkChooser& choose_sink) override;

 private:
  const model::Catalog& catalog_;
};

}  // namespace virga::mock
