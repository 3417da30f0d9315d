// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <functional>
#include <memory>
#include <string>

#include "auth/service_caller.hpp"
#include "base/clock.hpp"
#include "config/settings.hpp"
#include "engine/session.hpp"
#include "http/message.hpp"
#include "model/catalog.hpp"

namespace virga::engine {

/// What the calls for credentials are made with; references are borrowed and must outlive it.
struct ServiceCallParts {
  const model::Catalog& catalog;
  const config::Settings& settings;
  Clock& clock;
  Random& random;
  std::function<Result<std::shared_ptr<http::Transport>>()> open_transport;
  std::function<void(const std::string& line)> debug{};
};

/// Makes the calls that credentials are got with, by the same way as all others: configured
/// endpoints, retries and clock correction hold for them, too. An endpoint that an option names is
/// the command's own and does not. Thread-safe.
class ServiceCalls final : public auth::ServiceCaller {
 public:
  explicit ServiceCalls(ServiceCallParts parts) : parts_(std::move(parts)) {}

  [[nodiscard]] Result<auth::ServiceAnswer> call(const auth::ServiceRequest& request) override;

 private:
  ServiceCallParts parts_;
};

}  // namespace virga::engine
