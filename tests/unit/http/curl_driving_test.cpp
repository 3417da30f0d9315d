// SPDX-License-Identifier: Apache-2.0
// Who drives the loop: the only caller, or the I/O thread, and how it goes from one to the other.
#include <algorithm>
#include <atomic>
#include <filesystem>
#include <future>
#include <iterator>
#include <memory>
#include <stop_token>
#include <string>
#include <thread>
#include <vector>

#include <gtest/gtest.h>

#include "base/strings.hpp"
#include "http/curl_transport.hpp"
#include "support/loopback_server.hpp"
#include "unit/http/curl_support.hpp"

namespace virga::http {
namespace {

std::size_t threads_of_this_process() {
  return static_cast<std::size_t>(
      std::distance(std::filesystem::directory_iterator("/proc/self/task"),
                    std::filesystem::directory_iterator()));
}

/// Answers a request to /<name> when the gate of that name is opened.
class GatedServer {
 public:
  GatedServer()
      : server_([this](Connection& peer) {
          for (std::string head = peer.read_head(); !head.empty(); head = peer.read_head()) {
            Gate& gate = head.starts_with("GET /a") ? a : b;
            gate.asked.set_value();
            gate.open.get_future().wait();
            peer.write(k_ok);
          }
        }) {}

  struct Gate {
    std::promise<void> asked;
    std::promise<void> open;
  };

  [[nodiscard]] Request request(std::string path) const {
    Request out = request_to(server_);
    out.path = std::move(path);
    return out;
  }

  Gate a;
  Gate b;

 private:
  LoopbackServer server_;
};

auto send_aside(CurlTransport& transport, const Request& request) {
  return std::async(std::launch::async, [&] { return transport.send(request); });
}

TEST(CurlDriving, OneCallAfterTheOtherNeedsNoThread) {
  LoopbackServer server(always(std::string(k_ok)));
  CurlTransport transport({});
  ASSERT_TRUE(
      transport.send(request_to(server)));  // the server's thread of the connection is there
  const std::size_t before = threads_of_this_process();
  for (int i = 0; i < 3; ++i) {
    ASSERT_TRUE(transport.send(request_to(server, "POST")));
  }
  EXPECT_EQ(threads_of_this_process(), before);
  StringSink sink;
  ASSERT_TRUE(transport.send(request_to(server), [&](const Response&) { return &sink; }));
  EXPECT_EQ(threads_of_this_process(), before + 1);
}

TEST(CurlDriving, TheFirstCallerReturnsWhileTheSecondIsInFlight) {
  GatedServer server;
  CurlTransport transport({});
  const Request first = server.request("/a");
  const Request second = server.request("/b");
  auto a = send_aside(transport, first);
  server.a.asked.get_future().wait();
  auto b = send_aside(transport, second);
  server.b.asked.get_future().wait();
  server.a.open.set_value();
  EXPECT_TRUE(a.get());
  server.b.open.set_value();
  EXPECT_TRUE(b.get());
}

TEST(CurlDriving, TheSecondCallerReturnsWhileTheFirstIsInFlight) {
  GatedServer server;
  CurlTransport transport({});
  const Request first = server.request("/a");
  const Request second = server.request("/b");
  auto a = send_aside(transport, first);
  server.a.asked.get_future().wait();
  auto b = send_aside(transport, second);
  server.b.asked.get_future().wait();
  server.b.open.set_value();
  EXPECT_TRUE(b.get());
  server.a.open.set_value();
  EXPECT_TRUE(a.get());
}

TEST(CurlDriving, InterruptEndsTheDrivingCallerAndTheWaitingOne) {
  GatedServer server;
  CurlTransport transport({});
  const Request first = server.request("/a");
  const Request second = server.request("/b");
  auto a = send_aside(transport, first);
  server.a.asked.get_future().wait();
  auto b = send_aside(transport, second);
  server.b.asked.get_future().wait();
  transport.interrupt();
  EXPECT_EQ(a.get().error().code, ErrorCode::interrupted);
  EXPECT_EQ(b.get().error().code, ErrorCode::interrupted);
  server.a.open.set_value();
  server.b.open.set_value();
}

TEST(CurlDriving, ASilentExchangeTimesOutWhoeverDrives) {
  GatedServer server;
  TransportOptions options;
  options.read_timeout_seconds = 0.3;
  CurlTransport transport(options);
  const Request first = server.request("/a");
  const Request second = server.request("/b");
  auto a = send_aside(transport, first);
  server.a.asked.get_future().wait();
  auto b = send_aside(transport, second);
  server.b.asked.get_future().wait();
  server.a.open.set_value();
  EXPECT_TRUE(a.get());
  EXPECT_EQ(b.get().error().network, NetworkFailure::read_timeout);
  server.b.open.set_value();
}

/// Reads requests and never answers.
void keep_silent(Connection& peer) {
  while (!peer.read_head().empty()) {
  }
}

TEST(CurlDriving, AStopBeforeTheExchangeBeginsEndsIt) {
  LoopbackServer server(keep_silent);
  CurlTransport transport({});
  std::stop_source stop;
  stop.request_stop();
  Request request = request_to(server);
  request.stop = stop.get_token();
  EXPECT_EQ(transport.send(request).error().code, ErrorCode::interrupted);
  StringSink sink;
  const auto driven_by_thread = transport.send(request, [&](const Response&) { return &sink; });
  EXPECT_EQ(driven_by_thread.error().code, ErrorCode::interrupted);
}

TEST(CurlDriving, AStopAtAnyInstantEndsTheExchange) {
  LoopbackServer server(keep_silent);
  CurlTransport transport({});
  constexpr int k_tries = 200;
  for (int i = 0; i < k_tries; ++i) {
    std::stop_source stop;
    Request request = request_to(server);
    request.stop = stop.get_token();
    std::thread stopper([&stop, i] {
      for (int turn = 0; turn < i % 20; ++turn) {
        std::this_thread::yield();
      }
      stop.request_stop();
    });
    const auto answer = transport.send(request);
    stopper.join();
    ASSERT_EQ(answer.error().code, ErrorCode::interrupted);
  }
}

TEST(CurlDriving, NothingIsLostBetweenManyThreads) {
  LoopbackServer server(echo);
  CurlTransport transport({});
  constexpr int k_threads = 6;
  constexpr int k_calls = 60;
  std::atomic<int> right = 0;
  std::vector<std::thread> threads;
  for (int thread = 0; thread < k_threads; ++thread) {
    threads.emplace_back([&, thread] {
      for (int i = 0; i < k_calls; ++i) {
        const std::string text = concat("call ", thread, " ", i);
        Request request = request_to(server, "PUT");
        StringSink sink;
        SinkChooser choose;
        const int kind = (thread + i) % 4;
        if (kind == 1) {
          request.stream = std::make_shared<StringSource>(text, true);
        } else {
          request.body = text;
        }
        if (kind == 2) {
          choose = [&](const Response&) { return &sink; };
        }
        const auto response = transport.send(request, choose);
        const std::string& body = kind == 2 ? sink.text : response ? response->body : text;
        right += response && body.ends_with("\r\n\r\n" + text) ? 1 : 0;
        if (i % 7 == thread) {  // so that the loop falls idle and single callers come
          std::this_thread::sleep_for(std::chrono::milliseconds(3));
        }
      }
    });
  }
  for (std::thread& thread : threads) {
    thread.join();
  }
  EXPECT_EQ(right, k_threads * k_calls);
}

}  // namespace
}  // namespace virga::http
