// SPDX-License-Identifier: Apache-2.0
#include "support/loopback_server.hpp"

#include <algorithm>
#include <array>
#include <charconv>
#include <utility>

#include <arpa/inet.h>
#include <netinet/in.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

#include "base/strings.hpp"

namespace virga::test {
namespace {

sockaddr* as_address(sockaddr_in& address) {
  return static_cast<sockaddr*>(static_cast<void*>(&address));
}

}  // namespace

bool Connection::fill() {
  std::array<char, 65536> bytes{};
  const auto got = recv(descriptor_, bytes.data(), bytes.size(), 0);
  if (got <= 0) {
    return false;
  }
  buffer_.append(bytes.data(), static_cast<std::size_t>(got));
  return true;
}

std::string Connection::read_head() {
  while (buffer_.find("\r\n\r\n") == std::string::npos) {
    if (buffer_.size() > 65536 || !fill()) {
      return {};
    }
  }
  return read_bytes(buffer_.find("\r\n\r\n") + 4);
}

std::string Connection::read_bytes(std::size_t count) {
  while (buffer_.size() < count && fill()) {
  }
  std::string bytes = buffer_.substr(0, count);
  buffer_.erase(0, bytes.size());
  return bytes;
}

std::string Connection::read_chunked() {
  std::string body;
  while (true) {
    while (buffer_.find("\r\n") == std::string::npos) {
      if (!fill()) {
        return body;
      }
    }
    const std::string line = read_bytes(buffer_.find("\r\n") + 2);
    std::size_t size = 0;
    std::from_chars(line.data(), line.data() + line.size(), size, 16);
    body += read_bytes(size);
    read_bytes(2);
    if (size == 0) {
      return body;
    }
  }
}

std::string Connection::read_body(std::string_view head) {
  if (header_of(head, "Transfer-Encoding") == "chunked") {
    return read_chunked();
  }
  const auto length = parse_int(header_of(head, "Content-Length"));
  return length ? read_bytes(static_cast<std::size_t>(*length)) : std::string();
}

std::string Connection::read_soon() {
  pollfd waiting{descriptor_, POLLIN, 0};
  if (buffer_.empty() && poll(&waiting, 1, 50) > 0) {
    fill();
  }
  return std::exchange(buffer_, {});
}

bool Connection::write(std::string_view bytes) {
  while (!bytes.empty()) {
    const auto sent = send(descriptor_, bytes.data(), bytes.size(), MSG_NOSIGNAL);
    if (sent <= 0) {
      return false;
    }
    bytes.remove_prefix(static_cast<std::size_t>(sent));
  }
  return true;
}

void Connection::reset_on_close() {
  const linger now{1, 0};
  setsockopt(descriptor_, SOL_SOCKET, SO_LINGER, &now, sizeof now);
}

void Connection::wait_for_close() {
  while (fill()) {
    buffer_.clear();
  }
}

LoopbackServer::LoopbackServer(Script script) : script_(std::move(script)) {
  listener_ = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  socklen_t size = sizeof address;
  if (bind(listener_, as_address(address), size) == 0 && listen(listener_, 128) == 0 &&
      getsockname(listener_, as_address(address), &size) == 0) {
    port_ = ntohs(address.sin_port);
  }
  acceptor_ = std::thread([this] { accept_all(); });
}

LoopbackServer::~LoopbackServer() {
  stopping_ = true;
  shutdown(listener_, SHUT_RDWR);
  acceptor_.join();
  std::vector<std::thread> threads;
  {
    const std::lock_guard lock(mutex_);
    for (const int descriptor : open_) {
      shutdown(descriptor, SHUT_RDWR);
    }
    threads.swap(threads_);
  }
  for (std::thread& thread : threads) {
    thread.join();
  }
  close(listener_);
}

std::string LoopbackServer::host() const { return concat("127.0.0.1:", port_); }

void LoopbackServer::accept_all() {
  while (!stopping_) {
    const int descriptor = accept4(listener_, nullptr, nullptr, SOCK_CLOEXEC);
    if (descriptor < 0) {
      continue;
    }
    ++connections_;
    const std::lock_guard lock(mutex_);
    open_.push_back(descriptor);
    threads_.emplace_back([this, descriptor] {
      Connection connection(descriptor);
      script_(connection);
      const std::lock_guard inner(mutex_);
      std::erase(open_, descriptor);
      close(descriptor);
    });
  }
}

std::string header_of(std::string_view head, std::string_view name) {
  for (const std::string_view line : split(head, '\n')) {
    const auto colon = line.find(':');
    if (colon != std::string_view::npos && equals_ignore_case(line.substr(0, colon), name)) {
      return std::string(trim(line.substr(colon + 1)));
    }
  }
  return {};
}

}  // namespace virga::test
