// SPDX-License-Identifier: Apache-2.0
#include "nushell/protocol.hpp"

#include <algorithm>

#include "base/strings.hpp"
#include "nushell/msgpack.hpp"

namespace virga::nushell {
namespace {

constexpr std::string_view k_oldest = "0.108.0";

tl::unexpected<Error> not_understood(std::string_view what) {
  return fail(ErrorCode::response, concat("Nushell sent ", what, " that is not understood."));
}

void pack_span(std::string& out, Span span) {
  pack_map(out, 2);
  pack_text(out, "start");
  pack_integer(out, span.start);
  pack_text(out, "end");
  pack_integer(out, span.end);
}

void pack_text_or_nil(std::string& out, std::string_view name, std::string_view text) {
  pack_text(out, name);
  if (text.empty()) {
    pack_nil(out);
  } else {
    pack_text(out, text);
  }
}

/// {"CallResponse": [call, ...; one object follows.
std::string response_head(std::int64_t call) {
  std::string out;
  pack_map(out, 1);
  pack_text(out, "CallResponse");
  pack_array(out, 2);
  pack_integer(out, call);
  return out;
}

/// {"PipelineData": {"Value": [...; a value and the metadata follow.
std::string value_head(std::int64_t call) {
  std::string out = response_head(call);
  pack_map(out, 1);
  pack_text(out, "PipelineData");
  pack_map(out, 1);
  pack_text(out, "Value");
  pack_array(out, 2);
  return out;
}

const std::int64_t* integer_member(const Value& tree, std::string_view name) {
  const auto* member = tree.find(name);
  return member == nullptr ? nullptr : member->as_integer();
}

Span span_of(const Value* tree) {
  Span out;
  if (tree != nullptr) {
    const auto* start = integer_member(*tree, "start");
    const auto* end = integer_member(*tree, "end");
    out = {start == nullptr ? 0 : *start, end == nullptr ? 0 : *end};
  }
  return out;
}

Result<NamedArgument> read_named(const Value& tree) {
  const auto* pair = tree.as_list();
  if (pair == nullptr || pair->size() != 2) {
    return not_understood("a flag");
  }
  NamedArgument out{
      std::string(pair->front().text("item")), span_of(pair->front().find("span")), std::nullopt};
  if (!pair->back().is_null()) {
    out.value = pair->back();
  }
  return out;
}

}  // namespace

void pack_error(std::string& out, const LabeledError& error) {
  pack_map(out, 6);
  pack_text(out, "msg");
  pack_text(out, error.message);
  pack_text(out, "labels");
  pack_array(out, error.labels.size());
  for (const auto& label : error.labels) {
    pack_map(out, 2);
    pack_text(out, "text");
    pack_text(out, label.text);
    pack_text(out, "span");
    pack_span(out, label.span);
  }
  pack_text_or_nil(out, "code", error.code);
  pack_text_or_nil(out, "url", error.url);
  pack_text_or_nil(out, "help", error.help);
  pack_text(out, "inner");
  pack_array(out, error.inner.size());
  for (const auto& inner : error.inner) {
    pack_error(out, inner);
  }
}

Result<PipelineHeader> read_header(const Value& tree) {
  PipelineHeader out;
  if (const auto* text = tree.as_string(); text != nullptr && *text == "Empty") {
    return out;
  }
  if (const auto* value = tree.find("Value")) {
    const auto* pair = value->as_list();
    if (pair != nullptr && !pair->empty()) {
      out.kind = PipelineHeader::Kind::value;
      out.value = pair->front();
      return out;
    }
  }
  for (const auto& [name, kind] : {std::pair{"ListStream", PipelineHeader::Kind::list_stream},
                                   std::pair{"ByteStream", PipelineHeader::Kind::byte_stream}}) {
    const auto* stream = tree.find(name);
    const auto* id = stream == nullptr ? nullptr : integer_member(*stream, "id");
    if (id != nullptr) {
      out.kind = kind;
      out.stream = *id;
      out.span = span_of(stream->find("span"));
      return out;
    }
  }
  return not_understood("pipeline data");
}

const NamedArgument* RunRequest::flag(std::string_view wanted) const {
  const auto found = std::find_if(named.rbegin(), named.rend(), [&](const NamedArgument& given) {
    return given.name == wanted;
  });
  return found == named.rend() ? nullptr : &*found;
}

bool RunRequest::is_on(std::string_view wanted) const {
  const auto* given = flag(wanted);
  if (given == nullptr || !given->value) {
    return given != nullptr;
  }
  const auto value = read_nu_value(*given->value);
  const auto* boolean = value && value->payload != nullptr ? value->payload->as_bool() : nullptr;
  return boolean == nullptr || *boolean;
}

std::optional<std::string> RunRequest::text(std::string_view wanted) const {
  const auto* given = flag(wanted);
  if (given == nullptr || !given->value) {
    return std::nullopt;
  }
  Span ignored;
  auto word = word_of(*given->value, ignored);
  return word ? std::optional(std::move(*word)) : std::nullopt;
}

Result<RunRequest> read_run(std::int64_t id, const Value& tree) {
  const auto* call = tree.find("call");
  const auto* input = tree.find("input");
  if (call == nullptr || input == nullptr) {
    return not_understood("a call");
  }
  RunRequest out;
  out.id = id;
  out.name = tree.text("name");
  out.head = span_of(call->find("head"));
  if (const auto* positional = call->find("positional"); positional != nullptr) {
    if (const auto* list = positional->as_list()) {
      out.positional = *list;
    }
  }
  if (const auto* named = call->find("named"); named != nullptr && named->is_list()) {
    for (const auto& flag : *named->as_list()) {
      VIRGA_TRY_ASSIGN(auto argument, read_named(flag));
      out.named.push_back(std::move(argument));
    }
  }
  VIRGA_TRY_ASSIGN(out.input, read_header(*input));
  return out;
}

std::string hello_message(std::string_view version) {
  Map hello;
  hello.append("protocol", "nu-plugin");
  hello.append("version", version);
  hello.append("features", List());
  Map message;
  message.append("Hello", std::move(hello));
  std::string out;
  pack(out, message);
  return out;
}

std::string response_message(std::int64_t call, const Value& payload) {
  std::string out = response_head(call);
  pack(out, payload);
  return out;
}

std::string error_message(std::int64_t call, const LabeledError& error) {
  std::string out = response_head(call);
  pack_map(out, 1);
  pack_text(out, "Error");
  pack_error(out, error);
  return out;
}

std::string empty_response(std::int64_t call) {
  Map payload;
  payload.append("PipelineData", "Empty");
  return response_message(call, payload);
}

std::string value_response(std::int64_t call, const Value& value, Span span, const Units& units) {
  std::string out = value_head(call);
  pack_nu_value(out, value, span, units);
  pack_nil(out);
  return out;
}

std::string tree_response(std::int64_t call, const Value& tree) {
  std::string out = value_head(call);
  pack(out, tree);
  pack_nil(out);
  return out;
}

std::string stream_response(std::int64_t call, std::int64_t stream, StreamKind kind, Span span) {
  std::string out = response_head(call);
  pack_map(out, 1);
  pack_text(out, "PipelineData");
  pack_map(out, 1);
  const bool is_list = kind == StreamKind::list;
  pack_text(out, is_list ? "ListStream" : "ByteStream");
  pack_map(out, is_list ? 3 : 4);
  pack_text(out, "id");
  pack_integer(out, stream);
  pack_text(out, "span");
  pack_span(out, span);
  if (!is_list) {
    pack_text(out, "type");
    pack_text(out, kind == StreamKind::text ? "String" : "Binary");
  }
  pack_text(out, "metadata");
  pack_nil(out);
  return out;
}

std::string engine_call_message(std::int64_t context, std::int64_t id, const Value& call) {
  Map body;
  body.append("context", context);
  body.append("id", id);
  body.append("call", call);
  Map message;
  message.append("EngineCall", std::move(body));
  std::string out;
  pack(out, message);
  return out;
}

std::string stream_message(std::string_view what, std::int64_t stream) {
  std::string out;
  pack_map(out, 1);
  pack_text(out, what);
  pack_integer(out, stream);
  return out;
}

void pack_item_head(std::string& out, std::int64_t stream) {
  pack_map(out, 1);
  pack_text(out, "Data");
  pack_array(out, 2);
  pack_integer(out, stream);
  pack_map(out, 1);
  pack_text(out, "List");
}

void pack_item_error(std::string& out, std::int64_t stream, const LabeledError& error, Span span) {
  pack_item_head(out, stream);
  pack_map(out, 1);
  pack_text(out, "Error");
  pack_map(out, 2);
  pack_text(out, "error");
  pack_error(out, error);
  pack_text(out, "span");
  pack_span(out, span);
}

void pack_chunk(std::string& out, std::int64_t stream, std::string_view bytes) {
  pack_map(out, 1);
  pack_text(out, "Data");
  pack_array(out, 2);
  pack_integer(out, stream);
  pack_map(out, 1);
  pack_text(out, "Raw");
  pack_map(out, 1);
  pack_text(out, "Ok");
  pack_binary(out, bytes);
}

void pack_chunk_error(std::string& out, std::int64_t stream, const LabeledError& error) {
  pack_map(out, 1);
  pack_text(out, "Data");
  pack_array(out, 2);
  pack_integer(out, stream);
  pack_map(out, 1);
  pack_text(out, "Raw");
  pack_map(out, 1);
  pack_text(out, "Err");
  pack_error(out, error);
}

Result<Greeting> read_hello(const Value& message) {
  const auto* hello = message.find("Hello");
  const auto version = hello == nullptr ? std::string_view() : hello->text("version");
  const auto parts = split(version, '.');
  const auto major = parse_int(parts.front());
  const auto minor = parts.size() > 1 ? parse_int(parts[1]) : std::nullopt;
  if (!major || !minor) {
    return not_understood("a greeting");
  }
  Greeting out;
  out.engine = {static_cast<int>(*major), static_cast<int>(*minor)};
  out.answer = out.engine.at_least(0, 108) ? version : k_oldest;
  return out;
}

}  // namespace virga::nushell
