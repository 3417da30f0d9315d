// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <chrono>
#include <condition_variable>
#include <cstdint>
#include <mutex>
#include <optional>
#include <stop_token>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/clock.hpp"
#include "base/result.hpp"
#include "limit/admission.hpp"
#include "limit/memory.hpp"

namespace virga::limit {

/// What is limited together: services meter by account, region and operation.
struct LaneKey {
  std::string_view account;  ///< who signs, as far as is known: an access key
  std::string_view region;
  std::string_view service;
  std::string_view operation;
};

struct LimiterOptions {
  AdmissionOptions admission;
  /// Where Memory keeps what lanes learn; empty: nowhere.
  std::string folder;
};

/// How an attempt waits for its turn.
struct Turn {
  Priority priority = Priority::interactive;
  bool again = false;  ///< a retry: goes before first attempts
  std::stop_token stop{};
  std::optional<SteadyPoint> deadline{};
};

/// Holds attempts back until they may be sent: Admission behind a lock, with waiting. What was
/// learned is asked for when a lane first has two attempts at once, and kept at the end and every
/// 15 seconds: a single call reads and writes nothing.
///
/// Shape:   one per process. acquire() before each attempt, Slot::finish() after it; the Slot does
/// not outlive the Limiter.
/// Threads: Thread-safe.
class Limiter {
 public:
  /// One attempt that may be sent. Gives its place back exactly once: at finish(), or as cancelled
  /// when it goes.
  class Slot {
   public:
    Slot(Slot&& other) noexcept
        : limiter_(std::exchange(other.limiter_, nullptr)), request_(other.request_) {}

    Slot& operator=(Slot&&) = delete;
    Slot(const Slot&) = delete;
    Slot& operator=(const Slot&) = delete;

    ~Slot() { finish(Outcome::cancelled); }

    /// `set_up`: what making the connection took of the time; it says nothing of the service.
    void finish(Outcome outcome, std::chrono::microseconds set_up = {});
    /// The service asked for a pause of the lane; 20 seconds are believed.
    void pause(std::chrono::milliseconds duration);

   private:
    friend class Limiter;

    Slot(Limiter& limiter, const Admission::Request& request)
        : limiter_(&limiter), request_(request) {}

    Limiter* limiter_;
    Admission::Request request_;
  };

  struct Numbers {
    int in_flight = 0;
    std::size_t waiting = 0;
    std::uint64_t sent = 0;
    std::uint64_t throttled = 0;
    int most_in_flight = 0;
  };

  /// The clock must outlive the limiter.
  Limiter(const LimiterOptions& options, const Clock& clock);
  Limiter(const Limiter&) = delete;
  Limiter& operator=(const Limiter&) = delete;
  ~Limiter();

  /// Waits until the attempt may be sent. Errors: interrupted (stop was requested), network (the
  /// deadline passed).
  [[nodiscard]] Result<Slot> acquire(const LaneKey& key, const Turn& turn);

  /// Attempts in flight at most, of all lanes.
  [[nodiscard]] int cap() const { return cap_; }

  [[nodiscard]] Numbers numbers() const;

  /// Writes what was learned; a failure costs the next run some seconds and is not reported.
  void save();

 private:
  struct Waiter;
  using Lock = std::unique_lock<std::mutex>;

  void remember(Admission::LaneState& lane, Lock& lock);
  [[nodiscard]] Status wait(Waiter& waiter, const Turn& turn, Lock& lock);
  /// Wakes those whose turn has come, and whoever watches the time for the rest.
  void admit();
  void release(const Admission::Request& request, Outcome outcome);
  void delay(const Admission::Request& request, std::chrono::milliseconds duration);
  [[nodiscard]] bool is_time_to_save() const;

  const Clock& clock_;
  const double start_;
  const int cap_;
  const Memory memory_;
  mutable std::mutex mutex_;  // guards all below
  Admission admission_;
  std::vector<Waiter*> waiters_;
  Waiter* watcher_ = nullptr;  ///< the one waiter that waits with the time of the next wake-up
  std::optional<SteadyPoint> watched_until_;
  std::vector<Admission::Request*> admitted_;
  SteadyPoint saved_at_;
  Numbers numbers_;
};

/// The attempts in flight that the limit on open files leaves room for: two descriptors each (a
/// connection and a file), 64 for all else.
[[nodiscard]] int descriptor_cap();

}  // namespace virga::limit
