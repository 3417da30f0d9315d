// SPDX-License-Identifier: Apache-2.0
#include "nushell/complete_command.hpp"

#include <algorithm>
#include <utility>
#include <vector>

#include "base/strings.hpp"
#include "commands/completion.hpp"

namespace virga::nushell {
namespace {

/// The options of "virga aws" besides those of the operations.
std::vector<completion::Candidate> call_options() {
  std::vector<completion::Candidate> out;
  for (const auto& flag : aws_command().signature.flags) {
    if (flag.name == "mock") {
      continue;  // behind the service it may be the operation's own
    }
    out.push_back({concat("--", flag.name), std::string(flag.description)});
  }
  return out;
}

Map candidate_record(const completion::Candidate& candidate) {
  Map out;
  out.append("value", nu_word(candidate.text));
  out.append("description", candidate.description);
  return out;
}

/// What GetCompletion says was typed; a cursor behind a blank is in none of the words. False where
/// it is not understood.
bool read_typed(const Value& request, commands::CompletionRequest& out) {
  const auto* call = request.find("call");
  const auto* inner = call == nullptr ? nullptr : call->find("call");
  const auto* arguments = inner == nullptr ? nullptr : inner->find("arguments");
  const auto* list = arguments == nullptr ? nullptr : arguments->as_list();
  const auto* pos = call == nullptr ? nullptr : call->find("pos");
  if (list == nullptr || pos == nullptr || !pos->is_integer()) {
    return false;
  }
  const auto* strip = call->find("strip");
  const bool has_placeholder = strip != nullptr && strip->as_bool() != nullptr && *strip->as_bool();
  bool found = false;
  const auto take = [&](const Value& expression) {
    // What is no plain text is a value of some kind: a word like any other here.
    const auto* kind = expression.find("expr");
    const auto* text = kind == nullptr ? nullptr : kind->find("String");
    std::string word(text == nullptr || !text->is_string() ? "?" : *text->as_string());
    const auto* span = expression.find("span");
    const auto* start = span == nullptr ? nullptr : span->find("start");
    const auto* end = span == nullptr ? nullptr : span->find("end");
    if (start != nullptr && end != nullptr && start->is_integer() && end->is_integer() &&
        *start->as_integer() <= *pos->as_integer() && *pos->as_integer() <= *end->as_integer()) {
      found = true;
      if (has_placeholder && !word.empty()) {
        word.pop_back();
      }
      out.current = std::move(word);
    } else {
      out.words.push_back(std::move(word));
    }
  };
  for (const auto& argument : *list) {
    if (found) {
      break;
    }
    if (const auto* named = argument.find("Named")) {
      const auto* parts = named->as_list();
      if (parts == nullptr || parts->size() < 3) {
        return false;
      }
      out.words.push_back(concat("--", (*parts)[0].text("item")));
      if (!(*parts)[2].is_null()) {
        take((*parts)[2]);
      }
    } else if (const auto* map = argument.as_map(); map != nullptr && !map->empty()) {
      take(map->begin()->second);
    }
  }
  return true;
}

/// The words are a command line; the last one is at the cursor. Behind "aws" and "virga aws" only
/// what the plugin does may stand, behind others all that the program does.
/// As the completer of all programs that the shell starts, it is asked about others, too.
bool is_ours(std::string_view program) {
  program.remove_prefix(program.starts_with('^') ? 1 : 0);
  program.remove_prefix(program.rfind('/') + 1);  // npos + 1 is 0
  return program == "aws" || program.starts_with("virga");
}

Status run_complete(CommandContext& context) {
  std::vector<std::string> words;
  for (const auto& tree : context.call.request.positional) {
    Span at;
    VIRGA_TRY_ASSIGN(const auto word, word_of(tree, at));
    words.push_back(typed_word(word));
  }
  if (words.size() < 2) {
    context.call.answer(List());
    return {};
  }
  if (!is_ours(words.front())) {
    context.call.answer(Value());  // the shell offers files then
    return {};
  }
  VIRGA_TRY_ASSIGN(auto variables, environment_of(context.call));
  const config::MapEnvironment environment(std::move(variables));
  const auto options = call_options();
  commands::CompletionRequest request;
  if (words.front() == "aws" || words.front() == "virga aws") {
    request.options = &options;
  }
  request.current = std::move(words.back());
  request.words.assign(words.begin() + 1, words.end() - 1);
  SystemClock clock;
  SystemRandom random;
  const auto answer =
      commands::find_candidates(std::move(request), {environment, clock, random, &context.catalog});
  if (answer.candidates.empty() && answer.files) {
    return {};  // nothing: nu completes names of files
  }
  List out;
  for (const auto& candidate : answer.candidates) {
    // A text alone is half the work for nu.
    out.push_back(candidate.description.empty() ? Value(nu_word(candidate.text))
                                                : Value(candidate_record(candidate)));
  }
  context.call.answer(out);
  return {};
}

}  // namespace

std::string typed_word(std::string_view span) {
  constexpr std::string_view k_quotes = "\"'`";
  if (span.empty() || k_quotes.find(span.front()) == std::string_view::npos) {
    return std::string(span);
  }
  const char quote = span.front();
  std::string out;
  for (std::size_t i = 1; i < span.size() && span[i] != quote; ++i) {
    if (quote == '"' && span[i] == '\\' && i + 1 < span.size()) {
      ++i;
    }
    out += span[i];
  }
  return out;
}

std::string nu_word(std::string_view text) {
  constexpr std::string_view k_plain = "_-./:=@+,";
  const auto is_plain = [&](char c) {
    return is_ascii_alnum(c) || k_plain.find(c) != std::string_view::npos;
  };
  // ".." is a range or a folder above, "..." spreads a list.
  const bool plain = !text.empty() && std::all_of(text.begin(), text.end(), is_plain) &&
                     (is_ascii_alnum(text.front()) || text.front() == '-' || text.front() == '/') &&
                     text.find("..") == std::string_view::npos;
  if (plain) {
    return std::string(text);
  }
  if (text.find('\'') == std::string_view::npos) {
    return concat("'", text, "'");
  }
  return concat("\"", replace_all(replace_all(text, "\\", "\\\\"), "\"", "\\\""), "\"");
}

Value completion_items(const Value& request, const model::Catalog& catalog, const AskEngine& ask) {
  commands::CompletionRequest typed;
  if (request.text("name") != "virga aws" || !read_typed(request, typed)) {
    return nullptr;
  }
  const auto options = call_options();
  typed.options = &options;
  auto variables = environment_of(ask);
  typed.names = variables.has_value();
  const config::MapEnvironment shells(variables ? std::move(*variables)
                                                : std::map<std::string, std::string>());
  const config::ProcessEnvironment own;
  SystemClock clock;
  SystemRandom random;
  const config::Environment& environment = typed.names
                                               ? static_cast<const config::Environment&>(shells)
                                               : static_cast<const config::Environment&>(own);
  const auto answer =
      commands::find_candidates(std::move(typed), {environment, clock, random, &catalog});
  if (answer.candidates.empty()) {
    return answer.files ? Value(nullptr) : Value(List());
  }
  List out;
  for (const auto& candidate : answer.candidates) {
    Map item = candidate_record(candidate);
    for (const auto* name : {"display_override", "extra", "match_indices", "span"}) {
      item.append(name, nullptr);
    }
    item.append("append_whitespace", !answer.no_space);
    Map kind;
    kind.append("Value", "String");
    item.append("kind", std::move(kind));
    out.push_back(std::move(item));
  }
  return out;
}

PluginCommand complete_command() {
  SignatureRow row;
  row.name = "virga complete";
  row.description = "Words that may stand at the end of a command line, for a completer.";
  row.extra = "Makes no call: names of resources are those of answers in the cache.";
  row.search_terms = {"aws", "tab"};
  row.input = "Nothing";
  row.is_catch_all = true;
  row.examples = {{"virga complete aws ec2 describe-inst", "the operations that begin so"}};
  return {row, run_complete};
}

}  // namespace virga::nushell
