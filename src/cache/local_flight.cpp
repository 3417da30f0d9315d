// SPDX-License-Identifier: Apache-2.0
#include "cache/local_flight.hpp"

#include <condition_variable>
#include <utility>

namespace virga::cache {

struct LocalFlight::State {
  std::mutex mutex;
  std::condition_variable_any changed;
  Epoch epoch;
  std::uint64_t steps = 0;
  bool is_over = false;
  Landing landing;
};

LocalFlight& LocalFlight::operator=(LocalFlight&& other) noexcept {
  std::swap(state_, other.state_);
  std::swap(key_, other.key_);
  std::swap(owner_, other.owner_);
  return *this;
}

LocalFlight::~LocalFlight() { land(std::nullopt); }

void LocalFlight::progress() {
  if (state_ != nullptr) {
    const std::lock_guard lock(state_->mutex);
    ++state_->steps;
    state_->changed.notify_all();
  }
}

void LocalFlight::land(Landing landing) {
  if (state_ == nullptr) {
    return;
  }
  owner_->forget(key_, state_);
  const auto state = std::move(state_);
  const std::lock_guard lock(state->mutex);
  state->is_over = true;
  state->landing = std::move(landing);
  state->changed.notify_all();
}

void LocalFlights::forget(const Key& key, const std::shared_ptr<LocalFlight::State>& state) {
  const std::lock_guard lock(mutex_);
  if (const auto found = flights_.find(key); found != flights_.end() && found->second == state) {
    flights_.erase(found);
  }
}

Landing LocalFlights::join(const Key& key,
                           const Epoch& epoch,
                           const std::stop_token& stop,
                           LocalFlight& flight) {
  std::shared_ptr<LocalFlight::State> state;
  {
    const std::lock_guard lock(mutex_);
    auto& place = flights_[key];
    if (place == nullptr) {
      place = std::make_shared<LocalFlight::State>();
      place->epoch = epoch;
      flight.state_ = place;
      flight.key_ = key;
      flight.owner_ = this;
      return std::nullopt;
    }
    state = place;
  }
  if (!(state->epoch == epoch)) {
    return std::nullopt;
  }
  std::unique_lock lock(state->mutex);
  for (;;) {
    const std::uint64_t steps = state->steps;
    const bool moved = state->changed.wait_for(
        lock, stop, patience_, [&] { return state->is_over || state->steps != steps; });
    if (state->is_over) {
      return state->landing;
    }
    if (!moved) {
      return std::nullopt;
    }
  }
}

}  // namespace virga::cache
