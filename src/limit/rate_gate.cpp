// SPDX-License-Identifier: Apache-2.0
#include "limit/rate_gate.hpp"

#include <algorithm>
#include <cmath>

namespace virga::limit {
namespace {

constexpr double k_least_rate = 0.5;
constexpr double k_most_drain = 0.5;  // seconds
constexpr double k_catch_up = 0.010;  // seconds that a late sender may make good
constexpr double k_plateau = 4;       // seconds to come back to the known rate
constexpr double k_dip = 0.1;
constexpr double k_least_measured = 1;  // seconds
constexpr double k_least_ok = 3;
constexpr double k_bucket_most = 1.25;
constexpr double k_bound_share = 0.9;
constexpr double k_least_share = 1.0 / 16;
constexpr double k_credit_share = 0.9;  // of the burst that another run saw

}  // namespace

void RateGate::tick(SteadyPoint now, bool waiting) {
  if (ticked_at_ && waiting_ && now > *ticked_at_) {
    const double passed = to_seconds(now - *ticked_at_);
    clock_ += passed;
    measured_for_ += passed;
  }
  ticked_at_ = now;
  waiting_ = waiting;
  if (state_ == State::draining && now >= cut_at_ + from_seconds(k_most_drain)) {
    finish_drain(now);
  }
}

SteadyPoint RateGate::next_send(SteadyPoint now) const {
  SteadyPoint next = now;
  if (state_ == State::draining && bounds_.floor <= 0) {
    next = cut_at_ + from_seconds(k_most_drain);
  } else if (credit_ < 1 || std::isfinite(bounds_.ceiling)) {
    next = next_at_;
  }
  return std::max({next, now, paused_until_});
}

void RateGate::on_sent(SteadyPoint now, std::optional<double> pace) {
  last_sent_ = now;
  if (!first_sent_) {
    first_sent_ = now;
  }
  if (state_ == State::open) {
    sent_.push_back(now);
    while (sent_.front() + std::chrono::seconds(1) <= now) {
      sent_.pop_front();
    }
    const double most = std::min(bounds_.ceiling, pace.value_or(bounds_.ceiling));
    if (std::isfinite(most)) {
      next_at_ = std::max(next_at_, now - from_seconds(pace ? 0 : k_catch_up)) +
                 from_seconds(1 / std::max(most, bounds_.floor));
    }
    return;
  }
  if (credit_ >= 1) {
    credit_ -= 1;
    if (std::isfinite(bounds_.ceiling)) {
      next_at_ =
          std::max(next_at_, now - from_seconds(k_catch_up)) + from_seconds(1 / bounds_.ceiling);
    }
    if (credit_ < 1) {
      restart(State::tracking, *known_, now);
      start_measuring();
    }
    return;
  }
  next_at_ = std::max(next_at_, now - from_seconds(k_catch_up)) + from_seconds(1 / current_rate());
}

void RateGate::on_done(const Sample& sample, int in_flight) {
  const SteadyPoint now = sample.done;
  if (sample.outcome == Outcome::ok) {
    ok_ += 1;
    if (state_ == State::open || state_ == State::draining) {
      accepted_ += 1;
    }
  }
  if (state_ == State::draining) {
    if (sample.sent >= throttled_sent_ && sample.outcome != Outcome::cancelled) {
      counted_ += 1;
      counted_accepted_ += sample.outcome == Outcome::throttled ? 0 : 1;
    }
    if (in_flight == 0) {
      finish_drain(now);
    }
    return;
  }
  if (sample.outcome != Outcome::throttled || sample.sent < cut_at_) {
    return;  // a throttle of before the cut is the tail of a burst already paid for
  }
  if (state_ == State::open) {
    state_ = State::draining;
    cut_at_ = now;
    throttled_sent_ = sample.sent;
    counted_ = 1;
    counted_accepted_ = 0;
    noted_rate_ = sends_per_second(now);
    open_for_ = first_sent_ ? to_seconds(now - *first_sent_) : 0;
    sent_.clear();
    if (in_flight == 0) {
      finish_drain(now);
    }
  } else if (credit_ >= 1) {
    credit_ = 0;  // the bucket held less than it did for another run
    restart(State::tracking, *known_, now);
    start_measuring();
  } else if (measured_for_ >= k_least_measured && ok_ >= k_least_ok) {
    const double measured = ok_ / measured_for_;
    const double reached = current_rate();
    // A bucket is empty soon after the rate exceeds its own. Where a much higher rate was reached
    // before, it is not a bucket but a bound on requests in flight.
    const bool is_bucket = state_ != State::tracking || reached < k_bucket_most * measured ||
                           reached < measured + 3 * std::sqrt(measured);
    known_ = std::max(k_least_rate, is_bucket ? measured : k_bound_share * reached);
    if (!burst_) {
      burst_ = std::max(0.0, accepted_ - *known_ * open_for_);
    }
    start_measuring();
    restart(State::tracking, *known_, now);
  } else {
    restart(State::searching, current_rate() / 2, now);
  }
}

double RateGate::sends_per_second(SteadyPoint now) {
  while (!sent_.empty() && sent_.front() + std::chrono::seconds(1) <= now) {
    sent_.pop_front();
  }
  return static_cast<double>(sent_.size());
}

void RateGate::finish_drain(SteadyPoint now) {
  start_measuring();
  restart(
      State::searching, noted_rate_ * std::max(k_least_share, counted_accepted_ / counted_), now);
}

void RateGate::restart(State state, double rate, SteadyPoint now) {
  state_ = state;
  base_ = std::max(k_least_rate, known_ ? std::min(rate, *known_) : rate);
  clock_ = 0;
  cut_at_ = now;
  next_at_ = now + from_seconds(1 / current_rate());
}

void RateGate::start_measuring() {
  ok_ = 0;
  measured_for_ = 0;
}

double RateGate::current_rate() const {
  return std::clamp(unbounded_rate(), std::min(bounds_.floor, bounds_.ceiling), bounds_.ceiling);
}

double RateGate::unbounded_rate() const {
  if (!known_) {
    return std::max(k_least_rate, base_ * std::exp2(std::min(clock_, 40.0)));
  }
  const auto past = [&](double seconds) {
    return std::sqrt(*known_) * std::pow(std::max(0.0, seconds) / 3, 3);
  };
  if (state_ == State::searching) {
    const double doublings = std::max(0.0, std::log2(*known_ / base_));
    return std::max(k_least_rate,
                    base_ * std::exp2(std::min(clock_, doublings)) + past(clock_ - doublings));
  }
  const double dip = std::pow(std::min(clock_, k_plateau) / k_plateau - 1, 3);
  return std::max(k_least_rate, *known_ * (1 + k_dip * dip) + past(clock_ - k_plateau));
}

std::optional<double> RateGate::rate() const {
  if (state_ == State::open || state_ == State::draining || credit_ >= 1) {
    return std::nullopt;
  }
  return current_rate();
}

LearnedRate RateGate::learned(SteadyPoint now) const {
  if (!known_) {
    return {};
  }
  return {*known_, burst_.value_or(0), std::max(0.0, to_seconds(now - last_sent_))};
}

void RateGate::restore(const LearnedRate& learned) {
  if (!(learned.per_second > 0) || state_ != State::open) {
    return;
  }
  known_ = std::max(k_least_rate, learned.per_second);
  burst_ = std::max(0.0, learned.burst);
  credit_ = k_credit_share * std::min(*burst_, *known_ * std::max(0.0, learned.idle_seconds));
  state_ = State::tracking;
  base_ = *known_;
}

}  // namespace virga::limit
