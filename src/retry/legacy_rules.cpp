// SPDX-License-Identifier: Apache-2.0
#include "retry/legacy_rules.hpp"

#include <algorithm>
#include <map>

#include "model/document.hpp"

namespace virga::retry {
namespace {

/// botocore's GENERAL_CONNECTION_ERROR (retryhandler.py, EXCEPTION_MAP).
bool is_connection_error(NetworkFailure failure) {
  return failure != NetworkFailure::none && failure != NetworkFailure::streaming &&
         failure != NetworkFailure::other;
}

void take_numbers(const model::Document& config, LegacyRules& out) {
  if (const auto attempts = config.find("max_attempts"); !attempts.is_null()) {
    out.max_attempts = static_cast<int>(std::clamp<std::int64_t>(attempts.integer(), 1, 1000));
  }
  const auto delay = config.find("delay");
  if (const auto base = delay.find("base"); !base.is_null()) {
    out.base_seconds = base.is_string() ? std::nullopt : std::optional(base.number());
  }
  if (const auto growth = delay.find("growth_factor"); !growth.is_null()) {
    out.growth_factor = growth.number();
  }
}

void take_condition(const model::Document& applies_when, LegacyRules& out) {
  out.retries_socket_errors |= applies_when.find("socket_errors").size() != 0;
  const auto response = applies_when.find("response");
  out.checks_crc32 |= !response.find("crc32body").is_null();
  if (const auto status = response.find("http_status_code"); !status.is_null()) {
    out.rules.push_back(
        {static_cast<int>(status.integer()), std::string(response.text("service_error_code"))});
  }
}

}  // namespace

bool LegacyRules::match(const Attempt& attempt) const {
  if (attempt.network != NetworkFailure::none) {
    return retries_socket_errors && is_connection_error(attempt.network);
  }
  return (checks_crc32 && attempt.checksum_mismatch) ||
         std::any_of(rules.begin(), rules.end(), [&](const LegacyRule& rule) {
           return rule.status == attempt.status &&
                  (rule.code.empty() || rule.code == attempt.error_code);
         });
}

LegacyRules legacy_rules(const model::Document& retry, std::string_view endpoint_prefix) {
  LegacyRules out;
  std::map<std::string_view, model::Document> policies;
  const auto services = retry.find("retry");
  for (const auto& config :
       {services.find("__default__"), services.find(endpoint_prefix).find("__default__")}) {
    take_numbers(config, out);
    const auto own = config.find("policies");
    for (std::uint32_t i = 0; i < own.size(); ++i) {
      policies.insert_or_assign(own.key_at(i), own.at(i));
    }
  }
  for (const auto& [name, policy] : policies) {
    const auto reference = policy.text("$ref");
    const auto meant = reference.empty() ? policy : retry.find("definitions").find(reference);
    take_condition(meant.find("applies_when"), out);
  }
  return out;
}

}  // namespace virga::retry
