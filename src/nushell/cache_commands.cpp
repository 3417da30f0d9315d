// SPDX-License-Identifier: Apache-2.0
// "virga cache ..." and "virga explain": the engine's cache for any code of the shell, and a look
// into it.
#include <array>
#include <chrono>
#include <iterator>
#include <optional>
#include <utility>

#include "base/strings.hpp"
#include "cache/cache.hpp"
#include "cache/ttl_rule.hpp"
#include "commands/command.hpp"
#include "nushell/host.hpp"
#include "nushell/pipeline_value.hpp"
#include "nushell/words.hpp"

namespace virga::nushell {
namespace {

using std::chrono::seconds;

constexpr std::string_view k_service = "nushell";  // of values that the shell's own code made
constexpr seconds k_default_ttl = std::chrono::minutes(5);

/// The units of virga's own tables.
class TableUnits final : public Units {
 public:
  [[nodiscard]] Unit of(std::string_view member) const override {
    if (member == "bytes" || member == "raw_bytes" || member == "max_bytes") {
      return Unit::bytes;
    }
    return member == "ttl" || member == "age" ? Unit::seconds : Unit::none;
  }
};

/// Durations under their plain names: "age_seconds": 5 is "age": 5sec here, "ttl": "5m" is 5min.
Value with_durations(const Value& value) {
  if (const auto* list = value.as_list()) {
    List out;
    for (const auto& element : *list) {
      out.push_back(with_durations(element));
    }
    return out;
  }
  const auto* map = value.as_map();
  if (map == nullptr) {
    return value;
  }
  constexpr std::string_view k_suffix = "_seconds";
  Map out;
  for (const auto& [name, member] : *map) {
    if (name == "params") {
      out.append(name, member);  // the request's own members, as they are
    } else if (name.ends_with(k_suffix)) {
      out.append(name.substr(0, name.size() - k_suffix.size()), member);
    } else if (const auto ttl = name == "ttl" && member.is_string()
                                    ? cache::parse_duration(*member.as_string())
                                    : std::nullopt) {
      out.append(name, std::int64_t{ttl->count()});
    } else {
      out.append(name, with_durations(member));
    }
  }
  return out;
}

Result<std::shared_ptr<OwnedSession>> session_of(CommandContext& context,
                                                 const cli::GlobalOptions& globals) {
  VIRGA_TRY_ASSIGN(const auto environment, environment_of(context.call));
  return context.sessions.get(environment, globals);
}

/// The words of a command of the program's, run for its result.
template <typename Run>
Status answer_table(CommandContext& context,
                    const cli::GlobalOptions& globals,
                    const std::vector<std::string>& words,
                    Run run) {
  VIRGA_TRY_ASSIGN(const auto session, session_of(context, globals));
  commands::Context program{session->environment,
                            session->settings,
                            session->globals,
                            session->clock,
                            session->random,
                            session->notes,
                            session->notes};
  program.shared_catalog = &context.catalog;
  VIRGA_TRY_ASSIGN(const Value result, run(words, program));
  if (result.is_null()) {
    context.call.answer_empty();
  } else {
    context.call.answer(with_durations(result), TableUnits());
  }
  return {};
}

/// "virga cache VERB" with its words; the verb is the last word of the command's name.
Status run_verb(CommandContext& context) {
  const auto& request = context.call.request;
  std::vector<std::string> words = {request.name.substr(request.name.rfind(' ') + 1)};
  for (const auto& tree : request.positional) {
    Span at;
    VIRGA_TRY_ASSIGN(auto word, word_of(tree, at));
    words.push_back(std::move(word));
  }
  if (const auto age = request.text("older-than")) {  // whole seconds
    words.insert(words.end(), {"--older-than", *age});
  }
  return answer_table(context, globals_of(request), words, commands::cache_result);
}

Status run_explain(CommandContext& context) {
  Span at;
  VIRGA_TRY_ASSIGN(const auto words, Words::of(context.call.request, at));
  VIRGA_TRY_ASSIGN(auto main, cli::parse_main(words.texts(), cli::Compat::v2));
  std::vector<std::string> call = {std::move(main.command)};
  std::move(main.words.begin(), main.words.end(), std::back_inserter(call));
  return answer_table(context, main.globals, call, commands::explain_result);
}

/// A key of the user's, and how long its value lasts.
struct Slot {
  std::shared_ptr<OwnedSession> session;
  cache::Question question;
  cache::Terms terms;
};

Result<Slot> slot_of(CommandContext& context) {
  const auto& request = context.call.request;
  Slot out;
  VIRGA_TRY_ASSIGN(out.session, session_of(context, globals_of(request)));
  Span at;
  out.question.service = k_service;
  out.question.identity = k_service;
  VIRGA_TRY_ASSIGN(out.question.operation, word_of(request.positional.front(), at));
  const auto& use = out.session->answers->use();
  out.terms.ttl = k_default_ttl;
  if (const auto* flag = request.flag("ttl"); flag != nullptr && flag->value) {
    VIRGA_TRY_ASSIGN(const auto value, read_nu_value(*flag->value));
    const auto* number = value.payload == nullptr ? nullptr : value.payload->as_integer();
    const std::chrono::nanoseconds ttl(number == nullptr ? 0 : *number);
    if (ttl.count() <= 0) {
      return fail(ErrorCode::usage, "--ttl must be longer than nothing.");
    }
    out.terms.ttl = std::chrono::ceil<seconds>(ttl);
  }
  out.terms.look_up = use.mode != engine::CacheMode::off && !use.refresh;
  out.terms.store = use.mode == engine::CacheMode::on;
  out.terms.stop = context.call.stop;
  return out;
}

/// An error of a closure's goes on unchanged: it points at the user's code.
Status answer_failure(CommandContext& context, const Error& error, const CollectFailure& failure) {
  if (!failure.error_tree.is_null()) {
    context.call.answer_error_tree(failure.error_tree);
    return {};
  }
  const Span at = failure.at == Span() ? context.call.request.head : failure.at;
  context.call.answer_error(labeled(error, "", at));
  return {};
}

Status run_get(CommandContext& context) {
  auto& call = context.call;
  VIRGA_TRY_ASSIGN(auto slot, slot_of(context));
  const auto& positional = call.request.positional;
  VIRGA_TRY_ASSIGN(const auto closure, read_nu_value(positional.at(1)));
  CollectFailure failure;
  const auto page =
      cache::cached(slot.session->answers->cache(), std::move(slot.question), slot.terms, [&] {
        return run_closure(call, closure, failure);
      });
  if (!page) {
    return answer_failure(context, page.error(), failure);
  }
  call.answer_tree(with_spans(**page, call.request.head));
  return {};
}

Status run_put(CommandContext& context) {
  auto& call = context.call;
  if (call.request.input.kind == PipelineHeader::Kind::empty) {
    return fail(ErrorCode::usage,
                "virga cache put keeps what the pipeline gives; it gives nothing.");
  }
  VIRGA_TRY_ASSIGN(auto slot, slot_of(context));
  CollectFailure failure;
  auto value = collect(call, call.request.input, call.input.get(), failure);
  if (!value) {
    return answer_failure(context, value.error(), failure);
  }
  // A flight that is under way would hand out what it fetches: this value is newer.
  slot.terms.look_up = false;
  slot.terms.share = false;
  VIRGA_TRY(cache::cached(
      slot.session->answers->cache(), std::move(slot.question), slot.terms, [&]() -> Result<Value> {
        return std::move(*value);
      }));
  call.answer_empty();
  return {};
}

SignatureRow row_of(std::string_view name, std::string_view description) {
  SignatureRow row;
  row.name = name;
  row.description = description;
  row.search_terms = {"aws", "cache"};
  row.input = "Nothing";
  return row;
}

const ArgumentRow k_ttl = {"ttl", "Duration", "how long the value is kept (default 5min)"};
const ArgumentRow k_profile = {"profile", "String", "only entries of this profile's account"};
const ArgumentRow k_region = {"region", "String", "only entries of this region"};
const ArgumentRow k_pattern = {
    "pattern", "String", "SERVICE:OPERATION or any part of ACCOUNT/REGION/SERVICE/OPERATION"};

PluginCommand get_command() {
  auto row =
      row_of("virga cache get", "Gives the value kept under a key, or runs a closure for it.");
  row.extra =
      "The closure's answer is kept in memory and on disk for all shells. Calls for one key at the "
      "same time run it once. Values of the shell's own code belong to the service \"nushell\": "
      "\"virga cache invalidate nushell:KEY\" drops one.";
  row.required = {{"key", "String", "the value's name"},
                  {"closure", "Closure", "makes the value; takes no arguments"}};
  row.flags = {k_ttl, {"refresh", "", "run the closure, and keep its answer"}};
  row.examples = {{"virga cache get zen {|| http get https://api.github.com/zen } --ttl 1hr",
                   "asks once an hour"}};
  return {row, run_get};
}

PluginCommand put_command() {
  auto row = row_of("virga cache put", "Keeps the pipeline's value under a key.");
  row.input = "Any";
  row.output = "Nothing";
  row.required = {{"key", "String", "the value's name"}};
  row.flags = {k_ttl};
  row.examples = {{"ls | virga cache put files --ttl 10min", "keeps a table"}};
  return {row, run_put};
}

}  // namespace

std::vector<PluginCommand> cache_commands() {
  auto list = row_of("virga cache list", "What the cache holds.");
  list.optional = {k_pattern};
  list.flags = {k_profile, k_region};
  list.examples = {{"virga cache list s3:* | sort-by age", "answers of S3, the newest first"}};
  auto show = row_of("virga cache show", "One entry of the cache, with the request that made it.");
  show.required = {{"key", "String", "the beginning of its key, as list gives it"}};
  auto invalidate = row_of("virga cache invalidate", "Drops entries of the cache.");
  invalidate.required = {k_pattern};
  invalidate.flags = {
      k_profile, k_region, {"older-than", "Duration", "only entries that are older"}};
  invalidate.examples = {{"virga cache invalidate ec2:*", "forgets all answers of EC2"}};
  auto policy = row_of("virga cache policy", "How long answers are kept, and why.");
  policy.optional = {{"service", "String", "a service of AWS"},
                     {"operation", "String", "one of its operations"}};
  policy.examples = {{"virga cache policy ec2 describe-instances", "the rule that applies"}};
  auto explain = row_of("virga explain", "What a call would do, without making it.");
  explain.is_catch_all = true;
  explain.examples = {{"virga explain aws ec2 describe-instances", "its endpoint, key and TTL"}};
  return {get_command(),
          put_command(),
          {list, run_verb},
          {show, run_verb},
          {row_of("virga cache stats", "How much the cache holds, by service."), run_verb},
          {invalidate, run_verb},
          {row_of("virga cache clear", "Drops all entries of the cache."), run_verb},
          {row_of("virga cache verify", "Reads every entry of the cache."), run_verb},
          {policy, run_verb},
          warm_command(),
          {explain, run_explain}};
}

}  // namespace virga::nushell
