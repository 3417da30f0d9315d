// SPDX-License-Identifier: Apache-2.0
#include "http/curl_transport.hpp"

#include <algorithm>
#include <stop_token>
#include <string>
#include <utility>

#include "http/curl/failure.hpp"
#include "http/curl/loop.hpp"
#include "http/curl/prepare.hpp"
#include "http/curl/transfer.hpp"

namespace virga::http {
namespace {

using curl::k_buffer_bytes;
using curl::Transfer;
using curl::TransferPtr;

/// The caller's side of one exchange: reads the source and writes the sink as the I/O thread asks
/// for it.
class Pump {
 public:
  Pump(curl::Loop& loop, TransferPtr transfer, const SinkChooser& choose_sink)
      : loop_(loop), transfer_(std::move(transfer)), choose_sink_(choose_sink) {}

  Result<Response> run() {
    std::unique_lock lock(transfer_->mutex);
    while (true) {
      transfer_->changed.wait(lock, [&] { return has_work(); });
      if (transfer_->failure) {
        return fail(std::move(*transfer_->failure));
      }
      if (needs_choice()) {
        choose(lock);
      } else if (!transfer_->download.empty()) {
        deliver(lock);
      } else if (transfer_->done) {
        return std::move(transfer_->response);
      } else {
        refill(lock);
      }
    }
  }

 private:
  using Lock = std::unique_lock<std::mutex>;

  [[nodiscard]] bool has_work() const {
    return transfer_->done ||
           (!cancelled_ && (!transfer_->download.empty() || transfer_->upload_wanted));
  }

  [[nodiscard]] bool needs_choice() const {
    return !transfer_->to_memory && !chosen_ && transfer_->head_ready;
  }

  void choose(Lock& lock) {
    chosen_ = true;
    lock.unlock();
    sink_ = choose_sink_(transfer_->response);
    lock.lock();
    if (sink_ == nullptr) {
      transfer_->response.body = std::exchange(transfer_->download, {});
      transfer_->to_memory = true;
      resume_download(lock);
    }
  }

  void deliver(Lock& lock) {
    buffer_.clear();
    buffer_.swap(transfer_->download);
    transfer_->sink_took_bytes = true;
    resume_download(lock);
    lock.unlock();
    Status written = sink_->write(buffer_);
    lock.lock();
    if (!written) {
      cancel(lock, std::move(written).error());
    }
  }

  void resume_download(Lock& lock) {
    if (std::exchange(transfer_->download_paused, false)) {
      lock.unlock();
      loop_.resume(transfer_);
      lock.lock();
    }
  }

  void refill(Lock& lock) {
    transfer_->upload_wanted = false;
    lock.unlock();
    Result<bool> filled = read_source();
    lock.lock();
    if (!filled) {
      cancel(lock, std::move(filled).error());
      return;
    }
    transfer_->upload.erase(0, transfer_->upload_position);
    transfer_->upload_position = 0;
    transfer_->upload.append(buffer_);
    transfer_->upload_ended = !*filled;
    if (std::exchange(transfer_->upload_paused, false)) {
      lock.unlock();
      loop_.resume(transfer_);
      lock.lock();
    }
  }

  /// Fills buffer_; false when nothing comes after it.
  Result<bool> read_source() {
    const auto size = transfer_->stream_size;
    std::size_t room = k_buffer_bytes;
    if (size) {
      room = static_cast<std::size_t>(std::min<std::uint64_t>(room, *size - read_));
    }
    buffer_.resize(room);
    std::size_t got = 0;
    if (room > 0) {
      VIRGA_TRY_ASSIGN(got, transfer_->request.stream->read(buffer_.data(), room));
    }
    buffer_.resize(std::min(got, room));
    read_ += buffer_.size();
    if (size && buffer_.empty() && read_ < *size) {
      return fail(ErrorCode::io, "The body to send ended before its announced size.");
    }
    return size ? read_ < *size : !buffer_.empty();
  }

  void cancel(Lock& lock, Error error) {
    cancelled_ = true;
    if (transfer_->done) {
      transfer_->failure = std::move(error);
      return;
    }
    lock.unlock();
    loop_.cancel(transfer_, error);
    lock.lock();
    transfer_->changed.wait(lock, [&] { return transfer_->done; });
    transfer_->failure = std::move(error);
  }

  curl::Loop& loop_;
  TransferPtr transfer_;
  const SinkChooser& choose_sink_;
  BodySink* sink_ = nullptr;
  std::string buffer_;
  std::uint64_t read_ = 0;
  bool chosen_ = false;
  bool cancelled_ = false;
};

}  // namespace

CurlTransport::CurlTransport(TransportOptions options) : options_(std::move(options)) {}

CurlTransport::~CurlTransport() { running_ = nullptr; }

Result<curl::Loop*> CurlTransport::loop() {
  if (curl::Loop* running = running_) {
    return running;
  }
  const std::lock_guard lock(start_mutex_);
  if (!owned_loop_) {
    VIRGA_TRY_ASSIGN(owned_loop_, curl::Loop::open(options_));
    running_ = owned_loop_.get();
  }
  return owned_loop_.get();
}

Result<Response> CurlTransport::send(const Request& request, const SinkChooser& choose_sink) {
  VIRGA_TRY_ASSIGN(curl::Loop * loop, this->loop());
  if (interrupted_) {
    return fail(curl::interrupted());
  }
  auto transfer =
      std::make_shared<Transfer>(request, static_cast<bool>(choose_sink), loop->clock());
  transfer->easy = loop->handles().take();
  if (transfer->easy == nullptr) {
    return fail(ErrorCode::general, "Out of memory.");
  }
  if (Status prepared = curl::prepare(*transfer, options_); !prepared) {
    loop->handles().give_back(transfer->easy);
    return fail(std::move(prepared).error());
  }
  const std::stop_callback on_stop(
      request.stop, [loop, transfer] { loop->cancel(transfer, curl::interrupted()); });
  // Whoever writes a sink or reads a source may be away for long: the I/O thread drives those.
  const bool only_waits = !choose_sink && request.stream == nullptr;
  Status begun = only_waits ? loop->exchange(transfer) : loop->submit(transfer);
  if (!begun) {
    loop->handles().give_back(transfer->easy);
    return fail(std::move(begun).error());
  }
  return Pump(*loop, std::move(transfer), choose_sink).run();
}

void CurlTransport::interrupt() noexcept {
  interrupted_ = true;
  if (curl::Loop* running = running_) {
    running->interrupt();
  }
}

}  // namespace virga::http
