// SPDX-License-Identifier: Apache-2.0
#include "engine/cache_stage.hpp"

#include <algorithm>
#include <utility>

#include "base/strings.hpp"
#include "cache/invalidation.hpp"
#include "engine/cacheable.hpp"
#include "engine/endpoint_text.hpp"
#include "engine/pager.hpp"
#include "engine/result_path.hpp"

namespace virga::engine {
namespace {

using config::Setting;

bool is_single_result(const Call& call) {
  return call.body == nullptr && !call.open_sink && !call.on_event && !call.bypass_cache;
}

std::int64_t items_in(const std::vector<cache::PagePtr>& pages, std::string_view result_key) {
  std::int64_t count = 0;
  for (const auto& page : pages) {
    const auto* value = find_path(*page, result_key);
    const auto* list = value == nullptr ? nullptr : value->as_list();
    count += list == nullptr ? 0 : static_cast<std::int64_t>(list->size());
  }
  return count;
}

std::string first_result_key(const model::Operation& operation) {
  const auto keys = operation.paginator().find("result_key");
  return std::string(keys.is_list() ? keys.at(0).text() : keys.text());
}

}  // namespace

Result<std::string> endpoint_text(const config::Settings& settings, const model::Service& service) {
  VIRGA_TRY_ASSIGN(const auto url, settings.endpoint_url(service.metadata("serviceId")));
  std::string out = url.value_or("");
  for (const auto& [setting, mark] : {std::pair(Setting::use_fips_endpoint, " fips"),
                                      std::pair(Setting::use_dualstack_endpoint, " dualstack")}) {
    VIRGA_TRY_ASSIGN(const bool on, settings.flag(setting));
    out += on ? mark : "";
  }
  return out;
}

Result<cache::Question> CacheStage::question(const Call& call) const {
  const auto service = call.operation.service();
  cache::Question out;
  out.service = service.name();
  out.operation = call.operation.name();
  out.params = call.params;
  out.models = parts_.catalog.source_version();
  VIRGA_TRY_ASSIGN(const auto region, parts_.settings.text(Setting::region));
  out.region = region.value_or("");
  VIRGA_TRY_ASSIGN(out.endpoint, endpoint_text(parts_.settings, service));
  if (!parts_.sign_requests) {
    out.identity = "anonymous";
    return out;
  }
  VIRGA_TRY_ASSIGN(const auto identity, parts_.credentials.identity());
  if (identity) {
    out.identity = identity->text;
    out.account = identity->account;
  }
  return out;
}

Status CacheStage::may_ask(const Call& call) const {
  if (!parts_.cache.use.offline) {
    return {};
  }
  return fail(ErrorCode::usage,
              concat("--offline: answers of ",
                     call.operation.service().name(),
                     ":",
                     call.operation.name(),
                     " are never cached."));
}

Result<std::optional<CacheStage::Plan>> CacheStage::plan(const Call& call) const {
  const CacheUse& use = parts_.cache.use;
  Plan out;
  const auto rule = rule_before_secrets(parts_.cache.rules, call.operation);
  if (!is_single_result(call) || !rule.is_read()) {
    VIRGA_TRY(may_ask(call));
    return std::optional<Plan>();
  }
  VIRGA_TRY_ASSIGN(out.question, question(call));
  if (out.question.identity.empty()) {
    return std::optional<Plan>();  // the call itself will say what is missing
  }
  auto& terms = out.terms;
  // Asking for an age is a rule of the user's for this one call.
  const bool by_age = use.max_age && !rule.is_kept();
  terms.ttl = by_age ? *use.max_age : rule.ttl;
  terms.max_age = use.max_age;
  terms.stop = call.stop;
  terms.look_up = use.mode != CacheMode::off && !use.refresh;
  terms.store = use.mode == CacheMode::on;
  terms.only_kept = use.offline;
  terms.share = !use.alone;
  terms.share_widely = use.shares_widely || terms.store;
  terms.stale_if_error = use.stale_if_error;
  if (use.revalidates) {
    terms.stale_while_revalidate = rule.ttl;
  }
  if (use.mode == CacheMode::off && !use.offline) {
    terms.ttl = std::chrono::seconds(0);
  }
  if (terms.ttl.count() == 0 && use.dedup_window.count() > 0) {
    terms.ttl = use.dedup_window;
    terms.max_age = std::min(use.max_age.value_or(use.dedup_window), use.dedup_window);
    terms.look_up = !use.refresh;
    terms.store = true;
  }
  return std::optional(std::move(out));
}

void CacheStage::drop_changed(const Call& call) const {
  const auto service = call.operation.service();
  const auto changed = cache::invalidation_of(service.name(), call.operation.name(), call.params);
  if (changed.is_empty()) {
    return;
  }
  // Where it is not known who writes, everybody's answers go.
  const auto asked = question(call);
  cache::Selection selection;
  selection.account = asked ? asked->account : "";
  selection.reaches = [&changed](std::string_view touched, std::string_view operation) {
    return changed.reaches(touched, operation);
  };
  if (changed.every_service()) {
    parts_.cache.cache.invalidate(selection);
    return;
  }
  for (const auto& name : changed.services()) {
    selection.service = name;
    selection.region = asked && !changed.every_region(name) ? asked->region : "*";
    parts_.cache.cache.invalidate(selection);
  }
}

void CacheStage::report(const Call& call, const CacheReport& report) const {
  if (call.notes != nullptr) {
    call.notes->cache = cache::outcome_name(report.outcome);
  }
  if (parts_.cache.report) {
    parts_.cache.report(report);
  }
}

Result<Page> FetchReader::call(const Call& call) {
  return begun_ ? (reading_ ? read(call) : next_.call(call)) : begin(call);
}

Result<Page> FetchReader::begin(const Call& call) {
  begun_ = true;
  const auto& operation = call.operation;
  VIRGA_TRY_ASSIGN(auto plan, stage_.plan(call));
  if (cache::is_write(operation.service().name(), operation.name())) {
    stage_.drop_changed(call);
    auto page = next_.call(call);
    stage_.drop_changed(call);
    return page;
  }
  if (!plan) {
    return next_.call(call);
  }
  cache::Enough enough;
  if (!operation.paginator().is_null() && paginates_) {
    enough = [key = first_result_key(operation),
              needed = items_needed_](const std::vector<cache::PagePtr>& pages) {
      return needed && items_in(pages, key) >= *needed;
    };
  }
  reading_ = stage_.cache().read(std::move(plan->question), plan->terms, std::move(enough));
  // What is kept holds no secrets; the look for them, over all shapes of the answer, is for others.
  if (!reading_->find() && secret_obstacle(operation)) {
    reading_.reset();
    VIRGA_TRY(stage_.may_ask(call));
    return next_.call(call);
  }
  return read(call);
}

Result<Page> FetchReader::read(const Call& call) {
  const bool first = !std::exchange(reported_, true);
  std::string request_id;
  auto page = reading_->next([&]() -> Result<cache::Fetched> {
    VIRGA_TRY_ASSIGN(Page fetched, next_.call(call));
    request_id = std::move(fetched.request_id);
    // An answer with a token is not the whole, even where this reader wants no more of it.
    const bool is_last = is_last_page(call.operation.with_derived_paginator(), fetched.output);
    return cache::Fetched{std::move(fetched.output), is_last};
  });
  if (first && page) {
    stage_.report(call, {reading_->outcome(), reading_->age()});
  }
  if (!page) {
    return fail(std::move(page).error());
  }
  Page out;
  out.output = cache::take_value(std::move(*page));
  out.request_id = std::move(request_id);
  return out;
}

}  // namespace virga::engine
