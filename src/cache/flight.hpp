// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <chrono>
#include <cstdint>
#include <memory>
#include <stop_token>
#include <string>
#include <vector>

#include "base/clock.hpp"
#include "cache/epochs.hpp"
#include "cache/posix.hpp"
#include "cache/tier.hpp"

namespace virga::cache {

/// One fetch among the processes that ask the same thing at the same time: one leads and fetches,
/// the others wait for it to land. Thread-compatible.
class Flight {
 public:
  enum class Role {
    lead,    ///< fetch, then land()
    landed,  ///< the flight that was waited for is over; its answer has number()
    alone,   ///< fetch without the others: no folder, no locks, the leader hangs or cannot share
  };

  Flight() = default;
  Flight(Flight&&) noexcept = default;
  Flight& operator=(Flight&& other) noexcept;
  /// Ends a flight that did not land; those who wait then lead themselves.
  ~Flight();

  [[nodiscard]] Role role() const { return role_; }

  /// Marks what this flight fetches; never 0 for one that leads or has landed.
  [[nodiscard]] std::uint64_t number() const { return number_; }

  // Of the leader:

  /// Tells those who wait that there is progress.
  void progress();
  /// Whether anyone waits now.
  [[nodiscard]] bool has_waiters() const;
  /// Tells those who come that nothing will be handed over, so that they do not wait.
  void share_nothing();
  /// Leaves an answer for those who wait, where it is not kept otherwise. Failure costs them time.
  void hand_over(const Metadata& metadata, const std::vector<StoredEntry::Frame>& frames);
  /// Lets those who wait look for the answer.
  void land();

  // Of those who waited:

  /// What was handed over, or null. The last one to take it removes it.
  [[nodiscard]] std::unique_ptr<StoredEntry> take_over();

 private:
  friend class Flights;

  [[nodiscard]] std::string answer_path() const { return path_ + ".answer"; }

  Role role_ = Role::alone;
  std::uint64_t number_ = 0;
  std::uint64_t steps_ = 0;
  std::string path_;
  File file_;
};

/// Where flights are announced: a locked file ROOT/flight/KEY for each. A process that dies lets go
/// of its lock, and one of those who wait leads on. Threads: safe.
class Flights {
 public:
  /// `patience`: how long a leader may show no progress before the others go on without it.
  Flights(std::string root, Clock& clock, Random& random, std::chrono::milliseconds patience)
      : folder_(std::move(root) + "/flight/"),
        clock_(clock),
        random_(random),
        patience_(patience) {}

  /// Leads, or waits for the one that does. Nobody joins a flight of another epoch: it may have
  /// asked before something was written that this one has to see.
  [[nodiscard]] Flight join(const Key& key, const Epoch& epoch, const std::stop_token& stop);

 private:
  [[nodiscard]] bool lead(Flight& flight, const Epoch& epoch);
  void wait(Flight& flight, const Epoch& epoch, const std::stop_token& stop);

  std::string folder_;
  Clock& clock_;
  Random& random_;
  std::chrono::milliseconds patience_;
};

}  // namespace virga::cache
