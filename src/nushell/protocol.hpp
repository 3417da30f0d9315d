// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/result.hpp"
#include "nushell/nu_value.hpp"
#include "value/value.hpp"

// The messages of Nushell's plugin protocol: reading those of the engine, and writing ours as
// MessagePack. Source: tested against nu 0.108 and 0.115.
namespace virga::nushell {

/// What an error looks like in Nushell.
struct LabeledError {
  struct Label {
    std::string text;
    Span span;
  };

  std::string message;
  std::vector<Label> labels{};
  std::string code{};  ///< "aws::sqs::QueueDoesNotExist"; empty for none
  std::string url{};
  std::string help{};
  std::vector<LabeledError> inner{};
};

/// Appends the error's fields.
void pack_error(std::string& out, const LabeledError& error);

enum class StreamKind : std::uint8_t { list, binary, text };

/// A pipeline's data as a header announces it.
struct PipelineHeader {
  enum class Kind : std::uint8_t { empty, value, list_stream, byte_stream };
  Kind kind = Kind::empty;
  Value value{};  ///< a nu value as decoded, for Kind::value
  std::int64_t stream = 0;
  Span span{};
};

/// Errors: response.
[[nodiscard]] Result<PipelineHeader> read_header(const Value& tree);

/// One flag as it was given; `value` is nothing for a switch without one.
struct NamedArgument {
  std::string name;
  Span span;
  std::optional<Value> value;
};

/// A call of one of our commands.
struct RunRequest {
  std::int64_t id = 0;
  std::string name;
  Span head;
  std::vector<Value> positional{};  ///< nu values as decoded
  std::vector<NamedArgument> named{};
  PipelineHeader input{};

  /// The last flag of that name, or null.
  [[nodiscard]] const NamedArgument* flag(std::string_view wanted) const;
  /// Whether a switch is on: given, and not as --name=false.
  [[nodiscard]] bool is_on(std::string_view wanted) const;
  /// A flag's text; nothing where it is absent or no text.
  [[nodiscard]] std::optional<std::string> text(std::string_view wanted) const;
};

/// Errors: response.
[[nodiscard]] Result<RunRequest> read_run(std::int64_t id, const Value& tree);

// Messages, whole.
[[nodiscard]] std::string hello_message(std::string_view version);
[[nodiscard]] std::string response_message(std::int64_t call, const Value& payload);
[[nodiscard]] std::string error_message(std::int64_t call, const LabeledError& error);
[[nodiscard]] std::string empty_response(std::int64_t call);
/// The answer of a call as one value, written by pack_nu_value.
[[nodiscard]] std::string value_response(std::int64_t call,
                                         const Value& value,
                                         Span span,
                                         const Units& units);
/// The same with a value of nu's that is given back as it came.
[[nodiscard]] std::string tree_response(std::int64_t call, const Value& tree);
[[nodiscard]] std::string stream_response(std::int64_t call,
                                          std::int64_t stream,
                                          StreamKind kind,
                                          Span span);
[[nodiscard]] std::string engine_call_message(std::int64_t context,
                                              std::int64_t id,
                                              const Value& call);
/// {"Ack": id}, {"Drop": id}, {"End": id}.
[[nodiscard]] std::string stream_message(std::string_view what, std::int64_t stream);

/// Appends the head of an item of a list stream; the value follows.
void pack_item_head(std::string& out, std::int64_t stream);
/// Appends a chunk of a byte stream.
void pack_chunk(std::string& out, std::int64_t stream, std::string_view bytes);
/// Appends the error that ends a byte stream.
void pack_chunk_error(std::string& out, std::int64_t stream, const LabeledError& error);
/// Appends a list stream's item that is an error: the pipeline fails with it.
void pack_item_error(std::string& out, std::int64_t stream, const LabeledError& error, Span span);

/// The version in the engine's Hello, and what we answer: the same one, or the oldest that we speak
/// (0.108.0) where it is older, for nu's own message about it. Errors: response.
struct Greeting {
  EngineVersion engine;
  std::string answer;
};

[[nodiscard]] Result<Greeting> read_hello(const Value& message);

}  // namespace virga::nushell
