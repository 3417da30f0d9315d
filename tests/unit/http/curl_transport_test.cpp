// SPDX-License-Identifier: Apache-2.0
#include "http/curl_transport.hpp"

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
#include "support/loopback_server.hpp"
#include "unit/http/curl_support.hpp"

namespace virga::http {
namespace {

TEST(CurlTransport, GivesStatusReasonHeadersAndBody) {
  LoopbackServer server(always(
      "HTTP/1.1 404 Not Here\r\nX-One:  a b \r\nx-two: 1\r\n x\r\nContent-Length: 3\r\n\r\nabc"));
  CurlTransport transport({});
  const auto response = transport.send(request_to(server));
  ASSERT_TRUE(response) << response.error().message;
  EXPECT_EQ(response->status, 404);
  EXPECT_EQ(response->reason, "Not Here");
  EXPECT_EQ(response->headers.get("x-one"), "a b");
  EXPECT_EQ(response->headers.get("X-Two"), "1 x");
  EXPECT_EQ(response->body, "abc");
}

TEST(CurlTransport, SendsTheRequestExactlyAsGiven) {
  LoopbackServer server(echo);
  CurlTransport transport({});
  Request request = request_to(server, "POST");
  request.path = "/a/../b//c%2f%7E ";
  request.path.pop_back();
  request.query = "x=%20&y=a+b&z";
  request.headers.add("X-Empty", "");
  request.headers.add("x-amz-Target", "T.op");
  request.body = "{\"a\": 1}";
  const auto response = transport.send(request);
  ASSERT_TRUE(response) << response.error().message;
  EXPECT_EQ(response->body,
            concat("POST /a/../b//c%2f%7E?x=%20&y=a+b&z HTTP/1.1\r\nHost: ",
                   server.host(),
                   "\r\nX-Empty:\r\nx-amz-Target: T.op\r\nContent-Length: 8\r\n\r\n{\"a\": 1}"));
}

TEST(CurlTransport, AnnouncesAnEmptyBodyAsPythonDoes) {
  LoopbackServer server(echo);
  CurlTransport transport({});
  for (const char* method : {"POST", "PUT", "PATCH"}) {
    const auto response = transport.send(request_to(server, method));
    ASSERT_TRUE(response);
    EXPECT_EQ(test::header_of(response->body, "Content-Length"), "0") << method;
  }
  for (const char* method : {"GET", "DELETE", "OPTIONS"}) {
    const auto response = transport.send(request_to(server, method));
    ASSERT_TRUE(response);
    EXPECT_EQ(test::header_of(response->body, "Content-Length"), "") << method;
    EXPECT_TRUE(response->body.starts_with(method));
  }
}

TEST(CurlTransport, SendsABodyWithGetAndDelete) {
  LoopbackServer server(echo);
  CurlTransport transport({});
  for (const char* method : {"GET", "DELETE"}) {
    Request request = request_to(server, method);
    request.body = "with body";
    const auto response = transport.send(request);
    ASSERT_TRUE(response);
    EXPECT_TRUE(response->body.starts_with(method));
    EXPECT_TRUE(response->body.ends_with("\r\n\r\nwith body")) << response->body;
  }
}

TEST(CurlTransport, RefusesWhatWouldNotBeOneRequest) {
  LoopbackServer server(echo);
  CurlTransport transport({});
  Request request = request_to(server);
  request.headers.add("X-Bad", "a\r\nEvil: 1");
  EXPECT_EQ(transport.send(request).error().code, ErrorCode::validation);
  request = request_to(server);
  request.path = "/a b";
  EXPECT_EQ(transport.send(request).error().code, ErrorCode::validation);
  request = request_to(server);
  request.host = "user:pw@" + server.host();
  EXPECT_EQ(transport.send(request).error().code, ErrorCode::validation);
  EXPECT_EQ(server.connections(), 0);
}

TEST(CurlTransport, ReusesOneConnection) {
  LoopbackServer server(always(std::string(k_ok)));
  CurlTransport transport({});
  for (int i = 0; i < 20; ++i) {
    ASSERT_TRUE(transport.send(request_to(server, i % 2 == 0 ? "GET" : "POST")));
  }
  EXPECT_EQ(server.connections(), 1);
}

TEST(CurlTransport, ConnectsAgainAfterTheServerClosedAnIdleConnection) {
  LoopbackServer server([](Connection& peer) {
    peer.read_head();
    peer.write(k_ok);
  });
  CurlTransport transport({});
  for (int i = 0; i < 5; ++i) {
    const auto response = transport.send(request_to(server));
    ASSERT_TRUE(response) << response.error().message;
  }
  EXPECT_EQ(server.connections(), 5);
}

TEST(CurlTransport, ReadsChunkedAndUndelimitedBodies) {
  LoopbackServer chunked(
      always("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n2;x=y\r\nde\r\n0\r\n"
             "X-Trailer: 1\r\n\r\n"));
  CurlTransport transport({});
  for (int i = 0; i < 2; ++i) {
    const auto response = transport.send(request_to(chunked));
    ASSERT_TRUE(response);
    EXPECT_EQ(response->body, "abcde");
    EXPECT_FALSE(response->headers.contains("X-Trailer"));
  }
  EXPECT_EQ(chunked.connections(), 1);
  LoopbackServer until_close([](Connection& peer) {
    peer.read_head();
    peer.write("HTTP/1.0 200 OK\r\n\r\nto the end");
  });
  EXPECT_EQ(transport.send(request_to(until_close)).value().body, "to the end");
}

TEST(CurlTransport, PassesOverInterimAnswersAndBodilessOnes) {
  LoopbackServer server([](Connection& peer) {
    const std::string head = peer.read_head();
    if (head.starts_with("HEAD")) {
      peer.write("HTTP/1.1 200 OK\r\nContent-Length: 1000\r\n\r\n");
    } else {
      peer.write(
          "HTTP/1.1 103 Early Hints\r\nLink: x\r\n\r\nHTTP/1.1 204 No Content\r\nA: b\r\n\r\n");
    }
    peer.wait_for_close();
  });
  CurlTransport transport({});
  const auto none = transport.send(request_to(server));
  ASSERT_TRUE(none);
  EXPECT_EQ(none->status, 204);
  EXPECT_FALSE(none->headers.contains("Link"));
  EXPECT_EQ(none->headers.get("A"), "b");
  const auto head = CurlTransport({}).send(request_to(server, "HEAD"));
  ASSERT_TRUE(head);
  EXPECT_EQ(head->headers.get("Content-Length"), "1000");
  EXPECT_EQ(head->body, "");
}

TEST(CurlTransport, DoesNotFollowRedirectsOrDecodeContent) {
  LoopbackServer server(
      always("HTTP/1.1 307 Moved\r\nLocation: http://127.0.0.1:1/\r\nContent-Encoding: gzip\r\n"
             "Content-Length: 4\r\n\r\nraw!"));
  const auto response = CurlTransport({}).send(request_to(server));
  ASSERT_TRUE(response);
  EXPECT_EQ(response->status, 307);
  EXPECT_EQ(response->body, "raw!");
}

TEST(CurlTransport, WaitsFor100ContinueBeforeTheBody) {
  std::promise<std::string> early;
  LoopbackServer server([&](Connection& peer) {
    const std::string head = peer.read_head();
    early.set_value(peer.read_soon());
    peer.write("HTTP/1.1 100 Continue\r\n\r\n");
    const std::string body = peer.read_body(head);
    peer.write(concat("HTTP/1.1 200 OK\r\nContent-Length: ", body.size(), "\r\n\r\n", body));
  });
  Request request = request_to(server, "PUT");
  request.headers.add("Expect", "100-continue");
  request.body = std::string(100'000, 'x');
  const auto response = CurlTransport({}).send(request);
  ASSERT_TRUE(response) << response.error().message;
  EXPECT_EQ(early.get_future().get(), "");
  EXPECT_EQ(response->body, request.body);
}

TEST(CurlTransport, SkipsTheBodyWhenTheFinalAnswerComesInsteadOf100) {
  for (const bool streamed : {false, true}) {
    std::promise<std::string> after;
    LoopbackServer server([&](Connection& peer) {
      peer.read_head();
      peer.write("HTTP/1.1 403 Forbidden\r\nContent-Length: 2\r\n\r\nno");
      after.set_value(peer.read_soon());
    });
    Request request = request_to(server, "PUT");
    request.headers.add("Expect", "100-continue");
    if (streamed) {
      request.stream = std::make_shared<StringSource>(std::string(100'000, 'x'), true);
    } else {
      request.body = std::string(100'000, 'x');
    }
    const auto response = CurlTransport({}).send(request);
    ASSERT_TRUE(response) << response.error().message;
    EXPECT_EQ(response->status, 403);
    EXPECT_EQ(response->body, "no");
    EXPECT_EQ(after.get_future().get(), "");
  }
}

TEST(CurlTransport, SendsTheBodyWhenTheServerNeverSays100) {
  LoopbackServer server(always(std::string(k_ok)));
  Request request = request_to(server, "PUT");
  request.headers.add("Expect", "100-continue");
  request.body = "abc";
  const auto response = CurlTransport({}).send(request);
  ASSERT_TRUE(response) << response.error().message;
  EXPECT_EQ(response->body, "ok");
}

TEST(CurlTransport, StreamsARequestBodyOfKnownSize) {
  LoopbackServer server(echo);
  Request request = request_to(server, "PUT");
  const std::string text(3'000'000, 'q');
  request.stream = std::make_shared<StringSource>(text, true);
  const auto response = CurlTransport({}).send(request);
  ASSERT_TRUE(response) << response.error().message;
  EXPECT_EQ(test::header_of(response->body, "Content-Length"), "3000000");
  EXPECT_EQ(response->body.substr(response->body.find("\r\n\r\n") + 4), text);
}

TEST(CurlTransport, StreamsARequestBodyOfUnknownSizeInChunks) {
  LoopbackServer server(echo);
  CurlTransport transport({});
  for (const std::size_t size : {0U, 1U, 700'000U}) {
    Request request = request_to(server, "PUT");
    const std::string text(size, 'q');
    request.stream = std::make_shared<StringSource>(text, false);
    const auto response = transport.send(request);
    ASSERT_TRUE(response) << response.error().message;
    EXPECT_EQ(test::header_of(response->body, "Transfer-Encoding"), "chunked");
    EXPECT_EQ(response->body.substr(response->body.find("\r\n\r\n") + 4), text);
  }
}

TEST(CurlTransport, SendsAnEmptyStreamOfKnownSize) {
  LoopbackServer server(echo);
  Request request = request_to(server, "PUT");
  request.stream = std::make_shared<StringSource>("", true);
  const auto response = CurlTransport({}).send(request);
  ASSERT_TRUE(response) << response.error().message;
  EXPECT_EQ(test::header_of(response->body, "Content-Length"), "0");
}

TEST(CurlTransport, HandsTheBodyToTheChosenSinkInBoundedPieces) {
  const std::string text(5'000'000, 's');
  LoopbackServer server(
      always(concat("HTTP/1.1 200 OK\r\nContent-Length: ", text.size(), "\r\n\r\n", text)));
  StringSink sink;
  int asked = 0;
  const auto response = CurlTransport({}).send(request_to(server), [&](const Response& head) {
    ++asked;
    EXPECT_EQ(head.status, 200);
    return &sink;
  });
  ASSERT_TRUE(response) << response.error().message;
  EXPECT_EQ(asked, 1);
  EXPECT_EQ(response->body, "");
  EXPECT_EQ(sink.text, text);
  EXPECT_LE(sink.largest, 300'000U);
}

TEST(CurlTransport, KeepsTheBodyWhenNoSinkIsChosen) {
  const std::string text(2'000'000, 's');
  LoopbackServer server(
      always(concat("HTTP/1.1 500 No\r\nContent-Length: ", text.size(), "\r\n\r\n", text)));
  const auto response =
      CurlTransport({}).send(request_to(server), [](const Response&) { return nullptr; });
  ASSERT_TRUE(response) << response.error().message;
  EXPECT_EQ(response->body, text);
}

TEST(CurlTransport, AsksForASinkEvenWhenTheBodyIsEmpty) {
  LoopbackServer server(always("HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n"));
  StringSink sink;
  int asked = 0;
  ASSERT_TRUE(CurlTransport({}).send(request_to(server), [&](const Response&) {
    ++asked;
    return &sink;
  }));
  EXPECT_EQ(asked, 1);
}

TEST(CurlTransport, ASlowSinkDoesNotHoldUpOthers) {
  const std::string text(4'000'000, 's');
  LoopbackServer large(
      always(concat("HTTP/1.1 200 OK\r\nContent-Length: ", text.size(), "\r\n\r\n", text)));
  LoopbackServer small(always(std::string(k_ok)));
  CurlTransport transport({});
  std::promise<void> writing;
  std::promise<void> go_on;

  struct SlowSink final : BodySink {
    std::promise<void>* first = nullptr;
    std::future<void> gate;
    std::size_t total = 0;

    Status write(std::string_view bytes) override {
      if (std::exchange(total, total + bytes.size()) == 0) {
        first->set_value();
        gate.wait();
      }
      return {};
    }
  } sink;

  sink.first = &writing;
  sink.gate = go_on.get_future();
  auto slow = std::async(std::launch::async, [&] {
    return transport.send(request_to(large), [&](const Response&) { return &sink; });
  });
  writing.get_future().wait();
  for (int i = 0; i < 10; ++i) {
    EXPECT_TRUE(transport.send(request_to(small)));
  }
  go_on.set_value();
  EXPECT_TRUE(slow.get());
  EXPECT_EQ(sink.total, text.size());
}

TEST(CurlTransport, ReturnsTheErrorOfSinkAndSource) {
  const std::string text(2'000'000, 's');
  LoopbackServer server(
      always(concat("HTTP/1.1 200 OK\r\nContent-Length: ", text.size(), "\r\n\r\n", text)));
  CurlTransport transport({});
  BrokenSink sink;
  auto error = transport.send(request_to(server), [&](const Response&) { return &sink; }).error();
  EXPECT_EQ(error.code, ErrorCode::io);
  EXPECT_EQ(error.message, "disk full");

  struct BrokenSource final : BodySource {
    Result<std::size_t> read(char*, std::size_t) override {
      return fail(ErrorCode::io, "unreadable");
    }

    Status rewind() override { return {}; }

    std::optional<std::uint64_t> size() const override { return 10; }
  };

  Request request = request_to(server, "PUT");
  request.stream = std::make_shared<BrokenSource>();
  error = transport.send(request).error();
  EXPECT_EQ(error.message, "unreadable");
  EXPECT_TRUE(transport.send(request_to(server)));
}

TEST(CurlTransport, ASourceThatEndsEarlyIsAnError) {
  struct ShortSource final : BodySource {
    int reads = 0;

    Result<std::size_t> read(char* buffer, std::size_t) override {
      *buffer = 'x';
      return reads++ == 0 ? 1U : 0U;
    }

    Status rewind() override { return {}; }

    std::optional<std::uint64_t> size() const override { return 10; }
  };

  LoopbackServer server(echo);
  Request request = request_to(server, "PUT");
  request.stream = std::make_shared<ShortSource>();
  EXPECT_EQ(CurlTransport({}).send(request).error().code, ErrorCode::io);
}

}  // namespace
}  // namespace virga::http
