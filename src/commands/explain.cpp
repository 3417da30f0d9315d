// SPDX-License-Identifier: Apache-2.0
// "virga explain": what a command line would do, without a call.
#include <utility>

#include "base/strings.hpp"
#include "cache/cache.hpp"
#include "cache/invalidation.hpp"
#include "cli/answer_cache.hpp"
#include "cli/result_printer.hpp"
#include "cli/session_parts.hpp"
#include "commands/command.hpp"
#include "commands/parsed_call.hpp"
#include "endpoint/endpoint.hpp"
#include "engine/cacheable.hpp"
#include "engine/call_config.hpp"
#include "engine/session.hpp"

namespace virga::commands {
namespace {

Value list_of(const model::Document& document) {
  if (document.is_list()) {
    return document.to_value();
  }
  return document.is_null() ? Value(List()) : Value(List{document.to_value()});
}

Value describe_endpoint(const model::Catalog& catalog,
                        const model::Operation& operation,
                        const Value& params,
                        Context& context) {
  Map out;
  const auto config =
      engine::read_call_config(context.settings, operation.service(), context.globals.sign_request);
  const auto resolution = config
                              ? endpoint::resolve(catalog, operation, params, config->endpoint)
                              : Result<endpoint::Resolution>(tl::unexpected<Error>(config.error()));
  if (!resolution) {
    out.append("error", resolution.error().message);
    return out;
  }
  out.append("url", resolution->endpoint.url);
  out.append("method", operation.method());
  out.append("protocol", operation.service().protocol());
  out.append("signature", resolution->signing.signature_version);
  out.append("signing_name", resolution->signing.signing_name);
  out.append("signing_region", resolution->signing.signing_region);
  return out;
}

Value describe_pagination(const cli::Invocation& invocation, bool paginate) {
  const auto paginator = invocation.operation.paginator();
  Map out;
  out.append("paginated", paginate && invocation.pagination.enabled && !paginator.is_null());
  if (paginator.is_null() && engine::is_read(invocation.operation) &&
      !invocation.operation.derived_paginator().is_null()) {
    out.append("note",
               "the model has page tokens but no paginator: --paginate-all fetches all pages");
  }
  if (!paginator.is_null()) {
    out.append("source",
               paginator.find("derived").boolean() ? "page tokens of the model (--paginate-all)"
                                                   : "the model's paginator");
    out.append("result_keys", list_of(paginator.find("result_key")));
    out.append("input_tokens", list_of(paginator.find("input_token")));
    out.append("output_tokens", list_of(paginator.find("output_token")));
    out.append("limit_key", paginator.text("limit_key"));
  }
  return out;
}

Value describe_write(const cli::Invocation& invocation) {
  const auto changed = cache::invalidation_of(
      invocation.operation.service().name(), invocation.operation.name(), Value(invocation.params));
  if (changed.is_empty()) {
    return nullptr;
  }
  List services;
  for (const auto& service : changed.services()) {
    services.emplace_back(service);
  }
  List reasons;
  for (const auto reason : changed.reasons()) {
    reasons.emplace_back(reason);
  }
  Map out;
  out.append("services", changed.every_service() ? Value("every service") : Value(services));
  out.append("regions", changed.every_region() ? "every region" : "its own region");
  out.append("reasons", std::move(reasons));
  return out;
}

Value describe_held(cache::Cache& cache, const cache::Question& question, Context& context) {
  Map out;
  const auto entry = cache.peek(question);
  out.append("held", entry != nullptr);
  if (entry != nullptr) {
    const auto& metadata = entry->metadata();
    const auto age =
        std::chrono::duration_cast<std::chrono::seconds>(context.clock.now() - metadata.created);
    out.append("age_seconds", std::int64_t{age.count()});
    out.append("fresh", age < metadata.ttl);
    out.append("complete", metadata.complete);
    out.append("pages", std::int64_t{metadata.pages});
  }
  return out;
}

Map describe_cache(cli::AnswerCache& cache,
                   const engine::Session& session,
                   const engine::Call& call,
                   Context& context) {
  const auto rule = engine::ttl_rule(cache.rules(), call.operation);
  Map out;
  out.append("ttl", cache::ttl_text(rule.ttl));
  out.append("scope", cache::to_text(rule.scope));
  out.append("reason", rule.reason);
  out.append("rule", rule.row);
  const auto plan = session.cache_stage()->plan(call);
  if (plan && *plan) {
    const auto& question = (*plan)->question;
    Map key;
    key.append("service", question.service);
    key.append("operation", question.operation);
    key.append("params", question.params);
    key.append("identity", question.identity);
    key.append("account", question.account);
    key.append("region", question.region);
    key.append("endpoint", question.endpoint);
    key.append("hash", cache::make_key(question).hex());
    out.append("key", std::move(key));
    out.append("answer", describe_held(cache.cache(), question, context));
  }
  return out;
}

}  // namespace

Result<Value> explain_result(const std::vector<std::string>& words, Context& context) {
  if (words.empty()) {
    return fail(ErrorCode::usage, "usage: virga explain <aws command line>");
  }
  VIRGA_TRY_ASSIGN(auto invocation, parse_call(words, context.globals, context.settings, context));
  VIRGA_TRY_ASSIGN(const auto* const catalog, context.catalog());
  VIRGA_TRY_ASSIGN(const auto cache,
                   cli::AnswerCache::open(
                       context.globals,
                       context.environment,
                       {.clock = context.clock, .random = context.random, .is_watched = true}));
  auto parts = cli::session_parts(
      context.globals, *catalog, context.settings, context.clock, context.random, context.err);
  parts.cache.emplace(cache->for_session());
  const engine::Session session(std::move(parts));
  engine::Call call{invocation.operation, Value(invocation.params)};
  const auto limit_key = invocation.operation.paginator().text("limit_key");
  if (invocation.pagination.page_size && !limit_key.empty()) {
    call.params.as_map()->set(limit_key, *invocation.pagination.page_size);
  }
  Map out;
  out.append("service", invocation.operation.service().name());
  out.append("operation", invocation.operation.name());
  out.append("endpoint", describe_endpoint(*catalog, invocation.operation, call.params, context));
  out.append("pagination", describe_pagination(invocation, context.globals.paginate));
  out.append("cache", describe_cache(*cache, session, call, context));
  if (auto changed = describe_write(invocation); !changed.is_null()) {
    out.append("invalidates", std::move(changed));
  }
  return Value(std::move(out));
}

Status explain(const std::vector<std::string>& words, Context& context) {
  VIRGA_TRY_ASSIGN(Value result, explain_result(words, context));
  VIRGA_TRY_ASSIGN(auto printer,
                   cli::ResultPrinter::make(context.globals, context.settings, "explain"));
  return printer.print(std::move(result), context.out);
}

}  // namespace virga::commands
