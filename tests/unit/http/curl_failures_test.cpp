// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <atomic>
#include <future>
#include <memory>
#include <optional>
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

TEST(CurlTransport, SaysWhenNothingListens) {
  std::string host;
  {
    LoopbackServer server(echo);
    host = server.host();
  }
  Request request;
  request.scheme = "http";
  request.host = host;
  request.path = "/p";
  request.query = "q=1";
  const auto error = CurlTransport({}).send(request).error();
  EXPECT_EQ(error.code, ErrorCode::network);
  EXPECT_EQ(error.network, NetworkFailure::connect);
  EXPECT_EQ(error.message,
            concat("Could not connect to the endpoint URL: \"http://", host, "/p?q=1\""));
}

TEST(CurlTransport, SaysWhenTheServerIsSilent) {
  TransportOptions options;
  options.read_timeout_seconds = 0.05;
  const auto error = error_of([](Connection& peer) { peer.wait_for_close(); }, options);
  EXPECT_EQ(error.network, NetworkFailure::read_timeout);
  EXPECT_TRUE(error.message.starts_with("Read timeout on endpoint URL: \"http://127.0.0.1:"));
}

TEST(CurlTransport, SaysWhenTheBodyStalls) {
  TransportOptions options;
  options.read_timeout_seconds = 0.05;
  const auto error = error_of(
      [](Connection& peer) {
        peer.read_head();
        peer.write("HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\npart");
        peer.wait_for_close();
      },
      options);
  EXPECT_EQ(error.network, NetworkFailure::read_timeout);
}

TEST(CurlTransport, SaysWhenTheConnectionEndsEarly) {
  const std::vector<std::string> answers = {
      "",
      "HTTP/1.1 200 OK\r\nContent-Le",
      "HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\nshort",
      "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nab",
      "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\nab",
      "garbage without any meaning\r\n\r\n",
      std::string("\0\xff\xfe\n\n\n", 6),
      "HTTP/9.9 200 OK\r\n\r\n",
  };
  for (const std::string& answer : answers) {
    for (const bool reset : {false, true}) {
      const auto error = error_of([&](Connection& peer) {
        peer.read_head();
        peer.write(answer);
        if (reset) {
          peer.reset_on_close();
        }
      });
      EXPECT_EQ(error.code, ErrorCode::network) << answer;
      EXPECT_TRUE(error.network == NetworkFailure::closed) << answer << ": " << error.message;
      EXPECT_TRUE(error.message.starts_with(
          "Connection was closed before we received a valid response from endpoint URL: \"http"))
          << error.message;
    }
  }
}

TEST(CurlTransport, SaysWhenABodyBreaksOffAfterTheSinkTookBytes) {
  LoopbackServer server([](Connection& peer) {
    peer.read_head();
    peer.write("HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\nshort");
    peer.wait_for_close();
  });
  StringSink sink;

  TransportOptions options;
  options.read_timeout_seconds = 0.1;
  const auto error = CurlTransport(options)
                         .send(request_to(server), [&](const Response&) { return &sink; })
                         .error();
  EXPECT_EQ(error.network, NetworkFailure::streaming);
  EXPECT_EQ(sink.text, "short");
}

TEST(CurlTransport, RefusesEndlessHeaders) {
  const auto error = error_of([](Connection& peer) {
    peer.read_head();
    peer.write("HTTP/1.1 200 OK\r\n");
    const std::string field = "X-Filler: " + std::string(1000, 'f') + "\r\n";
    while (peer.write(field)) {
    }
  });
  EXPECT_EQ(error.code, ErrorCode::network);
  EXPECT_EQ(error.network, NetworkFailure::other) << error.message;
  const auto line = error_of([](Connection& peer) {
    peer.read_head();
    peer.write("HTTP/1.1 200 OK\r\nX-Long: ");
    while (peer.write(std::string(10'000, 'f'))) {
    }
  });
  EXPECT_EQ(line.code, ErrorCode::network);
}

TEST(CurlTransport, WorksAgainAfterAnError) {
  std::atomic<int> calls = 0;
  LoopbackServer server([&](Connection& peer) {
    for (std::string head = peer.read_head(); !head.empty(); head = peer.read_head()) {
      if (calls++ % 2 == 0) {
        peer.write("HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\nx");
        return;
      }
      peer.write(k_ok);
    }
  });
  CurlTransport transport({});
  EXPECT_FALSE(transport.send(request_to(server)));
  EXPECT_TRUE(transport.send(request_to(server)));
  EXPECT_EQ(server.connections(), 2);
}

TEST(CurlTransport, InterruptEndsWhatIsInFlightAndWhatFollows) {
  std::promise<void> asked;
  LoopbackServer server([&](Connection& peer) {
    peer.read_head();
    asked.set_value();
    peer.wait_for_close();
  });
  CurlTransport transport({});
  auto pending = std::async(std::launch::async, [&] { return transport.send(request_to(server)); });
  asked.get_future().wait();
  transport.interrupt();
  EXPECT_EQ(pending.get().error().code, ErrorCode::interrupted);
  EXPECT_EQ(transport.send(request_to(server)).error().code, ErrorCode::interrupted);
}

TEST(CurlTransport, ManyThreadsSendAtOnce) {
  LoopbackServer server(echo);
  CurlTransport transport({});
  std::atomic<int> right = 0;
  std::vector<std::thread> threads;
  for (int thread = 0; thread < 8; ++thread) {
    threads.emplace_back([&, thread] {
      for (int i = 0; i < 50; ++i) {
        Request request = request_to(server, i % 2 == 0 ? "POST" : "PUT");
        const std::string text = concat("body ", thread, " ", i);
        if (i % 3 == 0) {
          request.stream = std::make_shared<StringSource>(text, i % 2 == 0);
        } else {
          request.body = text;
        }
        StringSink sink;
        const bool to_sink = i % 5 == 0;
        const auto response =
            transport.send(request, [&](const Response&) { return to_sink ? &sink : nullptr; });
        const std::string& body = to_sink ? sink.text : response.value().body;
        right += body.ends_with("\r\n\r\n" + text) ? 1 : 0;
      }
    });
  }
  for (std::thread& thread : threads) {
    thread.join();
  }
  EXPECT_EQ(right, 400);
  EXPECT_LE(server.connections(), 8);
}

TEST(CurlTransport, AsksAnHttpProxyForTheWholeUrl) {
  LoopbackServer proxy(echo);
  TransportOptions options;
  options.http_proxy = concat("http://me:secret@", proxy.host());
  options.no_proxy = "localhost,.internal";
  Request request;
  request.scheme = "http";
  request.host = "service.example.test";
  request.path = "/a/../b";
  request.query = "c=d";
  const auto response = CurlTransport(options).send(request);
  ASSERT_TRUE(response) << response.error().message;
  EXPECT_TRUE(response->body.starts_with(
      "GET http://service.example.test/a/../b?c=d HTTP/1.1\r\nHost: service.example.test\r\n"))
      << response->body;
  EXPECT_EQ(test::header_of(response->body, "Proxy-Authorization"), "Basic bWU6c2VjcmV0");
}

TEST(CurlTransport, SaysWhenTheProxyIsUnreachableOrRefuses) {
  LoopbackServer proxy(always("HTTP/1.1 407 No\r\nContent-Length: 0\r\n\r\n"));
  Request request;
  request.host = "service.example.test";
  for (const std::string& host : {proxy.host(), std::string("127.0.0.1:1")}) {
    TransportOptions options;
    options.https_proxy = concat("http://me:secret@", host);
    const auto error = CurlTransport(options).send(request).error();
    EXPECT_EQ(error.network, NetworkFailure::proxy);
    EXPECT_EQ(error.message,
              concat("Failed to connect to proxy URL: \"http://***:***@", host, "\""));
  }
}

TEST(CurlTransport, SaysWhenTheServerDoesNotSpeakTls) {
  LoopbackServer server([](Connection& peer) {
    peer.write("HTTP/1.1 400 Bad Request\r\n\r\n");
    peer.wait_for_close();
  });
  Request request = request_to(server);
  request.scheme = "https";
  const auto error = CurlTransport({}).send(request).error();
  EXPECT_EQ(error.network, NetworkFailure::tls);
  EXPECT_TRUE(error.message.starts_with("SSL validation failed for https://127.0.0.1:"))
      << error.message;
}

}  // namespace
}  // namespace virga::http
