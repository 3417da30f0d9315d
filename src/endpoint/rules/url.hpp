// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace virga::endpoint {

/// A URL cut as Python's urllib.parse does it. The parts are views into the text.
struct UrlParts {
  std::string_view scheme;  ///< as written
  std::string_view authority;
  std::string_view path;  ///< with ";parameters"
  std::string_view query;
  std::string_view host;  ///< of the authority, without brackets; empty if there is none
  bool bracketed = false;
  bool port_is_valid = true;
};

[[nodiscard]] UrlParts split_url(std::string_view url);

/// What the rule function parseURL gives.
struct ParsedUrl {
  std::string scheme;
  std::string authority;
  std::string path;
  std::string normalized_path;
  bool is_ip = false;
};

/// None unless http or https, without a query, with a host and a valid port.
[[nodiscard]] std::optional<ParsedUrl> parse_url(std::string_view url);

/// Whether a scheme and a host name of valid labels, or a bracketed IPv6 address, are there.
[[nodiscard]] bool is_valid_endpoint_url(std::string_view url);

/// Letters, digits and inner hyphens, 1 to 63 of them; with subdomains, several such by dots.
[[nodiscard]] bool is_valid_host_label(std::string_view label, bool allow_subdomains);

[[nodiscard]] bool is_ipv4_address(std::string_view host);

}  // namespace virga::endpoint
