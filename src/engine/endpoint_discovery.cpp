// SPDX-License-Identifier: Apache-2.0
#include "engine/endpoint_discovery.hpp"

#include <utility>

#include "base/strings.hpp"

namespace virga::engine {
namespace {

constexpr std::chrono::seconds k_leave_alone{60};

/// Whether the operation is to be discovered. Errors: see EndpointDiscovery::find().
Result<bool> is_wanted(bool is_required, std::string_view setting) {
  if (setting == "true") {
    return true;
  }
  if (setting != "auto" && setting != "false") {
    return fail(ErrorCode::general,
                concat("Unsupported configuration value for endpoint_discovery_enabled. Expected "
                       "one of (\"true\", \"false\", \"auto\") but got ",
                       setting,
                       "."));
  }
  if (is_required && setting == "false") {
    return fail(ErrorCode::general,
                "Endpoint Discovery is not enabled but this operation requires it.");
  }
  return is_required;
}

/// The first of the answer's endpoints, and for how long it is good.
std::optional<std::pair<std::string, std::chrono::minutes>> first_endpoint(const Value& output) {
  const auto* endpoints = output.find("Endpoints");
  const auto* list = endpoints == nullptr ? nullptr : endpoints->as_list();
  if (list == nullptr || list->empty() || list->front().text("Address").empty()) {
    return std::nullopt;
  }
  const Value& first = list->front();
  const auto* period = first.find("CachePeriodInMinutes");
  const auto* minutes = period == nullptr ? nullptr : period->as_integer();
  const auto address = first.text("Address");
  return std::pair(address.starts_with("http") ? std::string(address) : concat("https://", address),
                   std::chrono::minutes(minutes == nullptr ? 0 : *minutes));
}

}  // namespace

EndpointDiscovery::Known EndpointDiscovery::known(std::string_view service) const {
  const std::lock_guard lock(mutex_);
  const auto found = known_.find(service);
  return found == known_.end() ? Known() : found->second;
}

Result<std::optional<std::string>> EndpointDiscovery::find(const model::Operation& operation,
                                                           std::string_view setting,
                                                           const Describe& describe) {
  const auto trait = operation.trait("endpointdiscovery");
  const auto describer = operation.service().find_operation("DescribeEndpoints");
  if (trait.is_null() || !describer) {
    return std::nullopt;
  }
  const bool is_required = trait.find("required").boolean();
  VIRGA_TRY_ASSIGN(const bool wanted, is_wanted(is_required, setting));
  if (!wanted) {
    return std::nullopt;
  }
  const std::string service(operation.service().name());
  Known best = known(service);
  if (!best.url.empty() && clock_.now() < best.expiry) {
    return best.url;
  }
  if (is_required || clock_.now() >= best.failed_until) {
    const auto answer = describe(Call{*describer});
    if (!answer && answer.error().code != ErrorCode::network) {
      return fail(answer.error());
    }
    const auto found = answer ? first_endpoint(answer->output) : std::nullopt;
    if (found) {
      best = {found->first, clock_.now() + found->second, {}};
    } else {
      best.failed_until = clock_.now() + k_leave_alone;
    }
    const std::lock_guard lock(mutex_);
    known_.insert_or_assign(service, best);
  }
  if (best.url.empty() && is_required) {
    return fail(ErrorCode::general, "Endpoint Discovery failed to refresh the required endpoints.");
  }
  // An endpoint that is out of date is better than none.
  return best.url.empty() ? std::nullopt : std::optional(best.url);
}

void EndpointDiscovery::forget(const model::Service& service) {
  const std::lock_guard lock(mutex_);
  if (const auto found = known_.find(service.name()); found != known_.end()) {
    known_.erase(found);
  }
}

}  // namespace virga::engine
