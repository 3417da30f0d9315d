// SPDX-License-Identifier: Apache-2.0
#include "support/limit/policy.hpp"

#include <map>

namespace virga::test {
namespace {

class LanePolicy final : public Policy {
 public:
  LanePolicy(const limit::AdmissionOptions& options,
             bool lane_per_class,
             const std::optional<limit::Learned>& learned)
      : admission_(options), lane_per_class_(lane_per_class) {
    if (learned) {
      admission_.lane("0").lane.restore(*learned);
    }
  }

  void wait(SimRequest& request, SteadyPoint now, bool again) override {
    request.lane = &admission_.lane(std::to_string(lane_per_class_ ? request.operation_class : 0));
    admission_.wait(request, now, again);
  }

  void admit(SteadyPoint now, std::vector<limit::Admission::Request*>& out) override {
    admission_.admit(now, out);
  }

  void done(SimRequest& request, limit::Outcome outcome, SteadyPoint now) override {
    admission_.done(request, outcome, now);
  }

  [[nodiscard]] std::optional<SteadyPoint> wake_at(SteadyPoint now) override {
    return admission_.wake_at(now);
  }

  [[nodiscard]] std::optional<limit::Learned> learned(SteadyPoint now) override {
    return admission_.lane("0").lane.learned(now);
  }

 private:
  limit::Admission admission_;
  bool lane_per_class_;
};

class ClairvoyantPolicy final : public Policy {
 public:
  explicit ClairvoyantPolicy(Service& service) : service_(service) {}

  void wait(SimRequest& request, SteadyPoint /*now*/, bool again) override {
    auto& queue = queues_[request.operation_class];
    again ? queue.push_front(&request) : queue.push_back(&request);
  }

  void admit(SteadyPoint now, std::vector<limit::Admission::Request*>& out) override {
    const double time = limit::to_seconds(now.time_since_epoch());
    for (auto& [operation_class, queue] : queues_) {
      if (!queue.empty() && in_flight_ < 256 &&
          service_.accepts_at(time, operation_class) <= time) {
        out.push_back(queue.front());
        queue.pop_front();
        ++in_flight_;
        return;  // one at a time: the next one's tokens are known once this is sent
      }
    }
  }

  void done(SimRequest& /*request*/, limit::Outcome /*outcome*/, SteadyPoint /*now*/) override {
    --in_flight_;
  }

  [[nodiscard]] std::optional<SteadyPoint> wake_at(SteadyPoint now) override {
    std::optional<SteadyPoint> first;
    const double time = limit::to_seconds(now.time_since_epoch());
    for (const auto& [operation_class, queue] : queues_) {
      if (!queue.empty() && in_flight_ < 256) {
        const SteadyPoint at =
            SteadyPoint(limit::from_seconds(service_.accepts_at(time, operation_class))) +
            std::chrono::nanoseconds(100);
        first = first ? std::min(*first, at) : at;
      }
    }
    return first;
  }

 private:
  Service& service_;
  std::map<int, std::deque<SimRequest*>> queues_;
  int in_flight_ = 0;
};

}  // namespace

std::unique_ptr<Policy> make_lane_policy(const limit::AdmissionOptions& options,
                                         bool lane_per_class,
                                         const std::optional<limit::Learned>& learned) {
  return std::make_unique<LanePolicy>(options, lane_per_class, learned);
}

std::unique_ptr<Policy> make_clairvoyant_policy(Service& service) {
  return std::make_unique<ClairvoyantPolicy>(service);
}

}  // namespace virga::test
