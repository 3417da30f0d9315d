// SPDX-License-Identifier: Apache-2.0
#include "nushell/typed_words.hpp"

#include <algorithm>
#include <iterator>
#include <optional>
#include <string>
#include <utility>

#include "base/strings.hpp"

namespace virga::nushell {
namespace {

/// The kinds that a bare word can be read as, and whose text may differ from it.
bool may_be_a_word(std::string_view kind) {
  constexpr std::string_view k_kinds[] = {"Int", "Float", "Date", "Duration", "Filesize", "Range"};
  return std::find(std::begin(k_kinds), std::end(k_kinds), kind) != std::end(k_kinds);
}

/// The source text of a span; nothing where nu does not say.
Result<std::optional<std::string>> source_of(RunningCall& call, Span span) {
  Map place;
  place.append("start", span.start);
  place.append("end", span.end);
  Map question;
  question.append("GetSpanContents", std::move(place));
  auto answer = call.ask(question);
  if (!answer) {
    if (answer.error().code == ErrorCode::interrupted) {
      return fail(std::move(answer).error());
    }
    return std::optional<std::string>();
  }
  const auto* data = answer->payload.find("PipelineData");
  const auto header =
      data == nullptr ? Result<PipelineHeader>(PipelineHeader()) : read_header(*data);
  if (!header || header->kind != PipelineHeader::Kind::value) {
    return std::optional<std::string>();
  }
  Span at;
  const auto value = from_nu_value(header->value, at);
  const auto* blob = value ? value->as_blob() : nullptr;
  return blob == nullptr ? std::optional<std::string>() : std::optional(blob->bytes);
}

Value nu_text(std::string text, Span span) {
  Map place;
  place.append("start", span.start);
  place.append("end", span.end);
  Map body;
  body.append("val", std::move(text));
  body.append("span", std::move(place));
  Map out;
  out.append("String", std::move(body));
  return out;
}

}  // namespace

bool is_literal(std::string_view source) {
  constexpr std::string_view k_expressions = "$([{\"'`";
  return !source.empty() && k_expressions.find(source.front()) == std::string_view::npos &&
         std::none_of(source.begin(), source.end(), [](char c) {
           return static_cast<unsigned char>(c) <= ' ';
         });
}

Status restore_typed_words(RunningCall& call) {
  if (call.engine().at_least(0, 114)) {
    return {};
  }
  for (auto& tree : call.request.positional) {
    const auto value = read_nu_value(tree);
    if (!value || !may_be_a_word(value->kind_view) || value->span.end <= value->span.start) {
      continue;
    }
    VIRGA_TRY_ASSIGN(auto source, source_of(call, value->span));
    if (source && is_literal(*source)) {
      tree = nu_text(*std::move(source), value->span);
    }
  }
  return {};
}

}  // namespace virga::nushell
