// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <string_view>

#include "http/message.hpp"

namespace virga::http {

/// The proxy for a request, or empty for a direct connection. `no_proxy` is read as Python's urllib
/// does (proxy_bypass_environment): "*", or names and domain suffixes between commas, with or
/// without a port.
[[nodiscard]] std::string proxy_for(const TransportOptions& options, const Request& request);

/// The URL with user name and password replaced by "***", for messages.
[[nodiscard]] std::string mask_proxy_url(std::string_view url);

}  // namespace virga::http
