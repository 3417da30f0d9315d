// SPDX-License-Identifier: Apache-2.0
#include "support/limit/service.hpp"

#include <algorithm>
#include <cmath>

namespace virga::test {

Service::Service(const ServiceModel& model, std::uint64_t seed)
    : model_(model), random_(seed), tokens_(model.burst) {}

bool Service::is_metered(int operation_class) const {
  return model_.burst > 0 && (model_.bucket_class < 0 || model_.bucket_class == operation_class);
}

void Service::refill(double now) {
  double until = now;
  if (model_.lump_seconds > 0) {
    until = std::floor(now / model_.lump_seconds + 1e-9) * model_.lump_seconds;
  }
  if (until > refilled_at_) {
    tokens_ = std::min(model_.burst, tokens_ + (until - refilled_at_) * model_.refill_per_second);
    refilled_at_ = until;
  }
}

void Service::forget_done(double now) {
  while (!ends_.empty() && ends_.top() <= now) {
    ends_.pop();
  }
}

Service::Reply Service::send(double now, int operation_class) {
  std::uniform_real_distribution<double> share(0, 1);
  refill(now);
  forget_done(now);
  if (is_metered(operation_class)) {
    if (tokens_ < 1 - 1e-9) {
      return {now + model_.reject_seconds, Verdict::throttled};
    }
    tokens_ -= 1;
  }
  if (model_.most_in_flight > 0 && static_cast<int>(ends_.size()) >= model_.most_in_flight) {
    return {now + model_.reject_seconds, Verdict::throttled};
  }
  double begin = now;
  const int servers = model_.servers ? model_.servers(now) : 0;
  if (servers > 0 && static_cast<int>(ends_.size()) >= servers) {
    // The request begins when all but servers - 1 of those before it are done.
    auto copy = ends_;
    while (static_cast<int>(copy.size()) >= servers) {
      begin = copy.top();
      copy.pop();
    }
  }
  const double end = begin + model_.latency(random_, now, operation_class);
  ends_.push(end);
  return {end, share(random_) < model_.error_share ? Verdict::error : Verdict::ok};
}

double Service::accepts_at(double now, int operation_class) {
  refill(now);
  forget_done(now);
  double at = now;
  if (is_metered(operation_class) && tokens_ < 1 - 1e-9) {
    at = model_.lump_seconds > 0 ? refilled_at_ + model_.lump_seconds
                                 : refilled_at_ + (1 - tokens_) / model_.refill_per_second;
  }
  if (model_.most_in_flight > 0 && static_cast<int>(ends_.size()) >= model_.most_in_flight) {
    at = std::max(at, ends_.top());
  }
  return at;
}

}  // namespace virga::test
