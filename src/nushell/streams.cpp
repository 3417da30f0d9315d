// SPDX-License-Identifier: Apache-2.0
// What flows between engine and plugin besides messages: the streams of connection.hpp.
#include <utility>

#include "base/strings.hpp"
#include "nushell/connection.hpp"

namespace virga::nushell {
namespace {

constexpr std::size_t k_batch_bytes = std::size_t{16} * 1024;
// nu makes a vector of each chunk, for which its allocator maps memory anew where it is larger. A
// body of 64 MiB took 1.9 s (nu 0.115) and 2.1 s (0.108) in chunks of 64 KiB, 0.9 and 2.0 s in 4
// KiB, 1.0 and 1.2 s in these.
constexpr std::size_t k_chunk_bytes = 3000;

}  // namespace

Result<std::optional<Value>> InputStream::next(const std::stop_token& stop) {
  std::unique_lock lock(mutex_);
  changed_.wait(lock, stop, [&] { return !items_.empty() || ended_; });
  if (stop.stop_requested()) {
    return fail(ErrorCode::interrupted, "Interrupted.");
  }
  if (items_.empty()) {
    return std::optional<Value>();
  }
  Value data = std::move(items_.front());
  items_.pop_front();
  lock.unlock();
  connection_.send(stream_message("Ack", id_));
  if (auto* item = data.as_map()->find("List"); item != nullptr) {
    return std::optional(std::move(*item));
  }
  auto* raw = data.as_map()->find("Raw");
  auto* chunk = raw == nullptr || !raw->is_map() ? nullptr : raw->as_map()->find("Ok");
  if (chunk == nullptr) {
    const auto* error = raw == nullptr ? nullptr : raw->find("Err");
    return fail(ErrorCode::general,
                concat("The input broke off: ", error == nullptr ? "" : error->text("msg")));
  }
  if (const auto* numbers = chunk->as_list()) {
    std::string bytes;
    bytes.reserve(numbers->size());
    for (const auto& number : *numbers) {
      const auto* byte = number.as_integer();
      bytes += static_cast<char>(byte == nullptr ? 0 : *byte);
    }
    return std::optional<Value>(Blob{std::move(bytes)});
  }
  return std::optional(std::move(*chunk));
}

void InputStream::drop() {
  {
    const std::lock_guard lock(mutex_);
    if (ended_ || dropped_) {
      return;
    }
    dropped_ = true;
    items_.clear();
  }
  connection_.send(stream_message("Drop", id_));
}

void InputStream::push(Value data) {
  const std::lock_guard lock(mutex_);
  if (!dropped_ && data.is_map()) {
    items_.push_back(std::move(data));
    changed_.notify_one();
  }
}

void InputStream::end() {
  const std::lock_guard lock(mutex_);
  ended_ = true;
  changed_.notify_all();
}

OutputStream::~OutputStream() { end(); }

bool OutputStream::wait_for_window(const std::stop_token& stop) {
  std::unique_lock lock(mutex_);
  if (sent_ - acknowledged_ >= window_ && !dropped_) {
    lock.unlock();
    flush();
    lock.lock();
    // Half the window at a time: waking up for every acknowledgement costs more than the item.
    wake_at_ = sent_ - window_ / 2;
    changed_.wait(lock, stop, [&] { return acknowledged_ >= wake_at_ || dropped_; });
    wake_at_ = k_never;
  }
  return !dropped_ && !stop.stop_requested();
}

bool OutputStream::write(const Value& item,
                         Span span,
                         const Units& units,
                         const std::stop_token& stop) {
  if (!wait_for_window(stop)) {
    return false;
  }
  pack_item_head(pending_, id_);
  pack_nu_value(pending_, item, span, units);
  ++sent_;
  if (pending_.size() >= k_batch_bytes) {
    flush();
  }
  return true;
}

bool OutputStream::write_packed(std::string_view item, const std::stop_token& stop) {
  if (!wait_for_window(stop)) {
    return false;
  }
  pack_item_head(pending_, id_);
  pending_ += item;
  ++sent_;
  flush();
  return true;
}

bool OutputStream::write_bytes(std::string_view bytes, const std::stop_token& stop) {
  while (!bytes.empty()) {
    if (!wait_for_window(stop)) {
      return false;
    }
    const auto chunk = bytes.substr(0, k_chunk_bytes);
    bytes.remove_prefix(chunk.size());
    pack_chunk(pending_, id_, chunk);
    ++sent_;
  }
  flush();
  return true;
}

void OutputStream::fail_with(const LabeledError& error, Span span) {
  if (is_dropped()) {
    return;
  }
  if (kind_ == StreamKind::list) {
    pack_item_error(pending_, id_, error, span);
  } else {
    pack_chunk_error(pending_, id_, error);
  }
  flush();
}

void OutputStream::fail_with_tree(const Value& error) {
  if (is_dropped()) {
    return;
  }
  pack_item_head(pending_, id_);
  pack(pending_, error);
  flush();
}

void OutputStream::flush() {
  if (!pending_.empty()) {
    connection_.send(pending_);
    pending_.clear();
  }
}

void OutputStream::end() {
  if (std::exchange(ended_, true)) {
    return;
  }
  pending_ += stream_message("End", id_);
  flush();
  connection_.forget_output(id_);
}

bool OutputStream::is_dropped() const {
  const std::lock_guard lock(mutex_);
  return dropped_;
}

void OutputStream::on_drop(std::function<void()> action) {
  {
    const std::lock_guard lock(mutex_);
    if (!dropped_) {
      on_drop_ = std::move(action);
      return;
    }
  }
  action();
}

void OutputStream::acknowledge() {
  const std::lock_guard lock(mutex_);
  ++acknowledged_;
  if (acknowledged_ >= wake_at_) {
    changed_.notify_one();
  }
}

void OutputStream::drop() {
  std::function<void()> action;
  {
    const std::lock_guard lock(mutex_);
    dropped_ = true;
    action = std::move(on_drop_);
    changed_.notify_all();
  }
  if (action) {
    action();
  }
}

}  // namespace virga::nushell
