// SPDX-License-Identifier: Apache-2.0
#include "endpoint/rules/url.hpp"

#include <algorithm>
#include <vector>

#include <arpa/inet.h>

#include "base/encoding.hpp"
#include "base/strings.hpp"

namespace virga::endpoint {
namespace {

constexpr std::size_t k_max_label = 63;
constexpr std::size_t k_max_host = 255;

bool is_scheme(std::string_view text) {
  return !text.empty() && is_ascii_alpha(text.front()) &&
         std::all_of(text.begin(), text.end(), [](char c) {
           return is_ascii_alnum(c) || c == '+' || c == '-' || c == '.';
         });
}

bool is_port(std::string_view text) {
  if (text.empty()) {
    return true;
  }
  if (!std::all_of(text.begin(), text.end(), is_ascii_digit)) {
    return false;
  }
  const auto number = parse_int(text);
  return number.has_value() && *number <= 65535;
}

void split_authority(UrlParts& parts) {
  std::string_view host = parts.authority;
  if (const auto at = host.rfind('@'); at != std::string_view::npos) {
    host.remove_prefix(at + 1);
  }
  std::string_view port;
  if (host.starts_with('[')) {
    const auto close = host.find(']');
    if (close == std::string_view::npos) {
      parts.port_is_valid = false;
      return;
    }
    port = host.substr(close + 1);
    port.remove_prefix(port.starts_with(':') ? 1 : 0);
    host = host.substr(1, close - 1);
    parts.bracketed = true;
  } else if (const auto colon = host.find(':'); colon != std::string_view::npos) {
    port = host.substr(colon + 1);
    host = host.substr(0, colon);
  }
  parts.host = host;
  parts.port_is_valid = is_port(port);
}

bool is_ipv6_address(std::string_view host) {
  const std::string address(host.substr(0, host.find('%')));
  in6_addr parsed{};
  return inet_pton(AF_INET6, address.c_str(), &parsed) == 1;
}

/// Without ".", ".." and empty segments (RFC 3986 section 5.2.4; empty ones are AWS's rule).
std::string normalize_path(std::string_view path) {
  std::vector<std::string_view> kept;
  for (const auto segment : split(path, '/')) {
    if (segment == "..") {
      if (!kept.empty()) {
        kept.pop_back();
      }
    } else if (!segment.empty() && segment != ".") {
      kept.push_back(segment);
    }
  }
  std::string normal = "/";
  for (const auto segment : kept) {
    append(normal, segment, '/');
  }
  return normal;
}

}  // namespace

UrlParts split_url(std::string_view url) {
  UrlParts parts;
  if (const auto colon = url.find(':');
      colon != std::string_view::npos && is_scheme(url.substr(0, colon))) {
    parts.scheme = url.substr(0, colon);
    url.remove_prefix(colon + 1);
  }
  if (url.starts_with("//")) {
    url.remove_prefix(2);
    parts.authority = url.substr(0, url.find_first_of("/?#"));
    url.remove_prefix(parts.authority.size());
  }
  url = url.substr(0, url.find('#'));
  const auto question = url.find('?');
  parts.path = url.substr(0, question);
  parts.query = question == std::string_view::npos ? "" : url.substr(question + 1);
  split_authority(parts);
  return parts;
}

std::optional<ParsedUrl> parse_url(std::string_view url) {
  const UrlParts parts = split_url(url);
  std::string scheme = to_lower(parts.scheme);
  if ((scheme != "https" && scheme != "http") || !parts.query.empty() || parts.host.empty() ||
      !parts.port_is_valid) {
    return std::nullopt;
  }
  // Parameters of the last segment (";x") are no part of a path, as urllib.parse has it.
  const auto last_segment = std::min(parts.path.rfind('/'), parts.path.size());
  const std::string_view path = parts.path.substr(0, parts.path.find(';', last_segment));
  ParsedUrl result;
  result.scheme = std::move(scheme);
  result.authority = parts.authority;
  result.path = path;
  result.normalized_path = percent_encode(normalize_path(path), "/");
  result.is_ip = parts.bracketed ? is_ipv6_address(parts.host) : is_ipv4_address(parts.host);
  return result;
}

bool is_valid_endpoint_url(std::string_view url) {
  if (url.find_first_of("\t\r\n") != std::string_view::npos) {
    return false;
  }
  const UrlParts parts = split_url(url);
  if (parts.host.empty() || parts.host.size() > k_max_host) {
    return false;
  }
  if (parts.bracketed) {
    return is_ipv6_address(parts.host);
  }
  std::string_view host = parts.host;
  host.remove_suffix(host.ends_with('.') ? 1 : 0);
  return is_valid_host_label(host, true);
}

bool is_valid_host_label(std::string_view label, bool allow_subdomains) {
  if (allow_subdomains) {
    const auto labels = split(label, '.');
    return std::all_of(labels.begin(), labels.end(), [](std::string_view part) {
      return is_valid_host_label(part, false);
    });
  }
  return !label.empty() && label.size() <= k_max_label && label.front() != '-' &&
         label.back() != '-' && std::all_of(label.begin(), label.end(), [](char c) {
           return is_ascii_alnum(c) || c == '-';
         });
}

bool is_ipv4_address(std::string_view host) {
  const auto parts = split(host, '.');
  return parts.size() == 4 && std::all_of(parts.begin(), parts.end(), [](std::string_view part) {
           return !part.empty() && part.size() <= 3 &&
                  std::all_of(part.begin(), part.end(), is_ascii_digit);
         });
}

}  // namespace virga::endpoint
