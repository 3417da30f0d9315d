// SPDX-License-Identifier: Apache-2.0
// limit_simulator [policy...]: completion time of each policy in each scenario over a clairvoyant
// one, and in brackets the percentage of requests that were throttled, where it is 1 % or more.
// Medians of 5 seeds, in virtual time: the same on every machine.
#include <algorithm>
#include <cstdio>
#include <string>
#include <vector>

#include "support/limit/simulator.hpp"

namespace {

constexpr std::uint64_t k_seeds = 5;

double median(std::vector<double> values) {
  std::sort(values.begin(), values.end());
  return values[values.size() / 2];
}

}  // namespace

int main(int argc, char** argv) {
  using namespace virga::test;
  std::vector<std::string> policies(argv + 1, argv + argc);
  if (policies.empty()) {
    policies = {"10",
                "50",
                "200",
                "seed",
                "aimd",
                "vegas",
                "gradient2",
                "envoy",
                "sdk adaptive",
                "target",
                "lane"};
  }
  std::printf("| scenario |");
  for (const auto& policy : policies) {
    std::printf(" %s |", policy.c_str());
  }
  std::printf("\n| --- |");
  for (std::size_t i = 0; i < policies.size(); ++i) {
    std::printf(" --: |");
  }
  for (const auto& scenario : all_scenarios()) {
    std::printf("\n| %s |", scenario.name.c_str());
    for (const auto& policy : policies) {
      std::vector<double> ratios, wasted, failed;
      for (std::uint64_t seed = 1; seed <= k_seeds; ++seed) {
        const auto run = simulate(scenario, policy, seed);
        ratios.push_back(run.seconds / simulate(scenario, "clairvoyant", seed).seconds);
        wasted.push_back(100 * run.wasted());
        failed.push_back(100 * run.failed_share());
      }
      std::printf(" %.2f", median(ratios));
      const bool shows = median(wasted) >= 1 || median(failed) >= 1;
      if (shows) {
        std::printf(" (%.1f; %.1f)", median(wasted), median(failed));
      }
      std::printf(" |");
      std::fflush(stdout);
    }
  }
  std::printf("\n");
  return 0;
}
