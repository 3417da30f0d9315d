// SPDX-License-Identifier: Apache-2.0
#include "http/proxy.hpp"

#include "base/strings.hpp"

namespace virga::http {
namespace {

std::string_view without_port(std::string_view host) {
  const auto colon = host.rfind(':');
  if (colon == std::string_view::npos) {
    return host;
  }
  for (const char c : host.substr(colon + 1)) {
    if (!is_ascii_digit(c)) {
      return host;  // the end of an IPv6 address: "[::1]"
    }
  }
  return host.substr(0, colon);
}

bool is_or_ends_with(std::string_view host, const std::string& name) {
  return host == name || host.ends_with("." + name);
}

bool bypassed(std::string_view no_proxy, std::string_view host_and_port) {
  if (no_proxy == "*") {
    return true;
  }
  const std::string host = to_lower(host_and_port);
  for (std::string_view entry : split(no_proxy, ',')) {
    entry = trim(entry);
    if (entry.empty()) {
      continue;
    }
    while (entry.starts_with('.')) {
      entry.remove_prefix(1);
    }
    const std::string name = to_lower(entry);
    if (is_or_ends_with(without_port(host), name) || is_or_ends_with(host, name)) {
      return true;
    }
  }
  return false;
}

}  // namespace

std::string proxy_for(const TransportOptions& options, const Request& request) {
  const std::string& proxy = request.scheme == "https" ? options.https_proxy : options.http_proxy;
  if (proxy.empty() || bypassed(options.no_proxy, request.host)) {
    return {};
  }
  if (proxy.starts_with("//")) {
    return "http:" + proxy;
  }
  return proxy.find("://") == std::string::npos ? "http://" + proxy : proxy;
}

std::string mask_proxy_url(std::string_view url) {
  const auto scheme_end = url.find("://");
  const std::size_t start = scheme_end == std::string_view::npos ? 0 : scheme_end + 3;
  const auto host_end = url.find_first_of("/?#", start);
  const auto at = url.substr(0, host_end).rfind('@');
  if (at == std::string_view::npos || at < start) {
    return std::string(url);
  }
  const bool has_password = url.substr(start, at - start).find(':') != std::string_view::npos;
  return concat(url.substr(0, start), has_password ? "***:***" : "***", url.substr(at));
}

}  // namespace virga::http
