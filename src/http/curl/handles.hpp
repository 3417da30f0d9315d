// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <array>
#include <mutex>
#include <vector>

#include <curl/curl.h>

namespace virga::http::curl {

/// Easy handles to reuse, which share one cache of TLS sessions and host names.
/// Thread-safe.
class Handles {
 public:
  Handles();
  ~Handles();  ///< every handle must have been given back
  Handles(const Handles&) = delete;
  Handles& operator=(const Handles&) = delete;

  /// A handle with libcurl's default options, or null when memory is out.
  [[nodiscard]] CURL* take();
  void give_back(CURL* easy);

 private:
  static void lock(CURL*, curl_lock_data data, curl_lock_access, void* self);
  static void unlock(CURL*, curl_lock_data data, void* self);

  CURLSH* share_ = nullptr;
  std::array<std::mutex, CURL_LOCK_DATA_LAST> share_mutexes_;
  std::mutex mutex_;
  std::vector<CURL*> idle_;  // guarded by mutex_
};

}  // namespace virga::http::curl
