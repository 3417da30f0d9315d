// SPDX-License-Identifier: Apache-2.0
#include "http/curl/handles.hpp"

namespace virga::http::curl {

Handles::Handles() : share_(curl_share_init()) {
  if (share_ != nullptr) {
    curl_share_setopt(share_, CURLSHOPT_LOCKFUNC, &Handles::lock);
    curl_share_setopt(share_, CURLSHOPT_UNLOCKFUNC, &Handles::unlock);
    curl_share_setopt(share_, CURLSHOPT_USERDATA, this);
    curl_share_setopt(share_, CURLSHOPT_SHARE, CURL_LOCK_DATA_SSL_SESSION);
  }
}

Handles::~Handles() {
  for (CURL* easy : idle_) {
    curl_easy_cleanup(easy);
  }
  if (share_ != nullptr) {
    curl_share_cleanup(share_);
  }
}

CURL* Handles::take() {
  {
    const std::lock_guard lock(mutex_);
    if (!idle_.empty()) {
      CURL* easy = idle_.back();
      idle_.pop_back();
      return easy;
    }
  }
  CURL* easy = curl_easy_init();
  if (easy != nullptr && share_ != nullptr) {
    curl_easy_setopt(easy, CURLOPT_SHARE, share_);  // outlives curl_easy_reset()
  }
  return easy;
}

void Handles::give_back(CURL* easy) {
  curl_easy_reset(easy);
  const std::lock_guard lock(mutex_);
  idle_.push_back(easy);
}

void Handles::lock(CURL*, curl_lock_data data, curl_lock_access, void* self) {
  static_cast<Handles*>(self)->share_mutexes_.at(data).lock();
}

void Handles::unlock(CURL*, curl_lock_data data, void* self) {
  static_cast<Handles*>(self)->share_mutexes_.at(data).unlock();
}

}  // namespace virga::http::curl
