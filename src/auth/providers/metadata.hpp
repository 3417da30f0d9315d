// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "auth/providers/context.hpp"
#include "http/message.hpp"

namespace virga::auth {

/// The parts of a URL that a request to a metadata service has.
struct MetadataUrl {
  std::string scheme;
  std::string host;      ///< with its port
  std::string hostname;  ///< without port and brackets, in lower case
  std::string path;      ///< at least "/"
  std::string query;
};

/// Nothing if it is no http or https URL with a host, or has characters that no request line may
/// have.
[[nodiscard]] std::optional<MetadataUrl> parse_metadata_url(std::string_view url);

/// A transport for services nearby: short timeouts, no proxy.
[[nodiscard]] std::unique_ptr<http::Transport> open_metadata_transport(
    const ProviderContext& context, double timeout_seconds);

/// A request to that URL.
[[nodiscard]] http::Request metadata_request(const MetadataUrl& url, std::string method);

}  // namespace virga::auth
