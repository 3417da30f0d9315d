// SPDX-License-Identifier: Apache-2.0
#include "limit/algorithms/window.hpp"

#include <algorithm>
#include <cmath>

namespace virga::limit {
namespace {

constexpr double k_least_seconds = 1e-6;

}  // namespace

void Window::open(SteadyPoint now, std::size_t replies) {
  opened = now;
  wanted = replies;
  completed = errors = load_sum = latency_sum = log_latency_sum = 0;
  latencies.clear();
  latencies.reserve(replies);
}

void Window::add(const Sample& sample) {
  const double latency = std::max(k_least_seconds, to_seconds(sample.done - sample.sent));
  latencies.push_back(latency);
  latency_sum += latency;
  log_latency_sum += std::log(latency);
  load_sum += sample.load;
  errors += sample.outcome == Outcome::ok ? 0 : 1;
}

double Window::rate(SteadyPoint now) const {
  const double seconds = std::max(k_least_seconds, to_seconds(now - opened));
  return std::min(completed / seconds, mean_load() / mean_latency());
}

double Window::low_latency() {
  const auto place = latencies.begin() + static_cast<std::ptrdiff_t>(latencies.size() / 10);
  std::nth_element(latencies.begin(), place, latencies.end());
  return *place;
}

double Window::least_latency() const {
  return *std::min_element(latencies.begin(), latencies.end());
}

}  // namespace virga::limit
