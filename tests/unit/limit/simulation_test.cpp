// SPDX-License-Identifier: Apache-2.0
#include <map>
#include <string>

#include <gtest/gtest.h>

#include "support/limit/simulator.hpp"

namespace virga::test {
namespace {

struct Bounds {
  double ratio = 1.25;   ///< of the clairvoyant's time
  double wasted = 0.05;  ///< share of requests that were throttled
};

/// Where the goal is not reached; docs/design/limiter.md says why.
const std::map<std::string, Bounds> k_exceptions = {
    {"3e at most 16 in flight", {1.6, 0.05}},
    {"9b batch of 150", {3, 0.05}},
    {"10a two share 20/s", {1.25, 0.07}},
    {"10b beside a fixed 10", {1.25, 0.08}},
};

class LimiterSimulation : public testing::TestWithParam<Scenario> {};

TEST_P(LimiterSimulation, StaysNearTheClairvoyantOptimum) {
  const Scenario& scenario = GetParam();
  const auto found = k_exceptions.find(scenario.name);
  const Bounds bounds = found == k_exceptions.end() ? Bounds() : found->second;
  for (std::uint64_t seed = 1; seed <= 3; ++seed) {
    const Outcomes best = simulate(scenario, "clairvoyant", seed);
    const Outcomes ours = simulate(scenario, "lane", seed);
    EXPECT_LE(ours.seconds / best.seconds, bounds.ratio);
    EXPECT_LE(ours.wasted(), bounds.wasted);
    EXPECT_LE(ours.failed_share(), 0.01);
    EXPECT_LE(ours.most_in_flight, 256 * scenario.clients);
  }
}

INSTANTIATE_TEST_SUITE_P(Every,
                         LimiterSimulation,
                         testing::ValuesIn(all_scenarios()),
                         [](const auto& scenario) {
                           std::string name;
                           for (const char c : scenario.param.name) {
                             name += std::isalnum(static_cast<unsigned char>(c)) != 0 ? c : '_';
                           }
                           return name;
                         });

}  // namespace
}  // namespace virga::test
