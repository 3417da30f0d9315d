// SPDX-License-Identifier: Apache-2.0
#include "engine/session.hpp"

#include <algorithm>
#include <utility>

namespace virga::engine {
namespace {

using config::Setting;

Result<retry::RetryOptions> retry_options(const model::Catalog& catalog,
                                          const model::Service& service,
                                          const config::Settings& settings) {
  retry::RetryOptions out;
  VIRGA_TRY_ASSIGN(const auto mode, settings.text(Setting::retry_mode));
  VIRGA_TRY_ASSIGN(const auto attempts, settings.integer(Setting::max_attempts));
  out.mode = retry::parse_mode(mode.value_or("standard")).value_or(retry::Mode::standard);
  if (attempts) {
    constexpr std::int64_t k_most = 1000;
    out.max_attempts = static_cast<int>(std::clamp<std::int64_t>(*attempts, 1, k_most));
  }
  out.service = service.metadata("endpointPrefix");
  if (out.mode == retry::Mode::legacy) {
    out.legacy = retry::legacy_rules(catalog.retry(), out.service);
  }
  return out;
}

}  // namespace

Session::Lane::Lane(retry::RetryOptions options,
                    const SessionParts& parts,
                    http::Transport& transport)
    : retry(std::move(options), parts.clock, parts.random),
      path({parts.catalog,
            parts.settings,
            parts.credentials,
            transport,
            retry,
            parts.clock,
            parts.random,
            parts.sign_requests,
            parts.limiter.get(),
            parts.debug}) {}

Result<Session::Lane*> Session::lane(const model::Service& service) {
  const std::lock_guard lock(mutex_);
  if (const auto known = lanes_.find(service.name()); known != lanes_.end()) {
    return known->second.get();
  }
  VIRGA_TRY_ASSIGN(auto options, retry_options(parts_.catalog, service, parts_.settings));
  options.patient = parts_.is_batch && parts_.limiter != nullptr;
  if (!transport_) {
    VIRGA_TRY_ASSIGN(transport_, parts_.open_transport());
  }
  auto lane = std::make_unique<Lane>(std::move(options), parts_, *transport_);
  return lanes_.emplace(service.name(), std::move(lane)).first->second.get();
}

Session::Session(SessionParts parts) : parts_(std::move(parts)) {
  if (parts_.cache) {
    cache_.emplace(CacheStage::Parts{
        *parts_.cache, parts_.catalog, parts_.settings, parts_.credentials, parts_.sign_requests});
  }
}

Result<Page> Session::Outside::call(const Call& call) {
  VIRGA_TRY_ASSIGN(Lane* const own, session_.lane(call.operation.service()));
  return own->path.call(call);
}

Result<Page> Session::call(const Call& call) {
  return cache_ ? FetchReader(*cache_, outside_).call(call) : outside_.call(call);
}

Result<std::unique_ptr<Pager>> Session::pages(Call call, const PageLimits& limits) {
  if (!cache_) {
    return Pager::start(outside_, std::move(call), limits);
  }
  auto reader = std::make_unique<FetchReader>(*cache_, outside_);
  VIRGA_TRY_ASSIGN(auto pager, Pager::start(*reader, std::move(call), limits));
  reader->set_paginates(pager->items_needed());
  pager->own(std::move(reader));
  return pager;
}

Result<std::string> Session::presigned_url(const Call& call, const UrlTerms& terms) {
  VIRGA_TRY_ASSIGN(Lane* const own, lane(call.operation.service()));
  return own->path.presigned_url(call, terms);
}

void Session::interrupt() noexcept {
  std::shared_ptr<http::Transport> transport;
  {
    const std::lock_guard lock(mutex_);
    transport = transport_;
  }
  if (transport) {
    transport->interrupt();
  }
}

}  // namespace virga::engine
