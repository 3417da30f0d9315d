// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <chrono>
#include <string>

#include "auth/credentials.hpp"
#include "base/result.hpp"
#include "value/value.hpp"

namespace virga::auth {

/// A call that getting credentials needs.
struct ServiceRequest {
  std::string service;    ///< by its model's name: "sts", "sso", "sso-oidc"
  std::string operation;  ///< "AssumeRole"
  Value params = Map();
  std::string region;                        ///< empty for the configured one
  const Credentials* credentials = nullptr;  ///< null for a call that is not signed
};

struct ServiceAnswer {
  Value output = Map();
  /// By how much the service's clock is ahead of this machine's, if the call had to find that out.
  std::chrono::microseconds clock_skew{0};
};

/// Makes the calls that credentials are got with. The engine implements it: this module knows
/// nothing of protocols and endpoints. Thread-safe.
class ServiceCaller {
 public:
  virtual ~ServiceCaller() = default;
  /// Errors: those of the call; a service's carries its sentence and detail.
  [[nodiscard]] virtual Result<ServiceAnswer> call(const ServiceRequest& request) = 0;
};

}  // namespace virga::auth
