// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <string_view>

#include "base/result.hpp"
#include "model/document.hpp"

namespace virga::endpoint {

/// What endpoints.json, the list of hosts that preceded rule sets, says of a service in a region.
/// Views are into the pack.
struct RegionalEndpoint {
  std::string hostname;
  std::string ssl_common_name;         ///< or empty
  std::string_view partition;          ///< aws, aws-cn, ...
  std::string name;                    ///< the region, or what stands for it: aws-global
  std::string_view credential_region;  ///< credentialScope.region, or empty
  std::string_view credential_service;
  model::Document signature_versions;  ///< a list, or null
  bool https = true;                   ///< whether https is among its protocols

  [[nodiscard]] std::string url() const { return (https ? "https://" : "http://") + hostname; }
};

struct RegionQuery {
  std::string_view endpoint_prefix;  ///< the service, as endpoints.json names it
  std::string_view region;  ///< empty: the partition's own endpoint, if the service has one
  bool use_fips = false;
  bool use_dual_stack = false;
};

/// Follows botocore's regions.py, EndpointResolver, with the partition "aws" for unknown regions.
/// Errors: configuration if a region is needed; general if there is no such FIPS or dual-stack
/// endpoint, or no list at all. Thread-safe.
[[nodiscard]] Result<RegionalEndpoint> find_regional_endpoint(model::Document endpoints,
                                                              const RegionQuery& query);

/// Whether a region is listed for a service among the partition's regions.
[[nodiscard]] bool lists_region(model::Document endpoints,
                                std::string_view partition,
                                std::string_view endpoint_prefix,
                                std::string_view region);

}  // namespace virga::endpoint
