// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <array>
#include <atomic>
#include <condition_variable>
#include <cstdint>
#include <memory>
#include <mutex>
#include <optional>
#include <string>

#include <curl/curl.h>

#include "base/clock.hpp"
#include "base/result.hpp"
#include "http/curl/head.hpp"
#include "http/message.hpp"

namespace virga::http::curl {

/// Bytes held between the I/O thread and the caller, per direction.
inline constexpr std::size_t k_buffer_bytes = 256 * 1024;

struct FreeList {
  void operator()(curl_slist* list) const { curl_slist_free_all(list); }
};

using HeaderList = std::unique_ptr<curl_slist, FreeList>;

/// One exchange: what the caller's thread and the I/O thread tell each other about it. Both hold it
/// by shared_ptr, so that a message about an exchange which is already over finds it still there.
///
/// The caller fills the first group before it submits, the I/O thread owns the second until `done`,
/// the third is guarded by `mutex`. `response` belongs to the I/O thread until head_ready; its body
/// then to the caller while `to_memory` is false, otherwise to the I/O thread until `done`.
struct Transfer {
  Transfer(const Request& what, bool sink_possible, const Clock& time)
      : request(what), clock(time), head(response), to_memory(!sink_possible) {}

  const Request& request;
  const Clock& clock;
  std::string proxy;   ///< empty for a direct connection
  std::string target;  ///< the request line's
  HeaderList headers;
  std::optional<std::uint64_t> stream_size;

  CURL* easy = nullptr;
  std::array<char, CURL_ERROR_SIZE> error_text{};
  Response response;
  HeadReader head;
  SteadyPoint last_activity;
  curl_off_t uploaded_bytes = 0;
  bool connected = false;
  bool head_too_large = false;
  std::atomic<bool> cancelled = false;  ///< so that a cancel which comes before begin() counts

  std::mutex mutex;
  std::condition_variable changed;
  bool to_memory;  ///< the body is kept in `response`
  bool head_ready = false;
  bool sink_took_bytes = false;
  std::string download;  ///< for the caller to take
  bool download_paused = false;
  std::string upload;  ///< for the I/O thread to send, from upload_position on
  std::size_t upload_position = 0;
  bool upload_wanted = false;
  bool upload_ended = false;
  bool upload_paused = false;
  bool done = false;
  std::optional<Error> failure;

  void touch() { last_activity = clock.steady_now(); }

  // The I/O thread's callbacks, as libcurl wants them.
  static std::size_t on_header(char* data, std::size_t size, std::size_t count, void* self);
  static std::size_t on_body(char* data, std::size_t size, std::size_t count, void* self);
  static std::size_t on_upload(char* data, std::size_t size, std::size_t count, void* self);
  static int on_connected(void* self, char*, char*, int, int);

 private:
  std::size_t take_body(std::string_view bytes);
  void keep_body(std::string_view bytes);
};

}  // namespace virga::http::curl
