// SPDX-License-Identifier: Apache-2.0
#include "http/curl/failure.hpp"

#include <filesystem>
#include <string>
#include <string_view>
#include <system_error>
#include <utility>

#include "base/strings.hpp"
#include "http/proxy.hpp"

namespace virga::http::curl {
namespace {

Error network(NetworkFailure kind, std::string message) {
  Error error{ErrorCode::network, std::move(message), std::nullopt, kind};
  return error;
}

Error about_url(NetworkFailure kind, std::string_view sentence, const Transfer& transfer) {
  return network(kind, concat(sentence, " URL: \"", transfer.request.url(), "\""));
}

NetworkFailure kind_of(const Transfer& transfer, CURLcode code) {
  const std::string_view text = transfer.error_text.data();
  const bool proxied = !transfer.proxy.empty();
  switch (code) {
    case CURLE_COULDNT_RESOLVE_HOST:
    case CURLE_COULDNT_CONNECT:
    case CURLE_INTERFACE_FAILED:
      return proxied ? NetworkFailure::proxy : NetworkFailure::connect;
    case CURLE_COULDNT_RESOLVE_PROXY:
    case CURLE_PROXY:
      return NetworkFailure::proxy;
    case CURLE_OPERATION_TIMEDOUT:
      return transfer.connected ? NetworkFailure::read_timeout : NetworkFailure::connect_timeout;
    case CURLE_SSL_CONNECT_ERROR:
      // The peer hung up in the middle of the handshake: no word about certificates.
      return text.find("SYSCALL") != std::string_view::npos ||
                     text.find("reset by peer") != std::string_view::npos
                 ? NetworkFailure::closed
                 : NetworkFailure::tls;
    case CURLE_PEER_FAILED_VERIFICATION:
    case CURLE_SSL_CACERT_BADFILE:
    case CURLE_SSL_CERTPROBLEM:
    case CURLE_SSL_CIPHER:
    case CURLE_SSL_ISSUER_ERROR:
    case CURLE_SSL_INVALIDCERTSTATUS:
    case CURLE_USE_SSL_FAILED:
      return NetworkFailure::tls;
    case CURLE_GOT_NOTHING:
    case CURLE_RECV_ERROR:
    case CURLE_SEND_ERROR:
    case CURLE_SEND_FAIL_REWIND:
    case CURLE_PARTIAL_FILE:
    case CURLE_UNSUPPORTED_PROTOCOL:  // an answer that is not HTTP/1 or later
    case CURLE_WEIRD_SERVER_REPLY:
    case CURLE_HTTP2:
    case CURLE_HTTP2_STREAM:
      return proxied && !transfer.connected ? NetworkFailure::proxy : NetworkFailure::closed;
    default:
      return NetworkFailure::other;
  }
}

std::string_view error_text(const Transfer& transfer, CURLcode code) {
  const std::string_view text = transfer.error_text.data();
  return text.empty() ? std::string_view(curl_easy_strerror(code)) : text;
}

/// Python names OpenSSL's reason first; scripts look for CERTIFICATE_VERIFY_FAILED.
std::string tls_reason(const Transfer& transfer, CURLcode code, const TransportOptions& options) {
  std::string_view text = error_text(transfer, code);
  std::error_code ignored;
  if (code == CURLE_SSL_CACERT_BADFILE && !std::filesystem::exists(options.ca_bundle, ignored)) {
    return "[Errno 2] No such file or directory";
  }
  constexpr std::string_view k_prefix = "SSL certificate problem: ";
  if (text.starts_with(k_prefix)) {
    text.remove_prefix(k_prefix.size());
    return concat("[SSL: CERTIFICATE_VERIFY_FAILED] certificate verify failed: ", text);
  }
  return std::string(text);
}

Error explain_kind(const Transfer& transfer,
                   CURLcode code,
                   NetworkFailure kind,
                   const TransportOptions& options) {
  switch (kind) {
    case NetworkFailure::connect:
      return about_url(kind, "Could not connect to the endpoint", transfer);
    case NetworkFailure::connect_timeout:
      return about_url(kind, "Connect timeout on endpoint", transfer);
    case NetworkFailure::read_timeout:
      return read_timeout(transfer);
    case NetworkFailure::proxy:
      return network(
          kind, concat("Failed to connect to proxy URL: \"", mask_proxy_url(transfer.proxy), "\""));
    case NetworkFailure::tls:
      return network(kind,
                     concat("SSL validation failed for ",
                            transfer.request.url(),
                            " ",
                            tls_reason(transfer, code, options)));
    case NetworkFailure::closed:
      return about_url(kind,
                       "Connection was closed before we received a valid response from endpoint",
                       transfer);
    default:
      return network(
          NetworkFailure::other,
          concat("An HTTP Client raised an unhandled exception: ", error_text(transfer, code)));
  }
}

}  // namespace

Error explain(const Transfer& transfer, CURLcode code, const TransportOptions& options) {
  if (transfer.head_too_large) {
    return network(NetworkFailure::other,
                   concat("An HTTP Client raised an unhandled exception: the response headers are "
                          "larger than ",
                          HeadReader::k_max_bytes,
                          " bytes"));
  }
  const NetworkFailure kind = kind_of(transfer, code);
  if (kind == NetworkFailure::closed && transfer.sink_took_bytes) {
    return network(NetworkFailure::streaming,
                   concat("An error occurred while reading from response stream: ",
                          error_text(transfer, code)));
  }
  Error error = explain_kind(transfer, code, kind, options);
  if (transfer.sink_took_bytes) {
    error.network = NetworkFailure::streaming;
  }
  return error;
}

Error read_timeout(const Transfer& transfer) {
  Error error = about_url(NetworkFailure::read_timeout, "Read timeout on endpoint", transfer);
  if (transfer.sink_took_bytes) {
    error.network = NetworkFailure::streaming;
  }
  return error;
}

Error interrupted() {
  return Error{ErrorCode::interrupted, "Interrupted.", std::nullopt, NetworkFailure::none};
}

}  // namespace virga::http::curl
