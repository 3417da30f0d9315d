// SPDX-License-Identifier: Apache-2.0
#include "limit/lane.hpp"

namespace virga::limit {

bool Lane::ready(SteadyPoint now) {
  if (in_flight_ >= limit_->whole()) {
    limit_->on_blocked(now);  // which may raise it
  }
  return in_flight_ < limit_->whole() && gate_.next_send(now) <= now;
}

void Lane::on_sent(SteadyPoint now) {
  ++in_flight_;
  limit_->on_sent(now);
  gate_.on_sent(now, limit_->pace());
}

void Lane::on_done(const Sample& sample) {
  --in_flight_;
  limit_->on_done(sample);
  gate_.on_done(sample, in_flight_);
}

std::optional<SteadyPoint> Lane::wake_at(SteadyPoint now) const {
  if (in_flight_ >= limit_->whole()) {
    return limit_->wake_at();
  }
  return gate_.next_send(now);
}

void Lane::restore(const Learned& learned) {
  if (learned.limit.limit > 0) {
    limit_->restore(learned.limit);
  }
  gate_.restore(learned.rate);
}

}  // namespace virga::limit
