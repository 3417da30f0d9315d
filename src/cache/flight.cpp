// SPDX-License-Identifier: Apache-2.0
#include "cache/flight.hpp"

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <utility>

#include <unistd.h>

#include "base/strings.hpp"
#include "cache/entry_file.hpp"

namespace virga::cache {
namespace {

// Locked bytes of the file: the leader's, and that of all who wait.
constexpr std::uint64_t k_leader = 0;
constexpr std::uint64_t k_waiters = 1;
constexpr std::uint64_t k_shares_nothing = ~std::uint64_t{0};
constexpr std::uint64_t k_steps_offset = 24;

/// What the leader writes into the file.
struct Announcement {
  std::uint64_t number = 0;
  std::uint64_t epoch_file = 0;
  std::uint64_t epoch_count = 0;
  std::uint64_t steps = 0;  ///< of progress
};

Announcement read_announcement(const File& file) {
  Announcement out;
  if (const std::string bytes = read_at(file, 0, sizeof out); bytes.size() == sizeof out) {
    std::memcpy(&out, bytes.data(), sizeof out);
  }
  return out;
}

std::string bytes_of(const Announcement& announcement) {
  std::string out(sizeof announcement, '\0');
  std::memcpy(out.data(), &announcement, sizeof announcement);
  return out;
}

bool is_of(const Announcement& announcement, const Epoch& epoch) {
  return announcement.epoch_file == epoch.file && announcement.epoch_count == epoch.count;
}

}  // namespace

Flight& Flight::operator=(Flight&& other) noexcept {
  std::swap(role_, other.role_);
  std::swap(number_, other.number_);
  std::swap(steps_, other.steps_);
  std::swap(path_, other.path_);
  std::swap(file_, other.file_);
  return *this;
}

Flight::~Flight() { land(); }

void Flight::progress() {
  if (role_ == Role::lead && steps_ != k_shares_nothing) {
    ++steps_;
    std::string bytes(sizeof steps_, '\0');
    std::memcpy(bytes.data(), &steps_, sizeof steps_);
    static_cast<void>(write_at(file_, k_steps_offset, bytes));
  }
}

bool Flight::has_waiters() const { return role_ == Role::lead && is_locked(file_, k_waiters, 1); }

void Flight::share_nothing() {
  steps_ = k_shares_nothing - 1;
  progress();
}

void Flight::hand_over(const Metadata& metadata, const std::vector<StoredEntry::Frame>& frames) {
  auto writer = write_entry_file(answer_path(), concat(path_, ".part"), metadata);
  if (!writer) {
    return;
  }
  for (const auto& frame : frames) {
    if (!(*writer)->add(frame.stored, frame.raw_size)) {
      return;
    }
  }
  if ((*writer)->complete(metadata)) {
    static_cast<void>((*writer)->publish());
  }
}

void Flight::land() {
  if (role_ == Role::lead && file_) {
    // While the lock is held, so that it is this file and not the next leader's.
    unlink(path_.c_str());
  }
  file_ = File();
  if (role_ == Role::lead) {
    role_ = Role::alone;
  }
}

std::unique_ptr<StoredEntry> Flight::take_over() {
  auto entry = open_entry_file(answer_path());
  if (entry == nullptr || entry->metadata().flight != number_) {
    return nullptr;
  }
  // The last one to let go of the lock sees nobody else; two that do both remove it.
  unlock(file_, k_waiters, 1);
  if (!is_locked(file_, k_waiters, 1)) {
    unlink(answer_path().c_str());
  }
  return entry;
}

bool Flights::lead(Flight& flight, const Epoch& epoch) {
  Announcement announcement;
  announcement.number =
      static_cast<std::uint64_t>(random_.uniform() * 9007199254740992.0) + 1;  // 2^53
  announcement.epoch_file = epoch.file;
  announcement.epoch_count = epoch.count;
  if (!write_at(flight.file_, 0, bytes_of(announcement))) {
    return false;
  }
  flight.number_ = announcement.number;
  flight.role_ = Flight::Role::lead;
  return true;
}

Flight Flights::join(const Key& key, const Epoch& epoch, const std::stop_token& stop) {
  Flight flight;
  flight.path_ = folder_ + key.hex();
  // The file that was opened may have been removed by the leader who landed just then.
  constexpr int k_tries = 5;
  for (int i = 0; i < k_tries; ++i) {
    flight.file_ = open_or_make(flight.path_);
    if (!flight.file_) {
      return flight;
    }
    if (!try_lock(flight.file_, Lock::exclusive, k_leader, 1)) {
      if (is_lock_taken()) {
        wait(flight, epoch, stop);
      }
      return flight;
    }
    if (has_name(flight.file_)) {
      // A leader that cannot announce itself would be waited for in vain.
      if (!lead(flight, epoch)) {
        unlink(flight.path_.c_str());
        flight.file_ = File();
      }
      return flight;
    }
  }
  return flight;
}

void Flights::wait(Flight& flight, const Epoch& epoch, const std::stop_token& stop) {
  const auto leave = [&] { flight.file_ = File(); };
  if (!try_lock(flight.file_, Lock::shared, k_waiters, 1)) {
    return leave();
  }
  constexpr std::chrono::milliseconds k_longest_nap{16};
  std::chrono::milliseconds nap{1};
  SteadyPoint deadline = clock_.steady_now() + patience_;
  Announcement known;
  for (;;) {
    const bool free = try_lock(flight.file_, Lock::exclusive, k_leader, 1);
    const bool landed = !has_name(flight.file_);
    const Announcement seen = read_announcement(flight.file_);
    if (free && !landed) {  // the leader died
      unlock(flight.file_, k_waiters, 1);
      if (!lead(flight, epoch)) {
        leave();
      }
      return;
    }
    if ((seen.number != 0 && !is_of(seen, epoch)) || seen.steps == k_shares_nothing) {
      return leave();
    }
    if (landed) {
      unlock(flight.file_, k_leader, 1);
      flight.role_ = Flight::Role::landed;
      flight.number_ = seen.number;
      return;
    }
    if (seen.number != known.number || seen.steps != known.steps) {
      known = seen;
      deadline = clock_.steady_now() + patience_;
    }
    if (stop.stop_requested() || clock_.steady_now() >= deadline || !clock_.sleep(nap)) {
      return leave();
    }
    nap = std::min(nap * 2, k_longest_nap);
  }
}

}  // namespace virga::cache
