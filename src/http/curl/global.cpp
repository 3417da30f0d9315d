// SPDX-License-Identifier: Apache-2.0
#include "http/curl/global.hpp"

#include <cstdlib>
#include <mutex>

#include <curl/curl.h>
#include <openssl/crypto.h>

namespace virga::http::curl {

Status init_libcurl() {
  static std::once_flag once;
  static CURLcode code = CURLE_FAILED_INIT;
  std::call_once(once, [] {
    // Reading the system's openssl.cnf costs 0.4 ms and says what is compiled in; a file that the
    // user names (for FIPS, for an engine) is read.
    if (std::getenv("OPENSSL_CONF") == nullptr) {  // NOLINT(concurrency-mt-unsafe): nothing sets it
      OPENSSL_init_crypto(OPENSSL_INIT_NO_LOAD_CONFIG, nullptr);
    }
    code = curl_global_init(CURL_GLOBAL_DEFAULT);
  });
  if (code != CURLE_OK) {
    return fail(ErrorCode::general, "The network library could not be initialised.");
  }
  return {};
}

}  // namespace virga::http::curl
