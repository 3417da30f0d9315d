// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <atomic>
#include <condition_variable>
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

/// One curl multi handle on one epoll set. libcurl names the sockets that it waits for, so the work
/// per event does not grow with the number of exchanges in flight.
///
/// One thread at a time drives it. An exchange that begins while no other is in flight, and whose
/// caller has nothing to do but wait, is driven by its caller: no hand-over between threads, and no
/// thread at all in a process that makes one call after the other. Everything else is driven by the
/// I/O thread, which starts when it is first needed and takes over what a caller that is done
/// leaves in flight. Who drives changes under `mutex_` only; while nobody does, nothing is in
/// flight.
///
/// Threads: exchange(), submit(), resume(), cancel() are Thread-safe; interrupt() may be called
///          from a signal handler. The rest is the driver's, except what `mutex_` guards.
class Loop {
 public:
  /// `options` must outlive the loop.
  static Result<std::unique_ptr<Loop>> open(const TransportOptions& options);
  ~Loop();
  Loop(const Loop&) = delete;
  Loop& operator=(const Loop&) = delete;

  [[nodiscard]] Handles& handles() { return handles_; }

  [[nodiscard]] const Clock& clock() const { return clock_; }

  /// Begins the exchange; Transfer::done is set when it is over, and its easy handle given back.
  /// Error: general when no thread can be had; nothing was begun then.
  [[nodiscard]] Status submit(TransferPtr transfer);
  /// The same for an exchange whose caller only waits: begins it, and if nothing else is in flight
  /// also carries it to its end before returning.
  [[nodiscard]] Status exchange(TransferPtr transfer);
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

  enum class Driver { nobody, caller, thread };

  explicit Loop(const TransportOptions& options) : options_(options) {}

  Status set_up();
  [[nodiscard]] Status start_thread();
  [[nodiscard]] bool needs_wake();
  void post(Command command);
  void wake() noexcept;

  void run();
  void drive(const Transfer& transfer);
  void step();
  [[nodiscard]] bool let_go_if_idle();
  void begin(TransferPtr transfer);
  void take_commands();
  void handle(Command& command);
  void unpause(Transfer& transfer);
  void run_due_timer();
  void wait();
  bool collect_finished();  ///< whether there were any
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
  std::mutex mutex_;
  std::condition_variable thread_wanted_;  // the driver became `thread`, or stopping_ was set
  std::vector<Command> queue_;             // guarded by mutex_
  Driver driver_ = Driver::nobody;         // guarded by mutex_
  bool stopping_ = false;                  // guarded by mutex_
  std::thread thread_;                     // started under mutex_
};

}  // namespace virga::http::curl
