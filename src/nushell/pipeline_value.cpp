// SPDX-License-Identifier: Apache-2.0
#include "nushell/pipeline_value.hpp"

#include <string>
#include <string_view>
#include <utility>

#include "base/encoding.hpp"

namespace virga::nushell {
namespace {

Value kept(std::string_view kind, std::string_view field, Value value) {
  Map body;
  body.append(std::string(field), std::move(value));
  Map out;
  out.append(std::string(kind), std::move(body));
  return Value(std::move(out));
}

Result<Value> keep_item(const Value& tree, CollectFailure& failure) {
  if (const auto* error = tree.find("Error")) {
    const auto* inner = error->find("error");
    failure.error_tree = inner == nullptr ? Value() : *inner;
    return fail(ErrorCode::general, std::string(failure.error_tree.text("msg")));
  }
  return without_spans(tree, failure.at);
}

Result<Value> collect_items(RunningCall& call, InputStream& stream, CollectFailure& failure) {
  List items;
  for (;;) {
    VIRGA_TRY_ASSIGN(const auto item, stream.next(call.stop));
    if (!item) {
      return kept("List", "vals", std::move(items));
    }
    auto value = keep_item(*item, failure);
    if (!value) {
      stream.drop();
      return value;
    }
    items.push_back(std::move(*value));
  }
}

Result<Value> collect_bytes(RunningCall& call, InputStream& stream) {
  std::string bytes;
  for (;;) {
    VIRGA_TRY_ASSIGN(const auto chunk, stream.next(call.stop));
    if (!chunk) {
      break;
    }
    if (const auto* blob = chunk->as_blob()) {
      bytes += blob->bytes;
    }
  }
  if (!is_utf8(bytes)) {
    return kept("Binary", "val", Blob{std::move(bytes)});
  }
  // As nu does with the output of a program.
  if (bytes.ends_with('\n')) {
    bytes.pop_back();
  }
  return kept("String", "val", std::move(bytes));
}

}  // namespace

Result<Value> collect(RunningCall& call,
                      const PipelineHeader& header,
                      InputStream* stream,
                      CollectFailure& failure) {
  switch (header.kind) {
    case PipelineHeader::Kind::value:
      return keep_item(header.value, failure);
    case PipelineHeader::Kind::list_stream:
      return collect_items(call, *stream, failure);
    case PipelineHeader::Kind::byte_stream:
      return collect_bytes(call, *stream);
    case PipelineHeader::Kind::empty:
      break;
  }
  Map nothing;
  nothing.append("Nothing", Map());
  return Value(std::move(nothing));
}

Result<Value> run_closure(RunningCall& call, const NuValue& closure, CollectFailure& failure) {
  Map place;
  place.append("start", closure.span.start);
  place.append("end", closure.span.end);
  Map spanned;
  spanned.append("item", *closure.payload);
  spanned.append("span", std::move(place));
  Map arguments;
  arguments.append("closure", std::move(spanned));
  arguments.append("positional", List());
  arguments.append("input", "Empty");
  arguments.append("redirect_stdout", true);
  arguments.append("redirect_stderr", false);
  Map question;
  question.append("EvalClosure", std::move(arguments));
  VIRGA_TRY_ASSIGN(const auto answer, call.ask(std::move(question), &failure.error_tree));
  const auto* data = answer.payload.find("PipelineData");
  VIRGA_TRY_ASSIGN(const auto header, read_header(data == nullptr ? Value("Empty") : *data));
  return collect(call, header, answer.stream.get(), failure);
}

}  // namespace virga::nushell
