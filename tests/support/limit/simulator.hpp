// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "support/limit/policy.hpp"
#include "support/limit/service.hpp"

namespace virga::test {

/// A batch of calls against a service.
struct Scenario {
  std::string name;
  ServiceModel service;
  int operations = 0;  ///< of each client
  int clients = 1;
  double second_client_at = 0;
  /// The second client is a fixed 10, whatever the first one is; of its requests only the time
  /// counts.
  bool fixed_neighbour = false;
  std::function<int(int operation)> class_of;  ///< empty: all of class 0
  bool lane_per_class = false;
  double client_seconds = 0;  ///< what the client needs for each reply, one after the other
};

/// What a run came to.
struct Outcomes {
  double seconds = 0;  ///< until the last operation was done, one way or the other
  int requests = 0;
  int throttled = 0;
  int operations = 0;
  int failed = 0;  ///< operations that ran out of attempts or quota
  int most_in_flight = 0;

  [[nodiscard]] double wasted() const { return requests == 0 ? 0 : 1.0 * throttled / requests; }

  [[nodiscard]] double failed_share() const { return 1.0 * failed / operations; }
};

/// A name of a policy: "lane", "target" (of 200 ms), "clairvoyant" or one of make_peer_policy().
/// Retries as retry::RetryPolicy's standard mode has them: up to 3 attempts; 5 for throttled
/// requests of "lane" and "target", as `virga bulk` sets it.
[[nodiscard]] Outcomes simulate(const Scenario& scenario,
                                const std::string& policy,
                                std::uint64_t seed);

[[nodiscard]] std::vector<Scenario> all_scenarios();

}  // namespace virga::test
