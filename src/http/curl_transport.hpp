// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <atomic>
#include <memory>
#include <mutex>

#include "base/result.hpp"
#include "http/message.hpp"

namespace virga::http {

namespace curl {
class Loop;
}  // namespace curl

/// The network: libcurl, all exchanges of the process on one loop.
///
/// Shape:   one per set of TransportOptions. An exchange without source and sink that is alone in
///          flight runs on its caller's thread; all others run on one I/O thread, which starts when
///          it is first needed and ends with the object. Connections and TLS sessions are kept per
///          host and reused, HTTP/2 is used where TLS offers it.
/// Memory:  constant when a sink takes the body or a BodySource gives it (k_buffer_bytes each way);
///          a body that no sink takes is kept whole. A reader that is slow holds back its own
///          exchange only.
/// Body:    Request::stream is read, and a sink written, on the caller's thread. A stream of
///          unknown size goes out chunked. Content-Encoding is never decoded, redirects are never
///          followed.
/// Errors:  network, in botocore's wording (botocore/exceptions.py), with Error::network set;
///          interrupted; validation for a request that cannot be written as HTTP; what the sink or
///          the source returned. A body shorter than announced is an error.
/// Environment: nothing is read from it; proxies come in the options.
/// Signals: the process must ignore SIGPIPE, which OpenSSL's writes can raise.
/// Threads: Thread-safe. No send() may be running when the destructor is called.
class CurlTransport final : public Transport {
 public:
  explicit CurlTransport(TransportOptions options);
  ~CurlTransport() override;
  CurlTransport(const CurlTransport&) = delete;
  CurlTransport& operator=(const CurlTransport&) = delete;

  using Transport::send;
  [[nodiscard]] Result<Response> send(const Request& request,
                                      const SinkChooser& choose_sink) override;

  void interrupt() noexcept override;

 private:
  [[nodiscard]] Result<curl::Loop*> loop();

  const TransportOptions options_;
  std::mutex start_mutex_;
  std::unique_ptr<curl::Loop> owned_loop_;     // guarded by start_mutex_
  std::atomic<curl::Loop*> running_{nullptr};  // what interrupt() sees, once it is open
  std::atomic<bool> interrupted_{false};
};

}  // namespace virga::http
