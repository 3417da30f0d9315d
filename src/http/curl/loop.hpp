// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <atomic>
#include <memory>
#include <mutex>
#include <optional>
#include <thread>
#include <unordered_map>
#include <vector>

#include <curl/curl.h>

#include "base/clock.hpp"
#include "base/result.hpp"
#include "http/curl/handles.hpp"
#include "http/curl/transfer.hpp"
#include "http/message.hpp"

namespace virga::http::curl {

using TransferPtr = std::shared_ptr<Transfer>;

/// The I/O thread: one curl multi handle on one epoll set. libcurl names the sockets that it waits
/// for, so the work per event does not grow with the number of exchanges in flight.
///
/// Threads: start(), submit(), resume(), cancel() are Thread-safe and only put a command into a
/// queue; interrupt()
///          may be called from a signal handler. Everything private is Loop-only, except the queue.
class Loop {
 public:
  /// Starts the thread. `options` must outlive the loop.
  static Result<std::unique_ptr<Loop>> start(const TransportOptions& options);
  ~Loop();
  Loop(const Loop&) = delete;
  Loop& operator=(const Loop&) = delete;

  [[nodiscard]] Handles& handles() { return handles_; }

  [[nodiscard]] const Clock& clock() const { return clock_; }

  /// Begins the exchange; Transfer::done is set when it is over, and its easy handle given back.
  void submit(TransferPtr transfer);
  /// The caller emptied the download or filled the upload of an exchange that was paused for that.
  void resume(TransferPtr transfer);
  /// Ends the exchange with this error.
  void cancel(TransferPtr transfer, Error error);
  /// Ends all exchanges, now and from now on.
  void interrupt() noexcept;

 private:
  enum class Kind { submit, resume, cancel };

  struct Command {
    Kind kind;
    TransferPtr transfer;
    std::optional<Error> error;
  };

  explicit Loop(const TransportOptions& options) : options_(options) {}

  Status open();
  void post(Command command);
  void wake() noexcept;

  void run();
  void take_commands();
  void handle(Command& command);
  void unpause(Transfer& transfer);
  void run_due_timer();
  void wait();
  void collect_finished();
  void end_silent();
  void end_all();
  void finish(CURL* easy, std::optional<Error> error);
  [[nodiscard]] int wait_milliseconds() const;

  [[nodiscard]] bool has_read_timeout() const { return options_.read_timeout_seconds > 0; }

  [[nodiscard]] std::chrono::steady_clock::duration read_timeout_duration() const;

  static int on_socket(CURL*, curl_socket_t socket, int what, void* self, void* known);
  static int on_timer(CURLM*, long milliseconds, void* self);

  const TransportOptions& options_;
  SystemClock clock_;
  Handles handles_;
  CURLM* multi_ = nullptr;
  int epoll_ = -1;
  int event_ = -1;
  std::optional<SteadyPoint> timer_;  // when libcurl wants to be called
  SteadyPoint silence_check_;         // no exchange can be overdue before
  std::unordered_map<CURL*, TransferPtr> active_;
  std::vector<Command> taken_;

  std::atomic<bool> interrupted_{false};
  std::atomic<bool> stopping_{false};
  std::mutex queue_mutex_;
  std::vector<Command> queue_;  // guarded by queue_mutex_
  std::jthread thread_;
};

}  // namespace virga::http::curl
