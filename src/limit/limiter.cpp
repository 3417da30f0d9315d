// SPDX-License-Identifier: Apache-2.0
#include "limit/limiter.hpp"

#include <algorithm>

#include <sys/resource.h>

#include "base/strings.hpp"

namespace virga::limit {
namespace {

constexpr std::chrono::seconds k_save_every{15};
constexpr std::uint64_t k_worth_saving = 20;  // attempts; fewer taught nothing but a throttle
constexpr std::chrono::milliseconds k_longest_pause{20'000};

std::string lane_name(const LaneKey& key) {
  return concat(key.account, '\n', key.region, '\n', key.service, '\n', key.operation);
}

}  // namespace

struct Limiter::Waiter : Admission::Request {
  std::condition_variable turn;
  bool stopped = false;
};

Limiter::Limiter(const LimiterOptions& options, const Clock& clock)
    : clock_(clock),
      start_(options.admission.lane.start),
      cap_(options.admission.cap),
      memory_(options.folder),
      admission_(options.admission),
      saved_at_(clock.steady_now()) {}

Limiter::~Limiter() { save(); }

/// Asks what other runs learned of a lane, once, when it first has two attempts at once.
void Limiter::remember(Admission::LaneState& lane, Lock& lock) {
  if (lane.remembered || lane.lane.in_flight() == 0) {
    return;
  }
  lane.remembered = true;
  lock.unlock();
  const auto learned = memory_.load(lane.name, start_, clock_.now());
  lock.lock();
  if (learned) {
    lane.lane.restore(*learned);
  }
}

Result<Limiter::Slot> Limiter::acquire(const LaneKey& key, const Turn& turn) {
  const std::string name = lane_name(key);
  Waiter waiter;
  waiter.priority = turn.priority;
  // Made before the lock is taken and gone after it is given back: the callback takes it too.
  const std::stop_callback on_stop(turn.stop, [&] {
    const std::lock_guard lock(mutex_);
    waiter.stopped = true;
    waiter.turn.notify_one();
  });
  Lock lock(mutex_);
  auto& lane = admission_.lane(name);
  waiter.lane = &lane;
  remember(lane, lock);
  admission_.wait(waiter, clock_.steady_now(), turn.again);
  waiters_.push_back(&waiter);
  admit();
  const Status waited = wait(waiter, turn, lock);
  waiters_.erase(std::find(waiters_.begin(), waiters_.end(), &waiter));
  if (!waited) {
    return fail(waited.error());
  }
  ++numbers_.sent;
  numbers_.most_in_flight = std::max(numbers_.most_in_flight, admission_.in_flight());
  return Slot(*this, waiter);
}

Status Limiter::wait(Waiter& waiter, const Turn& turn, Lock& lock) {
  Status out;
  while (!waiter.admitted && out) {
    const SteadyPoint now = clock_.steady_now();
    if (waiter.stopped) {
      out = fail(ErrorCode::interrupted, "Stopped before the request was sent.");
      break;
    }
    if (turn.deadline && now >= *turn.deadline) {
      out = fail(ErrorCode::network, "The time was up before the request could be sent.");
      break;
    }
    auto until = turn.deadline;
    if (watcher_ == nullptr) {
      watcher_ = &waiter;
      watched_until_ = admission_.wake_at(now);
      if (watched_until_ && (!until || *watched_until_ < *until)) {
        until = watched_until_;
      }
    }
    if (until) {
      waiter.turn.wait_for(lock, *until - now);
    } else {
      waiter.turn.wait(lock);
    }
    if (watcher_ == &waiter) {
      watcher_ = nullptr;
      admit();
    }
  }
  if (!out) {
    admission_.withdraw(waiter, clock_.steady_now());
  }
  if (watcher_ == nullptr) {
    // Somebody else watches the time from here on.
    for (Waiter* other : waiters_) {
      if (other != &waiter && !other->admitted) {
        other->turn.notify_one();
        break;
      }
    }
  }
  return out;
}

void Limiter::admit() {
  const SteadyPoint now = clock_.steady_now();
  admitted_.clear();
  admission_.admit(now, admitted_);
  for (auto* request : admitted_) {
    static_cast<Waiter*>(request)->turn.notify_one();
  }
  if (watcher_ != nullptr) {
    const auto wake = admission_.wake_at(now);
    if (wake && (!watched_until_ || *wake < *watched_until_)) {
      watcher_->turn.notify_one();
    }
  }
}

void Limiter::release(const Admission::Request& request, Outcome outcome) {
  bool save_now = false;
  {
    const Lock lock(mutex_);
    numbers_.throttled += outcome == Outcome::throttled ? 1 : 0;
    admission_.done(request, outcome, clock_.steady_now());
    admit();
    save_now = is_time_to_save();
    if (save_now) {
      saved_at_ = clock_.steady_now();
    }
  }
  if (save_now) {
    save();
  }
}

void Limiter::delay(const Admission::Request& request, std::chrono::milliseconds duration) {
  const Lock lock(mutex_);
  const auto believed = std::clamp(duration, std::chrono::milliseconds(0), k_longest_pause);
  request.lane->lane.pause_until(clock_.steady_now() + believed);
}

bool Limiter::is_time_to_save() const { return clock_.steady_now() >= saved_at_ + k_save_every; }

Limiter::Numbers Limiter::numbers() const {
  const Lock lock(mutex_);
  Numbers out = numbers_;
  out.in_flight = admission_.in_flight();
  out.waiting = admission_.waiting();
  return out;
}

void Limiter::save() {
  std::vector<std::pair<std::string, Learned>> all;
  {
    const Lock lock(mutex_);
    for (const auto& [name, state] : admission_.lanes()) {
      const Learned learned = state->lane.learned(clock_.steady_now());
      const bool is_worth_it = state->sent >= k_worth_saving && learned.limit.limit > 0;
      if (state->remembered && (is_worth_it || learned.rate.per_second > 0)) {
        all.emplace_back(name, learned);
      }
    }
  }
  for (const auto& [name, learned] : all) {
    static_cast<void>(memory_.save(name, learned, clock_.now()));
  }
}

void Limiter::Slot::finish(Outcome outcome, std::chrono::microseconds set_up) {
  if (limiter_ != nullptr) {
    request_.sent = std::min(request_.sent + set_up, limiter_->clock_.steady_now());
    std::exchange(limiter_, nullptr)->release(request_, outcome);
  }
}

void Limiter::Slot::pause(std::chrono::milliseconds duration) {
  if (limiter_ != nullptr) {
    limiter_->delay(request_, duration);
  }
}

int descriptor_cap() {
  constexpr rlim_t k_kept = 64;
  constexpr rlim_t k_most = 65536;
  rlimit files{};
  if (getrlimit(RLIMIT_NOFILE, &files) != 0) {
    return 1;
  }
  const rlim_t open = std::min(files.rlim_cur, 2 * k_most);
  return static_cast<int>(std::max<rlim_t>(1, open > k_kept ? (open - k_kept) / 2 : 1));
}

}  // namespace virga::limit
