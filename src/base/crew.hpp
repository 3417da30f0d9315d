// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <condition_variable>
#include <cstddef>
#include <cstdint>
#include <deque>
#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <string>
#include <thread>
#include <vector>

namespace virga {

/// One piece of work of a Crew.
class Job {
 public:
  virtual ~Job() = default;
  /// Does it, on some thread of the crew.
  virtual void run() = 0;
  /// Hands over what came of it; no two jobs at the same time, in order where order was wanted.
  virtual void deliver() = 0;

  /// What its result holds between run() and deliver().
  [[nodiscard]] virtual std::size_t bytes() const { return 0; }
};

struct CrewOptions {
  std::size_t threads = 64;  ///< at most; started as they are needed
  /// Whether another thread would be of use, if one may be started at all: no, where those there
  /// are wait for their turn elsewhere. `groups`: that have jobs. Empty: always.
  std::function<bool(std::size_t groups)> wants_thread{};
  bool ordered = true;                              ///< deliver in the order of add()
  std::size_t window = 4096;                        ///< jobs that were added and not delivered
  std::size_t held_bytes = std::size_t{64} << 20U;  ///< of results that wait for earlier ones
};

/// Runs jobs that mostly wait, on threads, with bounded memory: add() waits while the window is
/// full, and while more than `held_bytes` wait for an earlier job only that one is begun.
///
/// Jobs belong to groups; one whose jobs are slow must not take all threads. A group is given a
/// thread only while it has fewer than twice as many as are left (dynamic thresholds, Choudhury and
/// Hahne 1998), and that with the fewest comes first: one group alone gets two thirds.
///
/// Shape:   add() from one thread, then finish(). Jobs must not throw.
/// Threads: stop() and the numbers are Thread-safe.
class Crew {
 public:
  explicit Crew(const CrewOptions& options) : options_(options) {}

  ~Crew();  ///< as stop() and finish()
  Crew(const Crew&) = delete;
  Crew& operator=(const Crew&) = delete;

  /// False, and the job was not taken, once stop() was called.
  [[nodiscard]] bool add(const std::string& group, std::unique_ptr<Job> job);
  /// Begins no other job. Those that were not begun are destroyed, undelivered, by finish().
  void stop();
  /// Waits until every job that was begun is delivered.
  void finish();

  [[nodiscard]] bool is_stopped() const;

 private:
  struct Entry {
    std::unique_ptr<Job> job;
    std::uint64_t number = 0;
  };

  struct Group {
    std::deque<Entry> queue;
    std::size_t running = 0;
  };

  using Groups = std::map<std::string, Group>;
  using Lock = std::unique_lock<std::mutex>;

  void work();
  [[nodiscard]] Groups::iterator choose();
  [[nodiscard]] bool may_begin(const Group& group) const;
  void run_one(Groups::iterator group, Lock& lock);
  void deliver_due(Lock& lock);
  void start_thread();

  const CrewOptions options_;
  mutable std::mutex mutex_;  // guards all below
  std::condition_variable work_wanted_;
  std::condition_variable room_;
  Groups groups_;
  std::string last_group_;
  std::map<std::uint64_t, std::unique_ptr<Job>> done_;
  std::vector<std::thread> threads_;
  std::uint64_t added_ = 0;
  std::uint64_t delivered_ = 0;  ///< where ordered: the number of the next one to deliver
  std::size_t pending_ = 0;      ///< added, not delivered
  std::size_t queued_ = 0;
  std::size_t running_ = 0;
  std::size_t idle_ = 0;
  std::size_t held_bytes_ = 0;
  bool delivering_ = false;
  bool stopped_ = false;
  bool ending_ = false;
};

}  // namespace virga
