// SPDX-License-Identifier: Apache-2.0
#include "limit/algorithms/start.hpp"

#include <algorithm>
#include <cmath>

namespace virga::limit {
namespace {

constexpr double k_step_seconds = 0.25;
constexpr double k_most_blind = 100;  // more in flight without a single reply is no longer a guess
constexpr double k_most_rise = 1.5;
constexpr double k_pace = 1.1;  // at 1 the limit would hardly be reached and not grow

}  // namespace

void Start::on_sent(SteadyPoint now) {
  if (!first_sent_) {
    first_sent_ = now;
  }
}

double Start::on_blocked(SteadyPoint now, double limit) {
  wake_at_.reset();
  if (replied_ || !running_ || !first_sent_) {
    return limit;
  }
  if (first_limit_ == 0) {
    first_limit_ = limit;
  }
  const double steps = std::floor(to_seconds(now - *first_sent_) / k_step_seconds + 1e-9);
  const double most = std::min(k_most_blind, static_cast<double>(options_.ceiling));
  const double wanted = std::min(first_limit_ * (1 + steps), most);
  if (wanted < most) {
    wake_at_ = *first_sent_ + from_seconds((steps + 1) * k_step_seconds);
  }
  return std::max(limit, wanted);
}

double Start::on_done(const Sample& sample, std::optional<SteadyPoint> blocked_at, double limit) {
  replied_ = true;
  wake_at_.reset();
  if (sample.outcome == Outcome::throttled) {
    running_ = false;
    return limit;
  }
  if (!running_ || sample.outcome != Outcome::ok) {
    return limit;
  }
  const double latency = to_seconds(sample.done - sample.sent);
  latencies_[count_++ % k_remembered] = latency;
  if (!blocked_at || *blocked_at < sample.sent || latency > k_most_rise * median()) {
    return limit;
  }
  const double grown = std::min(limit + 1, static_cast<double>(options_.ceiling));
  running_ = grown < options_.ceiling;
  return grown;
}

std::optional<double> Start::pace(double limit) const {
  if (!running_ || count_ == 0) {
    return std::nullopt;
  }
  return k_pace * limit / std::max(1e-6, median());
}

double Start::median() const {
  auto copy = latencies_;
  const auto size = static_cast<std::ptrdiff_t>(std::min(count_, k_remembered));
  const auto middle = copy.begin() + size / 2;
  std::nth_element(copy.begin(), middle, copy.begin() + size);
  return *middle;
}

}  // namespace virga::limit
