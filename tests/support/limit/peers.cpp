// SPDX-License-Identifier: Apache-2.0
// Rules of others, written from their descriptions, to compare with.
#include <algorithm>
#include <cmath>
#include <functional>
#include <vector>

#include "support/limit/policy.hpp"

namespace virga::test {
namespace {

struct PeerSample {
  double now;
  double latency;
  int in_flight;
  bool failed;  ///< throttled or an error
  bool throttled;
};

using Rule = std::function<double(double limit, const PeerSample& sample)>;

/// Average of the last 20 replies: under 0.8 of 200 ms times 1.5, over 1.2 of it times 0.7.
Rule seed_rule() {
  return [sum = 0.0, count = 0](double limit, const PeerSample& sample) mutable {
    sum += sample.latency;
    if (++count < 20) {
      return limit;
    }
    const double mean = sum / count;
    sum = 0;
    count = 0;
    return mean < 0.8 * 0.2 ? limit * 1.5 : mean > 1.2 * 0.2 ? limit * 0.7 : limit;
  };
}

/// One more with each good reply that used the limit, times 0.9 with each failure or after 5 s.
Rule aimd_rule() {
  return [](double limit, const PeerSample& sample) {
    if (sample.failed || sample.latency > 5) {
      return limit * 0.9;
    }
    return sample.in_flight * 2 >= limit ? limit + 1 : limit;
  };
}

/// Queue = limit * (1 - least latency / latency), kept between 3 and 6 times log10(limit).
Rule vegas_rule() {
  return [least = 0.0](double limit, const PeerSample& sample) mutable {
    const double step = std::max(1.0, std::log10(limit));
    if (sample.failed) {
      return limit - step;
    }
    if (least == 0 || sample.latency < least) {
      least = sample.latency;
      return limit;
    }
    if (sample.in_flight * 2 < limit) {
      return limit;
    }
    const double queue = std::ceil(limit * (1 - least / sample.latency));
    return queue <= step      ? limit + 6 * step
           : queue < 3 * step ? limit + step
           : queue > 6 * step ? limit - step
                              : limit;
  };
}

/// limit * clamp(1.5 * long-term latency / latency, 0.5, 1) + 4, smoothed.
Rule gradient2_rule() {
  return [average = 0.0, count = 0](double limit, const PeerSample& sample) mutable {
    count = std::min(count + 1, 600);
    average += (sample.latency - average) * std::max(2.0 / 601, 1.0 / count);
    if (average / sample.latency > 2) {
      average *= 0.95;
    }
    if (sample.in_flight < limit / 2) {
      return limit;
    }
    const double gradient = std::clamp(1.5 * average / sample.latency, 0.5, 1.0);
    return limit * 0.8 + (limit * gradient + 4) * 0.2;
  };
}

/// limit * clamp(1.25 * least latency / median latency, 0.5, 2) + sqrt(limit), every 100 ms; the
/// least latency is the median of 50 replies with 3 in flight, measured anew each minute.
Rule envoy_rule() {
  struct State {
    std::vector<double> latencies;
    double least = 0, before = 3, measured_at = 0, window_at = 0;
    bool measures = true;
  };

  return [state = State()](double limit, const PeerSample& sample) mutable {
    auto& all = state.latencies;
    if (sample.throttled) {
      return limit;
    }
    all.push_back(sample.latency);
    const auto median = [&] {
      const auto middle = all.begin() + static_cast<std::ptrdiff_t>(all.size() / 2);
      std::nth_element(all.begin(), middle, all.end());
      const double out = *middle;
      all.clear();
      return out;
    };
    if (state.measures) {
      if (all.size() < 50) {
        return 3.0;
      }
      state.least = median();
      state.measures = false;
      state.measured_at = state.window_at = sample.now;
      return state.before;
    }
    if (sample.now - state.measured_at > 60) {
      state.measures = true;
      state.before = limit;
      all.clear();
      return 3.0;
    }
    if (sample.now - state.window_at < 0.1 || all.size() < 5) {
      return limit;
    }
    state.window_at = sample.now;
    const double gradient = std::clamp(1.25 * state.least / median(), 0.5, 2.0);
    return limit * gradient + std::sqrt(limit);
  };
}

/// The AWS SDKs' adaptive mode: a token bucket whose rate is cut to 0.7 at a throttle and follows
/// a cubic curve after it.
class CubicRate {
 public:
  [[nodiscard]] double next_at() const { return enabled_ ? next_at_ : 0; }

  void on_sent(double now) {
    if (enabled_) {
      next_at_ = std::max(next_at_, now) + 1 / rate_;
    }
  }

  void on_done(double now, bool throttled) {
    measure(now);
    if (throttled) {
      at_cut_ = enabled_ ? std::min(measured_, rate_) : measured_;
      offset_ = std::cbrt(at_cut_ * 0.3 / 0.4);
      cut_at_ = now;
      rate_ = at_cut_ * 0.7;
      enabled_ = true;
    } else {
      rate_ = 0.4 * std::pow(now - cut_at_ - offset_, 3) + at_cut_;
    }
    rate_ = std::max(0.5, std::min(rate_, 2 * measured_));
  }

 private:
  void measure(double now) {
    const double slot = std::floor(now * 2) / 2;
    count_ += 1;
    if (slot > slot_) {
      measured_ = 0.8 * (count_ / (slot - slot_)) + 0.2 * measured_;
      count_ = 0;
      slot_ = slot;
    }
  }

  bool enabled_ = false;
  double rate_ = 1, next_at_ = 0, measured_ = 0, count_ = 0, slot_ = 0;
  double at_cut_ = 0, offset_ = 0, cut_at_ = 0;
};

class PeerPolicy final : public Policy {
 public:
  PeerPolicy(double start, Rule rule, bool with_rate)
      : limit_(start), rule_(std::move(rule)), with_rate_(with_rate) {}

  void wait(SimRequest& request, SteadyPoint /*now*/, bool again) override {
    again ? queue_.push_front(&request) : queue_.push_back(&request);
  }

  void admit(SteadyPoint now, std::vector<limit::Admission::Request*>& out) override {
    const double time = limit::to_seconds(now.time_since_epoch());
    while (!queue_.empty() && in_flight_ < static_cast<int>(limit_) &&
           (!with_rate_ || rate_.next_at() <= time + 1e-9)) {
      SimRequest* const request = queue_.front();
      queue_.pop_front();
      request->sent = now;
      request->load = ++in_flight_;
      rate_.on_sent(time);
      out.push_back(request);
    }
  }

  void done(SimRequest& request, limit::Outcome outcome, SteadyPoint now) override {
    --in_flight_;
    const bool throttled = outcome == limit::Outcome::throttled;
    rate_.on_done(limit::to_seconds(now.time_since_epoch()), throttled);
    if (rule_) {
      const PeerSample sample{limit::to_seconds(now.time_since_epoch()),
                              limit::to_seconds(now - request.sent),
                              request.load,
                              outcome != limit::Outcome::ok,
                              throttled};
      limit_ = std::clamp(rule_(limit_, sample), 1.0, 256.0);
    }
  }

  [[nodiscard]] std::optional<SteadyPoint> wake_at(SteadyPoint now) override {
    if (!with_rate_ || queue_.empty() || in_flight_ >= static_cast<int>(limit_)) {
      return std::nullopt;
    }
    return std::max(now, SteadyPoint(limit::from_seconds(rate_.next_at())));
  }

 private:
  double limit_;
  Rule rule_;
  bool with_rate_;
  CubicRate rate_;
  std::deque<SimRequest*> queue_;
  int in_flight_ = 0;
};

}  // namespace

std::unique_ptr<Policy> make_peer_policy(std::string_view name) {
  if (name == "seed") {
    return std::make_unique<PeerPolicy>(20, seed_rule(), false);
  }
  if (name == "aimd") {
    return std::make_unique<PeerPolicy>(20, aimd_rule(), false);
  }
  if (name == "vegas") {
    return std::make_unique<PeerPolicy>(20, vegas_rule(), false);
  }
  if (name == "gradient2") {
    return std::make_unique<PeerPolicy>(20, gradient2_rule(), false);
  }
  if (name == "envoy") {
    return std::make_unique<PeerPolicy>(3, envoy_rule(), false);
  }
  if (name == "sdk adaptive") {
    return std::make_unique<PeerPolicy>(50, Rule(), true);
  }
  return std::make_unique<PeerPolicy>(std::stod(std::string(name)), Rule(), false);
}

}  // namespace virga::test
