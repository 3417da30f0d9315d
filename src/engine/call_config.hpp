// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include "base/result.hpp"
#include "config/settings.hpp"
#include "endpoint/endpoint.hpp"
#include "model/catalog.hpp"

namespace virga::engine {

/// What the settings say about the calls of one service.
struct CallConfig {
  endpoint::EndpointParams endpoint;
  /// endpoint_discovery_enabled in lower case; empty where an option names the endpoint, which
  /// leaves nothing to discover.
  std::string endpoint_discovery;
  std::string checksum_calculation;
  std::string checksum_validation;
  bool compress_requests = true;
  std::int64_t min_compression_bytes = 0;
  std::optional<bool> payload_signing;  ///< S3
  bool inject_host_prefix = true;
  bool validate_parameters = true;
  bool compat_v1 = false;
  std::string trace_id;  ///< of AWS Lambda, to be passed on
  std::string user_agent;
};

/// Errors: configuration and others of Settings.
[[nodiscard]] Result<CallConfig> read_call_config(const config::Settings& settings,
                                                  const model::Service& service,
                                                  bool sign_requests);

}  // namespace virga::engine
