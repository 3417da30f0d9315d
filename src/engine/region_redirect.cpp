// SPDX-License-Identifier: Apache-2.0
#include "engine/region_redirect.hpp"

#include <string_view>

#include "base/strings.hpp"

namespace virga::engine {
namespace {

/// The text of the error document's Region element. The document was read as XML before; this only
/// looks up one element without children.
std::string_view region_in(std::string_view body) {
  constexpr std::string_view k_open = "<Region>";
  const auto start = body.find(k_open);
  const auto end = start == std::string_view::npos ? start : body.find("</Region>", start);
  return end == std::string_view::npos
             ? std::string_view()
             : body.substr(start + k_open.size(), end - start - k_open.size());
}

bool is_region_name(std::string_view text) {
  for (const char c : text) {
    if (!is_ascii_alnum(c) && c != '-') {
      return false;
    }
  }
  return !text.empty() && text.size() < 64;
}

bool says_wrong_region(const model::Operation& operation,
                       const Error& error,
                       const http::Response& response) {
  const std::string_view code = error.service->code;
  const bool bare = code == "301" || code == "400";  // HEAD answers have no body to say more
  if (bare && operation.name() == "HeadObject") {
    return true;
  }
  if (bare && operation.name() == "HeadBucket") {
    return response.headers.contains("x-amz-bucket-region");
  }
  const bool moved = response.status == 301 || response.status == 302 || response.status == 307;
  return moved || code == "PermanentRedirect" ||
         (code == "AuthorizationHeaderMalformed" && !region_in(response.body).empty()) ||
         (code == "IllegalLocationConstraintException" && operation.name() != "CreateBucket");
}

}  // namespace

bool is_wrong_region(const model::Operation& operation,
                     const Value& params,
                     const Error& error,
                     const http::Response& response) {
  const auto bucket = params.text("Bucket");
  return operation.service().name() == "s3" && error.service && !bucket.empty() &&
         !bucket.starts_with("arn:") && says_wrong_region(operation, error, response);
}

std::optional<std::string> bucket_region(const http::Response& response) {
  const auto header = response.headers.get("x-amz-bucket-region");
  const auto region = header.empty() ? region_in(response.body) : header;
  return is_region_name(region) ? std::optional(std::string(region)) : std::nullopt;
}

}  // namespace virga::engine
