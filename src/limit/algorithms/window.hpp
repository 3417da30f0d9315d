// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <vector>

#include "limit/limit.hpp"

namespace virga::limit {

/// The replies that one decision is made from.
struct Window {
  SteadyPoint opened{};
  std::size_t wanted = 0;  ///< replies for a decision
  double completed = 0;    ///< all replies since it opened, also those sent before the last change
  double errors = 0;
  double load_sum = 0;
  double latency_sum = 0;
  double log_latency_sum = 0;
  std::vector<double> latencies;  ///< seconds, of the replies that count

  /// Empties it; the storage is kept.
  void open(SteadyPoint now, std::size_t replies);
  void add(const Sample& sample);

  [[nodiscard]] bool is_full() const { return latencies.size() >= wanted; }

  [[nodiscard]] double size() const { return static_cast<double>(latencies.size()); }

  [[nodiscard]] double mean_load() const { return load_sum / size(); }

  [[nodiscard]] double mean_latency() const { return latency_sum / size(); }

  [[nodiscard]] double mean_log_latency() const { return log_latency_sum / size(); }

  /// Replies per second: as counted and by Little's law, whichever is less.
  [[nodiscard]] double rate(SteadyPoint now) const;
  /// The 10th percentile; reorders.
  [[nodiscard]] double low_latency();
  [[nodiscard]] double least_latency() const;
};

}  // namespace virga::limit
