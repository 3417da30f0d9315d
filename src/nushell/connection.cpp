// SPDX-License-Identifier: Apache-2.0
#include "nushell/connection.hpp"

#include <algorithm>
#include <array>
#include <cerrno>
#include <chrono>
#include <exception>
#include <utility>

#include <poll.h>
#include <unistd.h>

#include "base/strings.hpp"

namespace virga::nushell {
namespace {

// What nu itself keeps to as a writer.
constexpr std::int64_t k_list_window = 100;
constexpr std::int64_t k_byte_window = 50;
// "07 msgpack": the encoding's name, its length before it.
constexpr std::string_view k_encoding = "\x07msgpack";

LabeledError plain_error(std::string message) {
  LabeledError error;
  error.message = std::move(message);
  return error;
}

std::pair<std::string_view, const Value*> variant(const Value& message) {
  if (const auto* text = message.as_string()) {
    return {*text, nullptr};
  }
  const auto* map = message.as_map();
  if (map == nullptr || map->size() != 1) {
    return {};
  }
  return {map->begin()->first, &map->begin()->second};
}

/// [id, payload]
std::pair<std::int64_t, const Value*> numbered(const Value& body) {
  const auto* pair = body.as_list();
  if (pair == nullptr || pair->size() != 2 || !pair->front().is_integer()) {
    return {-1, nullptr};
  }
  return {*pair->front().as_integer(), &pair->back()};
}

}  // namespace

RunningCall::~RunningCall() {
  if (!answered_) {
    answer_error(plain_error("The command ended without an answer."));
  }
}

void RunningCall::answer_empty() {
  answered_ = true;
  connection_.send(empty_response(request.id));
}

void RunningCall::answer(const Value& value, const Units& units) {
  answered_ = true;
  connection_.send(value_response(request.id, value, request.head, units));
}

void RunningCall::answer_tree(const Value& tree) {
  answered_ = true;
  connection_.send(tree_response(request.id, tree));
}

void RunningCall::answer_error(const LabeledError& error) {
  answered_ = true;
  connection_.send(error_message(request.id, error));
}

void RunningCall::answer_error_tree(const Value& error) {
  answered_ = true;
  Map payload;
  payload.append("Error", error);
  connection_.send(response_message(request.id, payload));
}

std::shared_ptr<OutputStream> RunningCall::answer_stream(StreamKind kind,
                                                         std::optional<std::int64_t> window) {
  answered_ = true;
  const auto most = kind == StreamKind::list ? k_list_window : k_byte_window;
  auto stream =
      connection_.open_output(kind, std::clamp(window.value_or(most), std::int64_t{1}, most));
  connection_.send(stream_response(request.id, stream->id_, kind, request.head));
  return stream;
}

Result<EngineAnswer> RunningCall::ask(const Value& engine_call, Value* error_tree) {
  return connection_.ask(request.id, engine_call, stop, error_tree);
}

EngineVersion RunningCall::engine() const { return connection_.engine_; }

Connection::~Connection() = default;

void Connection::send(std::string_view messages) {
  const std::lock_guard lock(write_mutex_);
  while (!messages.empty()) {
    const ssize_t put = write(output_, messages.data(), messages.size());
    if (put > 0) {
      messages.remove_prefix(static_cast<std::size_t>(put));
    } else if (put < 0 && errno == EAGAIN) {
      pollfd ready{output_, POLLOUT, 0};
      poll(&ready, 1, -1);
    } else if (put < 0 && errno != EINTR) {
      return;  // the engine is gone; the reading side sees it and ends
    }
  }
}

Result<std::optional<Value>> Connection::receive() {
  while (true) {
    VIRGA_TRY_ASSIGN(auto message, reader_.next());
    if (message) {
      return message;
    }
    std::array<char, std::size_t{64} * 1024> bytes;
    const ssize_t got = read(input_, bytes.data(), bytes.size());
    if (got > 0) {
      reader_.feed({bytes.data(), static_cast<std::size_t>(got)});
    } else if (got == 0 || (errno != EINTR && errno != EAGAIN)) {
      return std::optional<Value>();
    } else if (errno == EAGAIN) {
      pollfd ready{input_, POLLIN, 0};
      poll(&ready, 1, -1);
    }
  }
}

Status Connection::greet() {
  send(k_encoding);
  VIRGA_TRY_ASSIGN(const auto message, receive());
  if (!message) {
    return {};
  }
  VIRGA_TRY_ASSIGN(const auto greeting, read_hello(*message));
  engine_ = greeting.engine;
  send(hello_message(greeting.answer));
  return {};
}

Result<bool> Connection::run() {
  VIRGA_TRY(greet());
  Status status;
  for (bool goodbye = false; status && !goodbye;) {
    auto message = receive();
    if (!message) {
      status = fail(std::move(message).error());
    } else if (!*message) {
      break;
    } else {
      status = dispatch(**message, goodbye);
    }
    reap();
  }
  interrupt();
  constexpr int k_short_waits = 20;
  constexpr int k_waits = 100;
  for (int i = 0; i < k_waits && !workers_.empty(); ++i) {
    std::this_thread::sleep_for(std::chrono::milliseconds(i < k_short_waits ? 1 : 10));
    reap();
  }
  VIRGA_TRY(std::move(status));
  return workers_.empty();
}

Status Connection::dispatch(const Value& message, bool& goodbye) {
  const auto [name, body] = variant(message);
  if (name == "Goodbye") {
    goodbye = true;
  } else if (name == "Call" && body != nullptr) {
    return take_call(*body);
  } else if (name == "Data" && body != nullptr) {
    take_data(*body);
  } else if (name == "End" && body != nullptr && body->is_integer()) {
    forget_input(*body->as_integer());
  } else if (name == "Ack" && body != nullptr && body->is_integer()) {
    if (const auto stream = output(*body->as_integer())) {
      stream->acknowledge();
    }
  } else if (name == "Drop" && body != nullptr && body->is_integer()) {
    if (const auto stream = output(*body->as_integer())) {
      stream->drop();
    }
  } else if (name == "EngineCallResponse" && body != nullptr) {
    take_answer(*body);
  } else if (name == "Signal" && body != nullptr) {
    const auto* signal = body->as_string();
    if (signal != nullptr && *signal == "Interrupt") {
      interrupt();
    }
  } else if (name.empty()) {
    return fail(ErrorCode::response, "Nushell sent a message that is not understood.");
  }
  return {};  // messages of a later protocol are left alone
}

Status Connection::take_call(const Value& body) {
  const auto [id, payload] = numbered(body);
  if (payload == nullptr) {
    return fail(ErrorCode::response, "Nushell sent a call that is not understood.");
  }
  const auto [kind, what] = variant(*payload);
  if (kind == "Metadata") {
    Map metadata;
    metadata.append("version", host_.version());
    Map answer;
    answer.append("Metadata", std::move(metadata));
    send(response_message(id, answer));
  } else if (kind == "Signature") {
    Map answer;
    answer.append("Signature", host_.signatures(engine_));
    send(response_message(id, answer));
  } else if (kind == "Run" && what != nullptr) {
    VIRGA_TRY_ASSIGN(auto request, read_run(id, *what));
    auto input = register_stream(request.input);
    auto shared = std::make_shared<RunRequest>(std::move(request));
    start([this, shared, input](const std::stop_token& stop) {
      RunningCall call(*this, std::move(*shared), stop);
      call.input = input;
      try {
        host_.run(call);
      } catch (const std::exception& exception) {  // memory that ran out
        if (!call.is_answered()) {
          call.answer_error(plain_error(exception.what()));
        }
      }
      if (input) {
        input->drop();
      }
    });
  } else if (kind == "GetCompletion" && what != nullptr) {
    auto shared = std::make_shared<Value>(*what);
    const std::int64_t number = id;
    start([this, shared, number](const std::stop_token& stop) {
      try {
        Map answer;
        answer.append("CompletionItems", host_.complete(*shared, [&](const Value& call) {
          return ask(number, call, stop, nullptr);
        }));
        send(response_message(number, answer));
      } catch (const std::exception& exception) {  // memory that ran out
        send(error_message(number, plain_error(exception.what())));
      }
    });
  } else if (kind == "CustomValueOp") {
    send(empty_response(id));
  } else {
    send(error_message(id, plain_error(concat("virga does not know the call \"", kind, "\"."))));
  }
  return {};
}

void Connection::take_data(const Value& body) {
  const auto [id, payload] = numbered(body);
  const std::lock_guard lock(mutex_);
  const auto found = inputs_.find(id);
  if (payload != nullptr && found != inputs_.end()) {
    found->second->push(*payload);
  }
}

void Connection::take_answer(const Value& body) {
  const auto [id, payload] = numbered(body);
  if (payload == nullptr) {
    return;
  }
  std::shared_ptr<InputStream> stream;
  if (const auto* data = payload->find("PipelineData")) {
    // A stream's data may follow in the same read: it must be known before the next message.
    if (const auto header = read_header(*data)) {
      stream = register_stream(*header);
    }
  }
  const std::lock_guard lock(mutex_);
  if (const auto found = questions_.find(id); found != questions_.end()) {
    found->second->answer = EngineAnswer{*payload, std::move(stream)};
    found->second->answered.notify_all();
  }
}

Result<EngineAnswer> Connection::ask(std::int64_t context,
                                     const Value& call,
                                     const std::stop_token& stop,
                                     Value* error_tree) {
  const std::int64_t id = next_id_++;
  Question question;
  {
    const std::lock_guard lock(mutex_);
    questions_.emplace(id, &question);
  }
  send(engine_call_message(context, id, call));
  std::unique_lock lock(mutex_);
  question.answered.wait(lock, stop, [&] { return question.answer.has_value(); });
  questions_.erase(id);
  if (!question.answer) {
    return fail(ErrorCode::interrupted, "Interrupted.");
  }
  if (const auto* error = question.answer->payload.find("Error")) {
    if (error_tree != nullptr) {
      *error_tree = *error;
    }
    return fail(ErrorCode::general, std::string(error->text("msg")));
  }
  return std::move(*question.answer);
}

void Connection::start(std::function<void(const std::stop_token&)> work) {
  std::stop_token stop;
  {
    const std::lock_guard lock(mutex_);
    stop = stop_.get_token();
  }
  auto done = std::make_shared<std::atomic<bool>>(false);
  workers_.push_back({std::jthread([work = std::move(work), stop, done] {
                        work(stop);
                        *done = true;
                      }),
                      done});
}

void Connection::reap() {
  workers_.remove_if([](const Worker& worker) { return worker.done->load(); });
}

/// Stops the calls that run now; later ones get a new token.
void Connection::interrupt() {
  std::stop_source old;
  {
    const std::lock_guard lock(mutex_);
    std::swap(old, stop_);
  }
  old.request_stop();
  host_.interrupt();
}

/// Null for headers that are no stream.
std::shared_ptr<InputStream> Connection::register_stream(const PipelineHeader& header) {
  if (header.kind != PipelineHeader::Kind::list_stream &&
      header.kind != PipelineHeader::Kind::byte_stream) {
    return nullptr;
  }
  const std::lock_guard lock(mutex_);
  return inputs_.emplace(header.stream, std::make_shared<InputStream>(*this, header.stream))
      .first->second;
}

void Connection::forget_input(std::int64_t id) {
  std::shared_ptr<InputStream> stream;
  {
    const std::lock_guard lock(mutex_);
    const auto found = inputs_.find(id);
    if (found == inputs_.end()) {
      return;
    }
    stream = std::move(found->second);
    inputs_.erase(found);
  }
  stream->end();
}

void Connection::forget_output(std::int64_t id) {
  const std::lock_guard lock(mutex_);
  outputs_.erase(id);
}

std::shared_ptr<OutputStream> Connection::open_output(StreamKind kind, std::int64_t window) {
  const std::int64_t id = next_id_++;
  auto stream = std::make_shared<OutputStream>(*this, id, kind, window);
  const std::lock_guard lock(mutex_);
  outputs_.emplace(id, stream);
  return stream;
}

std::shared_ptr<OutputStream> Connection::output(std::int64_t id) {
  const std::lock_guard lock(mutex_);
  const auto found = outputs_.find(id);
  return found == outputs_.end() ? nullptr : found->second.lock();
}

}  // namespace virga::nushell
