// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <chrono>
#include <cstdint>
#include <memory>
#include <mutex>
#include <optional>
#include <stop_token>
#include <unordered_map>

#include "base/result.hpp"
#include "cache/epochs.hpp"
#include "cache/memory_tier.hpp"

namespace virga::cache {

/// What a flight within a process came to: an answer, an error, or nothing that could be shared.
using Landing = std::optional<Result<std::shared_ptr<const Answer>>>;

/// One fetch among the threads of a process that ask the same thing at the same time. A leader that
/// is destroyed lands with nothing to share. Thread-compatible; move-only.
class LocalFlight {
 public:
  struct State;

  LocalFlight() = default;
  LocalFlight(LocalFlight&&) noexcept = default;
  LocalFlight& operator=(LocalFlight&& other) noexcept;
  ~LocalFlight();

  [[nodiscard]] bool leads() const { return state_ != nullptr; }

  /// Of the leader: tells those who wait that there is progress.
  void progress();
  /// Of the leader: wakes those who wait.
  void land(Landing landing);

 private:
  friend class LocalFlights;

  std::shared_ptr<State> state_;
  Key key_;
  class LocalFlights* owner_ = nullptr;
};

/// Threads: safe. Must outlive its flights.
class LocalFlights {
 public:
  explicit LocalFlights(std::chrono::milliseconds patience) : patience_(patience) {}

  /// Leads (`flight` then does), or waits for the one that does: what it came to. Nobody joins a
  /// flight of another epoch, nor waits longer without progress than patience allows: neither
  /// leader nor landing.
  [[nodiscard]] Landing join(const Key& key,
                             const Epoch& epoch,
                             const std::stop_token& stop,
                             LocalFlight& flight);

 private:
  friend class LocalFlight;

  void forget(const Key& key, const std::shared_ptr<LocalFlight::State>& state);

  std::chrono::milliseconds patience_;
  std::mutex mutex_;
  std::unordered_map<Key, std::shared_ptr<LocalFlight::State>, KeyHash> flights_;
};

}  // namespace virga::cache
