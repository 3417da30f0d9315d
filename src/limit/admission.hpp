// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <deque>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "limit/lane.hpp"
#include "limit/priority.hpp"

namespace virga::limit {

struct AdmissionOptions {
  LimitOptions lane;
  RateBounds rate;  ///< of each lane
  int cap = 256;    ///< attempts in flight in all lanes
};

/// Which attempt is sent next: a queue for each lane and priority, lanes in turn, under one cap.
/// No clock, no lock, no waiting: Limiter adds these, the simulator its own.
///
/// Shape:   wait() puts a request in its queue, admit() takes out what may be sent now and has to
/// be called after each wait() and done() and at wake_at(); every request is admitted and done()
/// once, or withdrawn. A lane blocked by its limit or gate blocks no other. An interactive request
/// that has its lane for itself is no load: neither limit nor gate holds it, and what paces it
/// after a throttle is its retry delay, as in any client that makes one call after the other.
/// Threads: Thread-compatible.
class Admission {
 public:
  struct LaneState;

  /// An attempt that waits or is in flight; the caller's, at a fixed address while it waits.
  struct Request {
    LaneState* lane = nullptr;
    Priority priority = Priority::bulk;
    bool admitted = false;
    SteadyPoint sent{};
    int load = 0;
  };

  struct LaneState {
    LaneState(std::string key, const LimitOptions& options, const RateBounds& rate)
        : name(std::move(key)), lane(options, rate) {}

    [[nodiscard]] bool has_work() const { return waiting > 0; }

    std::string name;
    Lane lane;
    std::array<std::deque<Request*>, k_priorities> queues;
    std::size_t waiting = 0;
    std::uint64_t sent = 0;
    bool remembered = false;  ///< Limiter: what other runs learned was asked for
  };

  explicit Admission(const AdmissionOptions& options);

  /// The lane of that name, made if there is none; lives as long as this object.
  [[nodiscard]] LaneState& lane(std::string_view name);

  /// `again`: a retry; it goes before those that wait for their first attempt.
  void wait(Request& request, SteadyPoint now, bool again = false);
  /// Takes back a request that was not admitted.
  void withdraw(Request& request, SteadyPoint now);
  /// Appends what may be sent now to `out`, marked as sent.
  void admit(SteadyPoint now, std::vector<Request*>& out);
  void done(const Request& request, Outcome outcome, SteadyPoint now);
  /// When to call admit() if nothing happens before; none: only done() or wait() can help.
  [[nodiscard]] std::optional<SteadyPoint> wake_at(SteadyPoint now) const;

  [[nodiscard]] int in_flight() const { return in_flight_; }

  [[nodiscard]] std::size_t waiting() const { return waiting_; }

  [[nodiscard]] const std::map<std::string, std::unique_ptr<LaneState>, std::less<>>& lanes()
      const {
    return lanes_;
  }

 private:
  [[nodiscard]] bool admit_one(LaneState& state,
                               std::size_t priority,
                               SteadyPoint now,
                               std::vector<Request*>& out);

  AdmissionOptions options_;
  std::map<std::string, std::unique_ptr<LaneState>, std::less<>> lanes_;
  std::deque<LaneState*> working_;  ///< lanes in which requests wait, the next in turn first
  int in_flight_ = 0;
  std::size_t waiting_ = 0;
};

}  // namespace virga::limit
