// SPDX-License-Identifier: Apache-2.0
#include "http/curl/loop.hpp"

#include <algorithm>
#include <array>
#include <chrono>
#include <csignal>
#include <limits>
#include <system_error>
#include <utility>

#include <pthread.h>
#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <unistd.h>

#include "base/strings.hpp"
#include "http/curl/failure.hpp"
#include "http/curl/global.hpp"

namespace virga::http::curl {
namespace {

using std::chrono::ceil;
using std::chrono::milliseconds;

/// Idle connections that are kept, all hosts together.
constexpr long k_idle_connections = 256;
/// What a socket's buffer takes at once.
constexpr curl_off_t k_small_upload = 64 << 10;

std::uint32_t epoll_events(int what) {
  std::uint32_t events = 0;
  if (what == CURL_POLL_IN || what == CURL_POLL_INOUT) {
    events |= EPOLLIN;
  }
  if (what == CURL_POLL_OUT || what == CURL_POLL_INOUT) {
    events |= EPOLLOUT;
  }
  return events;
}

int curl_events(std::uint32_t events) {
  int what = 0;
  if ((events & (EPOLLIN | EPOLLHUP | EPOLLERR)) != 0) {
    what |= CURL_CSELECT_IN;
  }
  if ((events & EPOLLOUT) != 0) {
    what |= CURL_CSELECT_OUT;
  }
  return what;
}

/// The process's signals belong to its other threads.
void block_signals() {
  sigset_t all;
  sigfillset(&all);
  pthread_sigmask(SIG_BLOCK, &all, nullptr);
}

}  // namespace

Result<std::unique_ptr<Loop>> Loop::open(const TransportOptions& options) {
  VIRGA_TRY(init_libcurl());
  std::unique_ptr<Loop> loop(new Loop(options));
  VIRGA_TRY(loop->set_up());
  return loop;
}

Status Loop::set_up() {
  epoll_ = epoll_create1(EPOLL_CLOEXEC);
  event_ = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
  multi_ = curl_multi_init();
  epoll_event event{};
  event.events = EPOLLIN | EPOLLET;  // each write wakes, nothing needs to be read
  event.data.fd = event_;
  if (epoll_ < 0 || event_ < 0 || multi_ == nullptr ||
      epoll_ctl(epoll_, EPOLL_CTL_ADD, event_, &event) != 0) {
    return fail(ErrorCode::general, "The network cannot be used: no descriptors or memory left.");
  }
  curl_multi_setopt(multi_, CURLMOPT_SOCKETFUNCTION, &Loop::on_socket);
  curl_multi_setopt(multi_, CURLMOPT_SOCKETDATA, this);
  curl_multi_setopt(multi_, CURLMOPT_TIMERFUNCTION, &Loop::on_timer);
  curl_multi_setopt(multi_, CURLMOPT_TIMERDATA, this);
  curl_multi_setopt(multi_, CURLMOPT_MAXCONNECTS, k_idle_connections);
  return {};
}

Loop::~Loop() {
  if (thread_.joinable()) {
    {
      const std::lock_guard lock(mutex_);
      stopping_ = true;
    }
    thread_wanted_.notify_one();
    thread_.join();
  }
  if (multi_ != nullptr) {
    curl_multi_cleanup(multi_);
  }
  for (const int descriptor : {epoll_, event_}) {
    if (descriptor >= 0) {
      close(descriptor);
    }
  }
}

/// With mutex_ held.
Status Loop::start_thread() {
  if (!thread_.joinable()) {
    try {
      thread_ = std::thread([this] { run(); });
    } catch (const std::system_error& error) {
      return fail(ErrorCode::general,
                  concat("The network's thread could not be started: ", error.what()));
    }
  }
  return {};
}

/// With mutex_ held, before a command is queued. A driver that has commands waiting is awake.
bool Loop::needs_wake() { return queue_.empty(); }

Status Loop::submit(TransferPtr transfer) {
  bool asleep = false;
  {
    const std::lock_guard lock(mutex_);
    VIRGA_TRY(start_thread());
    asleep = driver_ != Driver::nobody && needs_wake();
    queue_.push_back({Kind::submit, std::move(transfer), {}});
    if (driver_ == Driver::nobody) {
      driver_ = Driver::thread;
      thread_wanted_.notify_one();
    }
  }
  if (asleep) {
    wake();
  }
  return {};
}

Status Loop::exchange(TransferPtr transfer) {
  {
    std::unique_lock lock(mutex_);
    if (driver_ != Driver::nobody) {
      lock.unlock();
      return submit(std::move(transfer));
    }
    driver_ = Driver::caller;
  }
  begin(transfer);
  drive(*transfer);
  return {};
}

void Loop::resume(TransferPtr transfer) { post({Kind::resume, std::move(transfer), {}}); }

void Loop::cancel(TransferPtr transfer, Error error) {
  transfer->cancelled = true;
  post({Kind::cancel, std::move(transfer), std::move(error)});
}

void Loop::interrupt() noexcept {
  interrupted_ = true;
  wake();
}

void Loop::post(Command command) {
  bool asleep = false;
  {
    const std::lock_guard lock(mutex_);
    if (driver_ == Driver::nobody) {
      return;  // the exchange was over before the command came
    }
    asleep = needs_wake();
    queue_.push_back(std::move(command));
  }
  if (asleep) {
    wake();
  }
}

void Loop::wake() noexcept {
  const std::uint64_t one = 1;
  // Fails only when the counter is full, and then the driver is awake already.
  [[maybe_unused]] const auto written = write(event_, &one, sizeof one);
}

void Loop::run() {
  block_signals();
  for (;;) {
    {
      std::unique_lock lock(mutex_);
      thread_wanted_.wait(lock, [this] { return stopping_ || driver_ == Driver::thread; });
      if (stopping_) {
        return;
      }
    }
    while (!let_go_if_idle()) {
      step();
    }
  }
}

/// By a caller, until its own exchange is over.
void Loop::drive(const Transfer& transfer) {
  while (!transfer.done) {  // set by this thread
    step();
  }
  const std::lock_guard lock(mutex_);
  if (active_.empty() && queue_.empty()) {
    driver_ = Driver::nobody;
  } else {  // what came meanwhile came by submit(), which started the thread
    driver_ = Driver::thread;
    thread_wanted_.notify_one();
  }
}

bool Loop::let_go_if_idle() {
  const std::lock_guard lock(mutex_);
  const bool idle = active_.empty() && queue_.empty();
  if (idle) {
    driver_ = Driver::nobody;
  }
  return idle;
}

void Loop::step() {
  take_commands();
  if (interrupted_) {
    end_all();
  }
  run_due_timer();
  if (collect_finished() || active_.empty()) {
    return;  // the driver may be done
  }
  wait();
  collect_finished();
  end_silent();
}

void Loop::take_commands() {
  {
    const std::lock_guard lock(mutex_);
    taken_.swap(queue_);
  }
  for (Command& command : taken_) {
    handle(command);
  }
  taken_.clear();
}

void Loop::handle(Command& command) {
  Transfer& transfer = *command.transfer;
  CURL* easy = transfer.easy;
  if (command.kind == Kind::submit) {
    begin(std::move(command.transfer));
  } else if (easy == nullptr) {
    // The exchange was over before the command came.
  } else if (command.kind == Kind::resume) {
    unpause(transfer);
  } else {
    finish(easy, std::move(command.error));
  }
}

void Loop::begin(TransferPtr transfer) {
  CURL* easy = transfer->easy;
  transfer->touch();
  if (active_.empty() && has_read_timeout()) {
    silence_check_ = transfer->last_activity + read_timeout_duration();
  }
  Transfer& added = *active_.emplace(easy, std::move(transfer)).first->second;
  if (added.cancelled) {  // the command for it was dropped, or will find nothing
    finish(easy, interrupted());
  } else if (curl_multi_add_handle(multi_, easy) != CURLM_OK) {
    finish(easy, explain(added, CURLE_OUT_OF_MEMORY, options_));
  }
}

void Loop::unpause(Transfer& transfer) {
  int paused = CURLPAUSE_CONT;
  {
    const std::lock_guard lock(transfer.mutex);
    paused |= transfer.download_paused ? CURLPAUSE_RECV : 0;
    paused |= transfer.upload_paused ? CURLPAUSE_SEND : 0;
  }
  transfer.touch();
  curl_easy_pause(transfer.easy, paused);  // may call on_body() at once
}

int Loop::wait_milliseconds() const {
  std::optional<SteadyPoint> until = timer_;
  if (has_read_timeout() && (!until || silence_check_ < *until)) {
    until = silence_check_;
  }
  if (!until) {
    return -1;
  }
  const auto left = ceil<milliseconds>(*until - clock_.steady_now()).count();
  return static_cast<int>(std::clamp<std::int64_t>(left, 0, std::numeric_limits<int>::max()));
}

void Loop::wait() {
  std::array<epoll_event, 64> events{};
  const int count =
      epoll_wait(epoll_, events.data(), static_cast<int>(events.size()), wait_milliseconds());
  int running = 0;
  for (int i = 0; i < count; ++i) {
    const epoll_event& event = events.at(static_cast<std::size_t>(i));
    if (event.data.fd != event_) {
      curl_multi_socket_action(multi_, event.data.fd, curl_events(event.events), &running);
    }
  }
}

void Loop::run_due_timer() {
  if (timer_ && *timer_ <= clock_.steady_now()) {
    int running = 0;
    timer_.reset();
    curl_multi_socket_action(multi_, CURL_SOCKET_TIMEOUT, 0, &running);
  }
}

bool Loop::collect_finished() {
  bool any = false;
  int left = 0;
  while (const CURLMsg* message = curl_multi_info_read(multi_, &left)) {
    if (message->msg != CURLMSG_DONE) {
      continue;
    }
    CURL* easy = message->easy_handle;
    const CURLcode code = message->data.result;  // the message dies with the handle's removal
    const auto found = active_.find(easy);
    if (found == active_.end()) {
      continue;
    }
    Transfer& transfer = *found->second;
    std::optional<Error> error;
    if (code != CURLE_OK || !transfer.head.complete()) {
      const std::lock_guard lock(transfer.mutex);
      error = explain(transfer, code == CURLE_OK ? CURLE_GOT_NOTHING : code, options_);
    }
    finish(easy, std::move(error));
    any = true;
  }
  return any;
}

std::chrono::steady_clock::duration Loop::read_timeout_duration() const {
  const std::chrono::duration<double> seconds(std::min(options_.read_timeout_seconds, 1e9));
  return std::chrono::duration_cast<std::chrono::steady_clock::duration>(seconds);
}

void Loop::end_silent() {
  if (active_.empty() || !has_read_timeout()) {
    return;
  }
  const SteadyPoint now = clock_.steady_now();
  if (now < silence_check_) {
    return;
  }
  const auto limit = read_timeout_duration();
  silence_check_ = now + limit;
  std::vector<std::pair<CURL*, Error>> overdue;
  for (auto& [easy, transfer] : active_) {
    const std::lock_guard lock(transfer->mutex);
    // A body in memory goes out without a callback; its progress counts as a sign of life. A small
    // one is out as soon as there is a connection, and says nothing.
    curl_off_t uploaded = 0;
    curl_easy_getinfo(easy, CURLINFO_SIZE_UPLOAD_T, &uploaded);
    const bool progressed =
        std::exchange(transfer->uploaded_bytes, uploaded) != uploaded && uploaded > k_small_upload;
    if (!transfer->connected || transfer->download_paused || transfer->upload_paused ||
        progressed) {
      transfer->last_activity = now;  // the connect timeout, or the caller, has the word
    } else if (transfer->last_activity + limit <= now) {
      overdue.emplace_back(easy, read_timeout(*transfer));
    }
    silence_check_ = std::min(silence_check_, std::max(transfer->last_activity + limit, now));
  }
  for (auto& [easy, error] : overdue) {
    finish(easy, std::move(error));
  }
}

void Loop::end_all() {
  while (!active_.empty()) {
    finish(active_.begin()->first, interrupted());
  }
}

void Loop::finish(CURL* easy, std::optional<Error> error) {
  const auto found = active_.find(easy);
  if (found == active_.end()) {
    return;
  }
  const TransferPtr transfer = std::move(found->second);
  active_.erase(found);
  curl_off_t set_up = 0;
  curl_easy_getinfo(easy, CURLINFO_PRETRANSFER_TIME_T, &set_up);
  curl_multi_remove_handle(multi_, easy);
  transfer->easy = nullptr;
  handles_.give_back(easy);
  {
    const std::lock_guard lock(transfer->mutex);
    transfer->head_ready = transfer->head_ready || transfer->head.complete();
    transfer->response.set_up = std::chrono::microseconds(set_up);
    transfer->failure = std::move(error);
    transfer->done = true;
  }
  transfer->changed.notify_one();
}

int Loop::on_socket(CURL*, curl_socket_t socket, int what, void* self, void* known) {
  auto& loop = *static_cast<Loop*>(self);
  if (what == CURL_POLL_REMOVE) {
    epoll_ctl(loop.epoll_, EPOLL_CTL_DEL, socket, nullptr);
    return 0;
  }
  epoll_event event{};
  event.events = epoll_events(what);
  event.data.fd = socket;
  if (known == nullptr) {
    curl_multi_assign(loop.multi_, socket, self);  // any non-null mark: the socket is in the set
    if (epoll_ctl(loop.epoll_, EPOLL_CTL_ADD, socket, &event) == 0) {
      return 0;
    }
  }
  if (epoll_ctl(loop.epoll_, EPOLL_CTL_MOD, socket, &event) != 0) {
    epoll_ctl(loop.epoll_, EPOLL_CTL_ADD, socket, &event);
  }
  return 0;
}

int Loop::on_timer(CURLM*, long milliseconds_from_now, void* self) {
  auto& loop = *static_cast<Loop*>(self);
  if (milliseconds_from_now < 0) {
    loop.timer_.reset();
  } else {
    loop.timer_ = loop.clock_.steady_now() + milliseconds(milliseconds_from_now);
  }
  return 0;
}

}  // namespace virga::http::curl
