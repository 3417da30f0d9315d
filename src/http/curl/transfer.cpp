// SPDX-License-Identifier: Apache-2.0
#include "http/curl/transfer.hpp"

#include <algorithm>
#include <cstring>
#include <new>
#include <stdexcept>

#include "base/strings.hpp"

namespace virga::http::curl {
namespace {

/// Enough for nearly every answer; the announced length is the server's word and must not reserve
/// more by itself.
constexpr std::size_t k_reserve_bytes = 1024 * 1024;

}  // namespace

std::size_t Transfer::on_header(char* data, std::size_t size, std::size_t count, void* self) {
  auto& transfer = *static_cast<Transfer*>(self);
  const std::string_view line(data, size * count);
  transfer.touch();
  if (!transfer.head.add_line(line)) {
    transfer.head_too_large = true;
    return 0;
  }
  return line.size();
}

std::size_t Transfer::on_body(char* data, std::size_t size, std::size_t count, void* self) {
  auto& transfer = *static_cast<Transfer*>(self);
  transfer.touch();
  try {
    return transfer.take_body({data, size * count});
  } catch (const std::bad_alloc&) {  // an exception must not unwind through C
    return 0;
  } catch (const std::length_error&) {
    return 0;
  }
}

std::size_t Transfer::take_body(std::string_view bytes) {
  {
    const std::lock_guard lock(mutex);
    head_ready = true;
    if (to_memory) {
      keep_body(bytes);
      return bytes.size();
    }
    if (download.size() >= k_buffer_bytes) {
      download_paused = true;
      return CURL_WRITEFUNC_PAUSE;
    }
    download.append(bytes);
  }
  changed.notify_one();
  return bytes.size();
}

void Transfer::keep_body(std::string_view bytes) {
  if (response.body.empty()) {
    const auto length = parse_int(response.headers.get("Content-Length"));
    response.body.reserve(length && *length > 0
                              ? std::min(static_cast<std::size_t>(*length), k_reserve_bytes)
                              : bytes.size());
  }
  response.body.append(bytes);
}

std::size_t Transfer::on_upload(char* data, std::size_t size, std::size_t count, void* self) {
  auto& transfer = *static_cast<Transfer*>(self);
  transfer.touch();
  const std::lock_guard lock(transfer.mutex);
  const std::size_t left = transfer.upload.size() - transfer.upload_position;
  const std::size_t taken = std::min(left, size * count);
  std::memcpy(data, transfer.upload.data() + transfer.upload_position, taken);
  transfer.upload_position += taken;
  if (!transfer.upload_ended && left - taken < k_buffer_bytes / 2) {
    transfer.upload_wanted = true;
    transfer.changed.notify_one();
  }
  if (taken == 0 && !transfer.upload_ended) {
    transfer.upload_paused = true;
    return CURL_READFUNC_PAUSE;
  }
  return taken;
}

int Transfer::on_connected(void* self, char*, char*, int, int) {
  auto& transfer = *static_cast<Transfer*>(self);
  transfer.connected = true;
  transfer.touch();
  return CURL_PREREQFUNC_OK;
}

}  // namespace virga::http::curl
