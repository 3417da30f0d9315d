// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <memory>
#include <optional>

#include "base/result.hpp"
#include "engine/caller.hpp"
#include "engine/quirks.hpp"
#include "engine/quirks_checksum.hpp"
#include "http/message.hpp"
#include "protocol/event_stream.hpp"
#include "value/value.hpp"

namespace virga::engine {

/// Where the body of one answer goes: into memory to be parsed, to the call's sink (with its
/// checksum verified), or to the call's taker of events. One per attempt; what it refers to must
/// outlive it. Thread-compatible.
class BodyRoute final : private http::BodySink {
 public:
  BodyRoute(const Call& call, const QuirkContext& context) : call_(call), context_(context) {}

  /// Whether choose() may give a sink; if not, it need not be called.
  [[nodiscard]] bool has_choice() const;

  /// To be called with the head of the answer; the sink that takes its body, or null to keep it in
  /// memory.
  [[nodiscard]] http::BodySink* choose(const http::Response& head);

  /// After the whole answer. Errors: those of opening the sink; a checksum or event stream that is
  /// wrong at its end.
  [[nodiscard]] Status finish();

  /// Whether events were handed on: the call cannot be tried again without handing them on twice.
  [[nodiscard]] bool gave_events() const { return gave_events_; }

  /// Takes what went elsewhere out of the output, and adds what the event stream said besides
  /// events.
  void complete(Value& output) const;

 private:
  [[nodiscard]] Status write(std::string_view bytes) override;

  const Call& call_;
  const QuirkContext& context_;
  Status opened_;
  std::unique_ptr<CheckedSink> checked_;
  protocol::EventStreamReader events_;
  Value initial_ = Map();
  bool takes_events_ = false;
  bool gave_events_ = false;
  bool to_sink_ = false;
};

}  // namespace virga::engine
