// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <functional>
#include <map>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>

#include "base/clock.hpp"
#include "base/result.hpp"
#include "engine/caller.hpp"

namespace virga::engine {

/// Where services that name their hosts themselves (dynamodb, timestream-query, timestream-write)
/// want to be called: as their operation DescribeEndpoints says, for as long as it says.
///
/// Source: botocore/discovery.py and client.py, _register_endpoint_discovery. Its identifiers,
/// parameters that would be passed on to DescribeEndpoints, are left away: no model has any.
/// Threads: safe; threads that ask at the same time may each ask the service.
class EndpointDiscovery {
 public:
  /// Makes the call of DescribeEndpoints.
  using Describe = std::function<Result<Page>(const Call& call)>;

  explicit EndpointDiscovery(const Clock& clock) : clock_(clock) {}

  /// The URL to send the operation to; none where the usual one is right. `setting` is
  /// endpoint_discovery_enabled in lower case: "true" for every operation that allows it, "auto"
  /// for those that demand it, "false" for none.
  /// Errors: general, in the AWS CLI's words, if the setting has another value, or forbids what the
  /// operation demands, or if no endpoint is to be had; a service's error of DescribeEndpoints.
  [[nodiscard]] Result<std::optional<std::string>> find(const model::Operation& operation,
                                                        std::string_view setting,
                                                        const Describe& describe);
  /// Asks anew next time: the service said that the host is not the right one any more.
  void forget(const model::Service& service);

 private:
  struct Known {
    std::string url;
    TimePoint expiry{};
    TimePoint failed_until{};  ///< a service that could not be reached is left alone until then
  };

  [[nodiscard]] Known known(std::string_view service) const;

  const Clock& clock_;
  mutable std::mutex mutex_;
  std::map<std::string, Known, std::less<>> known_;  // guarded by mutex_; by service
};

}  // namespace virga::engine
