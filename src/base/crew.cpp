// SPDX-License-Identifier: Apache-2.0
#include "base/crew.hpp"

#include <utility>

#include "base/threads.hpp"

namespace virga {
namespace {

constexpr std::size_t k_share = 2;  // threads of a group for each that is left

}  // namespace

Crew::~Crew() {
  stop();
  finish();
}

bool Crew::add(const std::string& group, std::unique_ptr<Job> job) {
  Lock lock(mutex_);
  room_.wait(lock, [&] { return stopped_ || pending_ < options_.window; });
  if (stopped_) {
    return false;
  }
  auto& own = groups_[group];
  own.queue.push_back({std::move(job), added_++});
  ++pending_;
  ++queued_;
  constexpr std::size_t k_always = 4;
  if (queued_ > idle_ && may_begin(own) &&
      (own.running < k_always || !options_.wants_thread || options_.wants_thread(groups_.size()))) {
    start_thread();
  }
  work_wanted_.notify_one();
  return true;
}

void Crew::start_thread() {
  if (threads_.size() < options_.threads) {
    add_thread(threads_, [this] { work(); });
  }
}

void Crew::stop() {
  const std::lock_guard lock(mutex_);
  stopped_ = true;
  room_.notify_all();
  work_wanted_.notify_all();
}

bool Crew::is_stopped() const {
  const std::lock_guard lock(mutex_);
  return stopped_;
}

void Crew::finish() {
  Groups left;
  {
    Lock lock(mutex_);
    deliver_due(lock);
    room_.wait(lock, [&] {
      return stopped_ ? running_ == 0 && !delivering_ && done_.empty() : pending_ == 0;
    });
    ending_ = true;
    work_wanted_.notify_all();
    left.swap(groups_);
  }
  for (auto& thread : threads_) {
    thread.join();
  }
  threads_.clear();
}

void Crew::work() {
  Lock lock(mutex_);
  while (true) {
    auto group = groups_.end();
    ++idle_;
    work_wanted_.wait(lock, [&] {
      group = choose();
      return ending_ || group != groups_.end();
    });
    --idle_;
    if (group == groups_.end()) {
      return;
    }
    run_one(group, lock);
    deliver_due(lock);
  }
}

bool Crew::may_begin(const Group& group) const {
  if (group.queue.empty()) {
    return false;
  }
  if (held_bytes_ > options_.held_bytes && group.queue.front().number != delivered_) {
    return false;
  }
  return group.running < k_share * (options_.threads - running_) || options_.threads == 1;
}

/// The group with the fewest threads among those that may begin a job, the one after the last in
/// turn first.
Crew::Groups::iterator Crew::choose() {
  auto best = groups_.end();
  if (stopped_ || queued_ == 0 || running_ >= options_.threads) {
    return best;
  }
  auto group = groups_.upper_bound(last_group_);
  for (std::size_t i = 0; i < groups_.size(); ++i, ++group) {
    if (group == groups_.end()) {
      group = groups_.begin();
    }
    if (may_begin(group->second) &&
        (best == groups_.end() || group->second.running < best->second.running)) {
      best = group;
    }
  }
  return best;
}

void Crew::run_one(Groups::iterator group, Lock& lock) {
  last_group_ = group->first;
  Entry entry = std::move(group->second.queue.front());
  group->second.queue.pop_front();
  --queued_;
  ++group->second.running;
  ++running_;
  if (queued_ > 0 && idle_ > 0) {
    work_wanted_.notify_one();
  }
  lock.unlock();
  entry.job->run();
  lock.lock();
  --running_;
  if (--group->second.running == 0 && group->second.queue.empty()) {
    groups_.erase(group);
  }
  held_bytes_ += entry.job->bytes();
  done_.emplace(entry.number, std::move(entry.job));
}

/// What is done and whose turn it is; by one thread at a time, without the lock.
void Crew::deliver_due(Lock& lock) {
  if (delivering_) {
    return;  // who delivers sees this one too
  }
  delivering_ = true;
  while (!done_.empty()) {
    // After a stop there are gaps: what was not begun is not waited for.
    const bool is_due =
        !options_.ordered || done_.begin()->first == delivered_ || (stopped_ && running_ == 0);
    if (!is_due) {
      break;
    }
    auto node = done_.extract(done_.begin());
    held_bytes_ -= node.mapped()->bytes();
    lock.unlock();
    node.mapped()->deliver();
    node.mapped().reset();
    lock.lock();
    delivered_ = options_.ordered ? node.key() + 1 : delivered_ + 1;
    --pending_;
    room_.notify_all();
    if (queued_ > 0 && idle_ > 0) {
      work_wanted_.notify_one();  // less is held now
    }
  }
  delivering_ = false;
  room_.notify_all();
}

}  // namespace virga
