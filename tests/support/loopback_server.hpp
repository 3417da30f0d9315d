// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <atomic>
#include <cstdint>
#include <functional>
#include <mutex>
#include <string>
#include <string_view>
#include <thread>
#include <vector>

namespace virga::test {

/// One accepted connection, as a script sees it. Blocking; thread-compatible.
class Connection {
 public:
  explicit Connection(int descriptor) : descriptor_(descriptor) {}

  /// The next request's head with its blank line; empty when the peer closed. Up to 64 KiB.
  std::string read_head();
  /// The next bytes after the head; fewer when the peer closed.
  std::string read_bytes(std::size_t count);
  /// A chunked body, decoded.
  std::string read_chunked();
  /// The body that a head announces by Content-Length or as chunked.
  std::string read_body(std::string_view head);
  /// Whatever arrives next, or nothing within 50 ms.
  std::string read_soon();
  /// False when the peer closed.
  bool write(std::string_view bytes);
  /// Sends a reset when the script ends, instead of an orderly close.
  void reset_on_close();
  /// Blocks until the peer closes or the server ends.
  void wait_for_close();

 private:
  bool fill();

  int descriptor_;
  std::string buffer_;
};

/// A server on a free loopback port; each connection runs the script on a thread of its own and is
/// closed when the script returns.
class LoopbackServer {
 public:
  using Script = std::function<void(Connection&)>;

  explicit LoopbackServer(Script script);
  ~LoopbackServer();
  LoopbackServer(const LoopbackServer&) = delete;
  LoopbackServer& operator=(const LoopbackServer&) = delete;

  [[nodiscard]] std::uint16_t port() const { return port_; }

  /// "127.0.0.1:<port>"
  [[nodiscard]] std::string host() const;

  [[nodiscard]] int connections() const { return connections_; }

 private:
  void accept_all();

  Script script_;
  int listener_ = -1;
  std::uint16_t port_ = 0;
  std::atomic<int> connections_{0};
  std::atomic<bool> stopping_{false};
  std::mutex mutex_;
  std::vector<int> open_;             // guarded by mutex_
  std::vector<std::thread> threads_;  // guarded by mutex_
  std::thread acceptor_;
};

/// The value of a header field in a request's head, or empty.
std::string header_of(std::string_view head, std::string_view name);

}  // namespace virga::test
