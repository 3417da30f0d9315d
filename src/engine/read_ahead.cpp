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

ReadAhead::ReadAhead(Pages& pages, std::stop_source stop, std::function<bool()> has_left)
    : pages_(pages), stop_(std::move(stop)), has_left_(std::move(has_left)) {}

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
  if (!thread_.joinable()) {
    Answer first = pages_.next();
    is_over_ = is_end(first);
    if (!is_over_) {
      thread_ = std::thread([this] { fetch(); });
    }
    return first;
  }
  constexpr auto k_patience = std::chrono::milliseconds(50);
  std::unique_lock lock(mutex_);
  while (!changed_.wait_for(lock, k_patience, [this] { return waiting_.has_value(); })) {
    if (stop_.stop_requested() || (has_left_ && has_left_())) {
      is_over_ = true;
      return std::optional<Page>();
    }
  }
  Answer answer = *std::exchange(waiting_, std::nullopt);
  is_over_ = is_end(answer);
  lock.unlock();
  changed_.notify_all();
  return answer;
}

void ReadAhead::fetch() {
  for (;;) {
    Answer answer = pages_.next();
    const bool end = is_end(answer);
    std::unique_lock lock(mutex_);
    waiting_ = std::move(answer);
    changed_.notify_all();
    if (end || !changed_.wait(lock, stop_.get_token(), [this] { return !waiting_.has_value(); })) {
      return;
    }
  }
}

}  // namespace virga::engine
