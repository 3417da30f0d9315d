// SPDX-License-Identifier: Apache-2.0
#include "auth/providers/metadata.hpp"

#include <algorithm>
#include <utility>

#include "base/strings.hpp"
#include "http/curl_transport.hpp"

namespace virga::auth {

std::optional<MetadataUrl> parse_metadata_url(std::string_view url) {
  const bool printable = std::all_of(url.begin(), url.end(), [](char c) {
    return c > ' ' && static_cast<unsigned char>(c) < 127;
  });
  const auto colon = url.find("://");
  if (!printable || colon == std::string_view::npos) {
    return std::nullopt;
  }
  MetadataUrl out;
  out.scheme = to_lower(url.substr(0, colon));
  if (out.scheme != "http" && out.scheme != "https") {
    return std::nullopt;
  }
  url.remove_prefix(colon + 3);
  url = url.substr(0, url.find('#'));
  const auto end = std::min(url.find_first_of("/?"), url.size());
  out.host = url.substr(0, end);
  url.remove_prefix(end);
  const auto question = url.find('?');
  out.path = url.substr(0, question);
  if (out.path.empty()) {
    out.path = "/";
  }
  if (question != std::string_view::npos) {
    out.query = url.substr(question + 1);
  }
  // A name before an @ would hide what host the request goes to.
  if (out.host.empty() || out.host.find('@') != std::string::npos) {
    return std::nullopt;
  }
  if (out.host.front() == '[') {
    const auto close = out.host.find(']');
    if (close == std::string::npos) {
      return std::nullopt;
    }
    out.hostname = to_lower(out.host.substr(1, close - 1));
  } else {
    out.hostname = to_lower(out.host.substr(0, out.host.find(':')));
  }
  return out;
}

std::unique_ptr<http::Transport> open_metadata_transport(const ProviderContext& context,
                                                         double timeout_seconds) {
  http::TransportOptions options;
  options.connect_timeout_seconds = timeout_seconds;
  options.read_timeout_seconds = timeout_seconds;
  const auto& open = context.parts().open_transport;
  return open ? open(options) : std::make_unique<http::CurlTransport>(options);
}

http::Request metadata_request(const MetadataUrl& url, std::string method) {
  http::Request out;
  out.method = std::move(method);
  out.scheme = url.scheme;
  out.host = url.host;
  out.path = url.path;
  out.query = url.query;
  return out;
}

}  // namespace virga::auth
