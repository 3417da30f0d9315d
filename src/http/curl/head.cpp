// SPDX-License-Identifier: Apache-2.0
#include "http/curl/head.hpp"

#include <utility>

#include "base/strings.hpp"

namespace virga::http::curl {

bool HeadReader::add_line(std::string_view line) {
  bytes_ += line.size();
  if (bytes_ > k_max_bytes) {
    return false;
  }
  const bool folded = line.starts_with(' ') || line.starts_with('\t');
  const std::string_view text = trim(line);
  if (!in_head_) {
    // After the final head only trailers come, whatever they look like.
    if (!complete_ && line.starts_with("HTTP/")) {
      start(text);
    }
    return true;  // otherwise a trailer
  }
  if (text.empty()) {
    flush_field();
    in_head_ = false;
    complete_ = response_.status >= 200;
    return true;
  }
  if (folded && has_field_) {
    append(value_, value_.empty() ? "" : " ", text);
    return true;
  }
  flush_field();
  const auto colon = text.find(':');
  if (colon != std::string_view::npos) {
    name_ = trim(text.substr(0, colon));
    value_ = trim(text.substr(colon + 1));
    has_field_ = !name_.empty();
  }
  return true;
}

void HeadReader::start(std::string_view status_line) {
  response_.headers = Headers();
  response_.reason.clear();
  response_.status = 0;
  in_head_ = true;
  complete_ = false;
  const auto space = status_line.find(' ');
  if (space == std::string_view::npos) {
    return;
  }
  const std::string_view rest = trim(status_line.substr(space));
  const auto end = rest.find(' ');
  const auto status = parse_int(rest.substr(0, end));
  response_.status = status && *status >= 0 && *status <= 999 ? static_cast<int>(*status) : 0;
  if (end != std::string_view::npos) {
    response_.reason = trim(rest.substr(end));
  }
}

void HeadReader::flush_field() {
  if (has_field_) {
    response_.headers.add(std::move(name_), std::move(value_));
    name_.clear();
    value_.clear();
    has_field_ = false;
  }
}

}  // namespace virga::http::curl
