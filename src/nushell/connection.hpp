// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <atomic>
#include <condition_variable>
#include <cstdint>
#include <deque>
#include <functional>
#include <limits>
#include <list>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <stop_token>
#include <string>
#include <string_view>
#include <thread>

#include "base/result.hpp"
#include "nushell/msgpack.hpp"
#include "nushell/nu_value.hpp"
#include "nushell/protocol.hpp"
#include "value/value.hpp"

namespace virga::nushell {

class Connection;
class RunningCall;

/// A stream that comes in: the items or chunks of a pipeline or of a closure's answer.
/// Thread-compatible on the side of its reader.
class InputStream {
 public:
  InputStream(Connection& connection, std::int64_t id) : connection_(connection), id_(id) {}

  /// The next item (a nu value as decoded) or chunk (a blob), or none at the end. Waits.
  /// Errors: general, where the stream ends with an error; interrupted.
  [[nodiscard]] Result<std::optional<Value>> next(const std::stop_token& stop);
  /// Says that no more is wanted.
  void drop();

 private:
  friend class Connection;
  void push(Value data);
  void end();

  Connection& connection_;
  std::int64_t id_;
  std::mutex mutex_;
  std::condition_variable_any changed_;
  std::deque<Value> items_;  // guarded by mutex_
  bool ended_ = false;       // guarded by mutex_
  bool dropped_ = false;     // guarded by mutex_
};

/// A stream that goes out, with nu's own window of unacknowledged items. Announced before it is
/// written; ends when it is destroyed at the latest. Thread-compatible on the side of its writer.
class OutputStream {
 public:
  /// `window`: items or chunks that the reader may leave unread, from 1 on.
  OutputStream(Connection& connection, std::int64_t id, StreamKind kind, std::int64_t window)
      : connection_(connection), id_(id), kind_(kind), window_(window) {}

  ~OutputStream();
  OutputStream(const OutputStream&) = delete;
  OutputStream& operator=(const OutputStream&) = delete;

  /// One item of a list stream. Waits while the window is full. False once the reader wants no more
  /// or the call was interrupted: the writer then ends.
  [[nodiscard]] bool write(const Value& item,
                           Span span,
                           const Units& units,
                           const std::stop_token& stop);
  /// The same with an item that pack_nu_value() or pack_nu_row() made; it is sent at once.
  [[nodiscard]] bool write_packed(std::string_view item, const std::stop_token& stop);
  /// Bytes of a byte stream, sent at once in chunks of a size that nu likes.
  [[nodiscard]] bool write_bytes(std::string_view bytes, const std::stop_token& stop);
  /// The stream fails with this error, behind what was written.
  void fail_with(const LabeledError& error, Span span);
  /// The same with an error value of nu's, unchanged; for list streams.
  void fail_with_tree(const Value& error);
  /// Sends what is packed; to be called before waiting for more to write.
  void flush();
  void end();

  [[nodiscard]] bool is_dropped() const;
  /// Runs `action` when the reader drops the stream; at once if it did.
  void on_drop(std::function<void()> action);

 private:
  friend class Connection;
  friend class RunningCall;
  void acknowledge();
  void drop();
  [[nodiscard]] bool wait_for_window(const std::stop_token& stop);

  Connection& connection_;
  std::int64_t id_;
  StreamKind kind_;
  std::int64_t window_;
  std::string pending_;  // packed, not sent yet
  bool ended_ = false;
  std::int64_t sent_ = 0;
  mutable std::mutex mutex_;
  std::condition_variable_any changed_;
  static constexpr std::int64_t k_never = std::numeric_limits<std::int64_t>::max();
  std::int64_t acknowledged_ = 0;   // guarded by mutex_
  std::int64_t wake_at_ = k_never;  // acknowledgements that the writer waits for; guarded by mutex_
  bool dropped_ = false;            // guarded by mutex_
  std::function<void()> on_drop_;   // guarded by mutex_
};

/// What the engine says to a question of ours.
struct EngineAnswer {
  Value payload;                          ///< {"PipelineData": ...}, {"ValueMap": ...}, ...
  std::shared_ptr<InputStream> stream{};  ///< where the payload announces one
};

/// One call of a command, while it runs. It is answered exactly once; a call that its command left
/// without an answer gets an error, since nu would wait for ever. Thread-compatible.
class RunningCall {
 public:
  RunningCall(Connection& connection, RunRequest asked, std::stop_token stopped)
      : request(std::move(asked)), stop(std::move(stopped)), connection_(connection) {}

  ~RunningCall();
  RunningCall(const RunningCall&) = delete;
  RunningCall& operator=(const RunningCall&) = delete;

  RunRequest request;
  std::stop_token stop;                  ///< Ctrl-C in the shell, or its end
  std::shared_ptr<InputStream> input{};  ///< of the pipeline, where it is a stream

  void answer_empty();
  void answer(const Value& value, const Units& units = no_units());
  /// A value of nu's as it came, for example a closure's.
  void answer_tree(const Value& tree);
  void answer_error(const LabeledError& error);
  /// A closure's error, unchanged: it points at the user's code.
  void answer_error_tree(const Value& error);
  /// `window`: items that the reader may leave unread, from 1 on; nothing: as many as nu itself.
  [[nodiscard]] std::shared_ptr<OutputStream> answer_stream(
      StreamKind kind, std::optional<std::int64_t> window = std::nullopt);

  [[nodiscard]] bool is_answered() const { return answered_; }

  /// Asks the engine and waits for its answer. Errors: interrupted; general, with the engine's
  /// message, where it answers an error (`error_tree`, if not null, takes it whole).
  [[nodiscard]] Result<EngineAnswer> ask(const Value& engine_call, Value* error_tree = nullptr);

  [[nodiscard]] EngineVersion engine() const;

 private:
  Connection& connection_;
  bool answered_ = false;
};

/// Asks the engine and waits for its answer, as RunningCall::ask() does.
using AskEngine = std::function<Result<EngineAnswer>(const Value& engine_call)>;

/// What the plugin does; the connection calls it. Thread-safe: calls run at once.
class Host {
 public:
  virtual ~Host() = default;
  [[nodiscard]] virtual std::string version() const = 0;
  [[nodiscard]] virtual Value signatures(EngineVersion engine) const = 0;
  virtual void run(RunningCall& call) = 0;
  /// Candidates for an argument, as CompletionItems has them; null lets nu complete. `ask` asks the
  /// engine, which answers nothing but errors before 0.115.
  [[nodiscard]] virtual Value complete(const Value& request, const AskEngine& ask) = 0;
  /// Ends what calls wait for outside of the connection.
  virtual void interrupt() = 0;
};

/// The plugin's end of the protocol over two descriptors: one thread reads and never waits for
/// anything else, each call has a thread, whole messages are written under one lock.
///
/// Errors: a message that is not understood ends the connection; unknown calls are answered with an
/// error. Threads: send() and what the classes above use of it are Thread-safe.
class Connection {
 public:
  Connection(int input, int output, Host& host) : input_(input), output_(output), host_(host) {}

  ~Connection();
  Connection(const Connection&) = delete;
  Connection& operator=(const Connection&) = delete;

  /// Until the engine says goodbye or goes away. True if every call ended; else their threads still
  /// run and the process is to be left without destroying anything.
  [[nodiscard]] Result<bool> run();

  void send(std::string_view messages);

 private:
  friend class RunningCall;
  friend class InputStream;
  friend class OutputStream;

  struct Worker {
    std::jthread thread;
    std::shared_ptr<std::atomic<bool>> done;
  };

  /// An engine call that waits for its answer.
  struct Question {
    std::condition_variable_any answered;
    std::optional<EngineAnswer> answer;
  };

  [[nodiscard]] Status greet();
  [[nodiscard]] Result<std::optional<Value>> receive();
  [[nodiscard]] Status dispatch(const Value& message, bool& goodbye);
  [[nodiscard]] Status take_call(const Value& body);
  void take_data(const Value& body);
  void take_answer(const Value& body);
  void start(std::function<void(const std::stop_token&)> work);
  void reap();
  void interrupt();
  [[nodiscard]] std::shared_ptr<InputStream> register_stream(const PipelineHeader& header);
  void forget_input(std::int64_t id);
  void forget_output(std::int64_t id);
  [[nodiscard]] Result<EngineAnswer> ask(std::int64_t context,
                                         const Value& call,
                                         const std::stop_token& stop,
                                         Value* error_tree);
  [[nodiscard]] std::shared_ptr<OutputStream> open_output(StreamKind kind, std::int64_t window);
  [[nodiscard]] std::shared_ptr<OutputStream> output(std::int64_t id);

  const int input_;
  const int output_;
  Host& host_;
  EngineVersion engine_;  // set before any call starts
  std::string buffer_;
  MessageReader reader_;
  std::list<Worker> workers_;  // of the reading thread
  std::atomic<std::int64_t> next_id_{0};

  std::mutex write_mutex_;
  std::mutex mutex_;
  std::stop_source stop_;                                        // guarded by mutex_
  std::map<std::int64_t, Question*> questions_;                  // guarded by mutex_
  std::map<std::int64_t, std::shared_ptr<InputStream>> inputs_;  // guarded by mutex_
  std::map<std::int64_t, std::weak_ptr<OutputStream>> outputs_;  // guarded by mutex_
};

}  // namespace virga::nushell
