// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <chrono>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <stop_token>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/result.hpp"

namespace virga::http {

/// Header fields in the order they were added; names compare without case (RFC 9110 section 5.1).
/// Thread-compatible.
class Headers {
 public:
  using Field = std::pair<std::string, std::string>;

  void add(std::string name, std::string value) {
    fields_.emplace_back(std::move(name), std::move(value));
  }

  /// Replaces every field of that name by this one.
  void set(std::string_view name, std::string value);
  void remove(std::string_view name);

  [[nodiscard]] bool contains(std::string_view name) const { return find(name) != nullptr; }

  /// The first field's value, or null; valid until the headers change.
  [[nodiscard]] const std::string* find(std::string_view name) const;
  [[nodiscard]] std::string_view get(std::string_view name) const;  ///< empty if absent

  [[nodiscard]] const std::vector<Field>& fields() const { return fields_; }

  [[nodiscard]] auto begin() const { return fields_.begin(); }

  [[nodiscard]] auto end() const { return fields_.end(); }

 private:
  std::vector<Field> fields_;
};

/// Bytes that are sent without being held in memory: a file, or stdin. Thread-compatible.
class BodySource {
 public:
  virtual ~BodySource() = default;
  /// Fills the buffer from the current position; 0 at the end.
  [[nodiscard]] virtual Result<std::size_t> read(char* buffer, std::size_t size) = 0;
  /// Back to the start, for another attempt; an error if the source cannot (a pipe).
  [[nodiscard]] virtual Status rewind() = 0;
  /// The number of bytes from the start, if known before reading.
  [[nodiscard]] virtual std::optional<std::uint64_t> size() const = 0;
};

/// Takes a response's bytes as they come. Thread-compatible.
class BodySink {
 public:
  virtual ~BodySink() = default;
  [[nodiscard]] virtual Status write(std::string_view bytes) = 0;
};

/// One HTTP request, ready to be sent as it is.
struct Request {
  std::string method = "GET";
  std::string scheme = "https";
  std::string host;        ///< with port if it is not the scheme's own: "127.0.0.1:5000"
  std::string path = "/";  ///< percent-encoded, begins with '/'
  std::string query;       ///< percent-encoded, without '?'
  Headers headers;         ///< Host and Content-Length are added by the transport
  std::string body;
  std::shared_ptr<BodySource> stream;  ///< instead of body, when set
  /// What is asked ("ec2:DescribeInstances"), for the mock, limits and metrics; never sent.
  std::string operation;
  std::stop_token stop{};  ///< ends the exchange with ErrorCode::interrupted when it is asked to

  [[nodiscard]] std::string url() const;
};

/// One HTTP response; `body` is empty where a sink took the bytes.
struct Response {
  int status = 0;
  std::string reason;
  Headers headers;
  std::string body;
  /// What passed until the request could be written: waiting for a connection, or making one.
  std::chrono::microseconds set_up{0};
};

/// Decides, once the status and headers are known, where the body goes: a sink (owned by the
/// caller, alive until send() returns) or null to keep it in Response::body.
using SinkChooser = std::function<BodySink*(const Response& head)>;

/// How connections are made; one set per transport.
struct TransportOptions {
  /// Seconds; 0 means no limit. The AWS CLI's defaults.
  double connect_timeout_seconds = 60;
  double read_timeout_seconds = 60;  ///< the longest silence between bytes of an answer
  bool verify_tls = true;
  std::string ca_bundle;    ///< a PEM file or a hashed folder; empty for the system's
  std::string client_cert;  ///< a PEM file with certificate and key; empty for none
  std::string http_proxy;   ///< from http_proxy, https_proxy; empty for none
  std::string https_proxy;
  std::string no_proxy;
  bool tcp_keepalive = false;

  bool operator==(const TransportOptions&) const = default;
};

/// Sends requests. Implementations: curl_transport (the network) and mock/ (answers made up in the
/// process). Thread-safe: any number of threads may send at once.
class Transport {
 public:
  virtual ~Transport() = default;

  /// One exchange, without retries or redirects. A response of any status is a value.
  /// Errors: network, with a sentence in the AWS CLI's wording; io from the source or the sink,
  /// passed on.
  [[nodiscard]] virtual Result<Response> send(const Request& request,
                                              const SinkChooser& choose_sink) = 0;

  [[nodiscard]] Result<Response> send(const Request& request) { return send(request, nullptr); }

  /// Ends every exchange at once: send() returns ErrorCode::interrupted, now and from now on. May
  /// be called from a signal handler.
  virtual void interrupt() noexcept {}
};

}  // namespace virga::http
