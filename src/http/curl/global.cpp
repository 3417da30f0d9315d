// SPDX-License-Identifier: Apache-2.0
#include "http/curl/global.hpp"

#include <mutex>

#include <curl/curl.h>

namespace virga::http::curl {

Status init_libcurl() {
  static std::once_flag once;
  static CURLcode code = CURLE_FAILED_INIT;
  std::call_once(once, [] { code = curl_global_init(CURL_GLOBAL_DEFAULT); });
  if (code != CURLE_OK) {
    return fail(ErrorCode::general, "The network library could not be initialised.");
  }
  return {};
}

}  // namespace virga::http::curl
