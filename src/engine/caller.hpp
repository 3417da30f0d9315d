// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <functional>
#include <memory>
#include <optional>
#include <stop_token>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.hpp"
#include "http/message.hpp"
#include "limit/priority.hpp"
#include "model/catalog.hpp"
#include "value/value.hpp"

namespace virga::engine {

/// What came to light while a call was made, for who wants to know. Thread-compatible.
struct CallNotes {
  int attempts = 0;          ///< that were sent, of all pages
  std::string request_id{};  ///< of the last answer that was no error
  std::string_view cache{};  ///< what the cache did: cache::outcome_name(); empty without one
};

/// One call of an operation: what is asked, not how it is sent.
struct Call {
  model::Operation operation;
  Value params = Map();  ///< members of the input by their model names
  /// Members whose values came as the JSON of an option, for the wording of validation.
  std::vector<std::string> json_members{};
  std::shared_ptr<http::BodySource>
      body{};  ///< the streaming member of the input, if it comes from a file
  /// Where a streaming output goes; asked for once the service has said that there is one. Empty:
  /// the bytes become a Blob in the output.
  std::function<Result<http::BodySink*>()> open_sink{};
  /// Ends the call, with ErrorCode::interrupted, when nobody wants its answer any more.
  std::stop_token stop{};
  /// Takes the events of an event-stream output, in order, as {EventName: {...}}.
  std::function<Status(Value event)> on_event{};
  bool bypass_cache = false;  ///< the answer must be the service's own, of now
  limit::Priority priority = limit::Priority::interactive;
  CallNotes* notes = nullptr;  ///< borrowed; written while the call is made
};

/// One answer of the service.
struct Page {
  Value output = Map();
  std::string request_id;
  int http_status = 200;
  bool is_last = true;  ///< of the pages of a listing
};

/// Answers calls. The stages around a call are Callers that hold the next one. Thread-safe unless
/// an implementation says otherwise.
class Caller {
 public:
  virtual ~Caller() = default;
  [[nodiscard]] virtual Result<Page> call(const Call& call) = 0;
};

/// The answers of one call, pulled one by one: a page is only fetched when it is asked for.
/// Thread-compatible.
class Pages {
 public:
  virtual ~Pages() = default;
  /// The next page; nothing after the last one. After an error there is nothing more.
  [[nodiscard]] virtual Result<std::optional<Page>> next() = 0;
};

}  // namespace virga::engine
