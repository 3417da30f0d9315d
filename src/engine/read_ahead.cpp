// SPDX-License-Identifier: Apache-2.0
#include "engine/read_ahead.hpp"

#include <chrono>
#include <utility>

namespace virga::engine {
namespace {

bool is_end(const Result<std::optional<Page>>& answer) {
  return !answer || !answer->has_value() || (*answer)->is_last;
}

}  // namespace

ReadAhead::ReadAhead(Pages& pages,
                     std::stop_source stop,
                     std::function<bool()> has_left,
                     Begin begin)
    : pages_(pages), stop_(std::move(stop)), has_left_(std::move(has_left)), begin_(begin) {}

ReadAhead::~ReadAhead() {
  if (!thread_.joinable()) {
    return;
  }
  stop_.request_stop();
  thread_.join();
}

Result<std::optional<Page>> ReadAhead::next() {
  if (is_over_) {
    return std::optional<Page>();
  }
  if (!has_begun_) {
    has_begun_ = true;
    Answer first = pages_.next();
    is_over_ = is_end(first);
    if (begin_ == Begin::at_once) {
      go_on();
    }
    return first;
  }
  go_on();
  constexpr auto k_patience = std::chrono::milliseconds(50);
  std::unique_lock lock(mutex_);
  while (!changed_.wait_for(lock, k_patience, [this] { return waiting_.has_value(); })) {
    if (stop_.stop_requested() || (has_left_ && has_left_())) {
      is_over_ = true;
      return std::optional<Page>();
    }
  }
  Answer answer = *std::exchange(waiting_, std::nullopt);
  is_wanted_ = false;
  is_over_ = is_end(answer);
  lock.unlock();
  if (begin_ == Begin::at_once) {
    go_on();
  }
  return answer;
}

void ReadAhead::go_on() {
  if (is_over_) {
    return;
  }
  {
    const std::lock_guard lock(mutex_);
    if (is_wanted_) {
      return;
    }
    is_wanted_ = true;
  }
  if (thread_.joinable()) {
    changed_.notify_all();
  } else {
    thread_ = std::thread([this] { fetch(); });
  }
}

void ReadAhead::fetch() {
  const auto has_work = [this] { return is_wanted_ && !waiting_.has_value(); };
  std::unique_lock lock(mutex_);
  while (changed_.wait(lock, stop_.get_token(), has_work)) {
    lock.unlock();
    Answer answer = pages_.next();
    const bool end = is_end(answer);
    lock.lock();
    waiting_ = std::move(answer);
    changed_.notify_all();
    if (end) {
      return;
    }
  }
}

}  // namespace virga::engine
