// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "limit/admission.hpp"
#include "support/limit/service.hpp"

namespace virga::test {

/// One request of a simulated client, as a policy sees it.
struct SimRequest : limit::Admission::Request {
  int operation = 0;
  int operation_class = 0;
  int attempt = 0;
  double done_at = 0;
};

/// Decides when a client's requests are sent; limit::Admission's shape.
class Policy {
 public:
  virtual ~Policy() = default;
  virtual void wait(SimRequest& request, SteadyPoint now, bool again) = 0;
  /// Appends what may be sent now.
  virtual void admit(SteadyPoint now, std::vector<limit::Admission::Request*>& out) = 0;
  virtual void done(SimRequest& request, limit::Outcome outcome, SteadyPoint now) = 0;
  [[nodiscard]] virtual std::optional<SteadyPoint> wake_at(SteadyPoint now) = 0;

  /// What another client of the same host may begin with; by lane. Only ours learns.
  [[nodiscard]] virtual std::optional<limit::Learned> learned(SteadyPoint /*now*/) {
    return std::nullopt;
  }
};

/// Ours: limit::Admission itself. `lane_per_class`: a lane for each class of operation.
[[nodiscard]] std::unique_ptr<Policy> make_lane_policy(
    const limit::AdmissionOptions& options,
    bool lane_per_class,
    const std::optional<limit::Learned>& learned = std::nullopt);

/// Knows the service: sends what will be accepted, at most 256 at once.
[[nodiscard]] std::unique_ptr<Policy> make_clairvoyant_policy(Service& service);

/// Others' rules on one limit for all requests: "10", "50", "200" (fixed), "seed" (average over
/// target 200 ms), "aimd", "vegas", "gradient2", "sdk adaptive" (50 workers behind a cubic rate).
[[nodiscard]] std::unique_ptr<Policy> make_peer_policy(std::string_view name);

}  // namespace virga::test
