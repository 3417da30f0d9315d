// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <algorithm>
#include <atomic>
#include <future>
#include <memory>
#include <optional>
#include <string>
#include <thread>
#include <vector>

#include "base/strings.hpp"
#include "http/curl_transport.hpp"
#include "support/loopback_server.hpp"

// What the tests of the transport share: small servers, bodies and sinks.
namespace virga::http {

using test::Connection;
using test::LoopbackServer;

inline constexpr std::string_view k_ok = "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok";

inline Request request_to(const LoopbackServer& server, std::string method = "GET") {
  Request request;
  request.method = std::move(method);
  request.scheme = "http";
  request.host = server.host();
  return request;
}

/// Answers every request on every connection the same way and keeps the connection open.
inline LoopbackServer::Script always(std::string answer) {
  return [answer = std::move(answer)](Connection& peer) {
    for (std::string head = peer.read_head(); !head.empty(); head = peer.read_head()) {
      peer.read_body(head);
      peer.write(answer);
    }
  };
}

/// Gives what it received, head and body, back as the answer's body.
inline void echo(Connection& peer) {
  for (std::string head = peer.read_head(); !head.empty(); head = peer.read_head()) {
    const std::string all = head + peer.read_body(head);
    peer.write(concat("HTTP/1.1 200 OK\r\nContent-Length: ", all.size(), "\r\n\r\n", all));
  }
}

class StringSource final : public BodySource {
 public:
  explicit StringSource(std::string text, bool sized) : text_(std::move(text)), sized_(sized) {}

  Result<std::size_t> read(char* buffer, std::size_t size) override {
    const std::size_t count = text_.copy(buffer, std::min<std::size_t>(size, 1000), position_);
    position_ += count;
    return count;
  }

  Status rewind() override {
    position_ = 0;
    return {};
  }

  std::optional<std::uint64_t> size() const override {
    return sized_ ? std::optional<std::uint64_t>(text_.size()) : std::nullopt;
  }

 private:
  std::string text_;
  bool sized_;
  std::size_t position_ = 0;
};

class StringSink final : public BodySink {
 public:
  Status write(std::string_view bytes) override {
    largest = std::max(largest, bytes.size());
    text.append(bytes);
    return {};
  }

  std::string text;
  std::size_t largest = 0;
};

class BrokenSink final : public BodySink {
 public:
  Status write(std::string_view) override { return fail(ErrorCode::io, "disk full"); }
};

inline Error error_of(const LoopbackServer::Script& script, TransportOptions options = {}) {
  LoopbackServer server(script);
  CurlTransport transport(std::move(options));
  auto response = transport.send(request_to(server));
  return response ? Error{ErrorCode::general, "no error", std::nullopt, NetworkFailure::none}
                  : response.error();
}

}  // namespace virga::http
