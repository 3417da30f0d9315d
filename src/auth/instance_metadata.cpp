// SPDX-License-Identifier: Apache-2.0
#include "auth/instance_metadata.hpp"

#include <algorithm>
#include <utility>

#include "auth/providers/metadata.hpp"
#include "base/strings.hpp"

namespace virga::auth {
namespace {

using config::Setting;

constexpr int k_ok = 200;

Result<std::string> base_url(const config::Settings& settings) {
  VIRGA_TRY_ASSIGN(const auto mode, settings.text(Setting::ec2_metadata_service_endpoint_mode));
  bool six = false;
  if (mode) {
    six = equals_ignore_case(*mode, "ipv6");
    if (!six && !equals_ignore_case(*mode, "ipv4")) {
      return fail(ErrorCode::general,
                  concat("Invalid EC2 Instance Metadata endpoint mode: ",
                         *mode,
                         " Valid endpoint modes (case-insensitive): ('ipv4', 'ipv6')."));
    }
  } else {
    VIRGA_TRY_ASSIGN(six, settings.flag(Setting::imds_use_ipv6));
  }
  VIRGA_TRY_ASSIGN(const auto endpoint, settings.text(Setting::ec2_metadata_service_endpoint));
  std::string url = endpoint && !endpoint->empty() ? *endpoint
                    : six                          ? "http://[fd00:ec2::254]/"
                                                   : "http://169.254.169.254/";
  if (!parse_metadata_url(url)) {
    return fail(ErrorCode::general,
                concat("Invalid endpoint EC2 Instance Metadata endpoint: ", url));
  }
  if (!url.ends_with('/')) {
    url.push_back('/');
  }
  return url;
}

}  // namespace

http::Request InstanceMetadata::request(std::string_view path, std::string method) const {
  // The base is known to be a URL, and a role's name that spoils it makes it none.
  const auto url = parse_metadata_url(concat(base_url_, path));
  http::Request out = metadata_request(url.value_or(MetadataUrl()), std::move(method));
  out.headers.add("User-Agent", "virga/" VIRGA_VERSION);
  return out;
}

Result<std::optional<InstanceMetadata>> InstanceMetadata::open(const ChainParts& parts) {
  const auto& settings = parts.settings;
  VIRGA_TRY_ASSIGN(const bool off, settings.flag(Setting::ec2_metadata_disabled));
  if (off) {
    return std::nullopt;
  }
  InstanceMetadata out;
  VIRGA_TRY_ASSIGN(out.base_url_, base_url(settings));
  VIRGA_TRY_ASSIGN(const auto timeout, settings.real(Setting::metadata_service_timeout));
  VIRGA_TRY_ASSIGN(const auto attempts, settings.integer(Setting::metadata_service_num_attempts));
  VIRGA_TRY_ASSIGN(const bool no_v1, settings.flag(Setting::ec2_metadata_v1_disabled));
  constexpr std::int64_t k_most_attempts = 100;
  out.attempts_ = std::clamp<std::int64_t>(attempts.value_or(1), 1, k_most_attempts);
  const ProviderContext context(parts);
  out.transport_ = open_metadata_transport(context, timeout.value_or(1));
  bool reached = false;
  for (std::int64_t attempt = 0; attempt < out.attempts_; ++attempt) {
    http::Request ask = out.request("latest/api/token", "PUT");
    ask.headers.add("x-aws-ec2-metadata-token-ttl-seconds", "21600");
    auto answer = out.transport_->send(ask);
    if (!answer && answer.error().code == ErrorCode::interrupted) {
      return fail(std::move(answer).error());
    }
    constexpr int k_bad_request = 400;
    if (answer && answer->status == k_bad_request) {
      return std::nullopt;
    }
    const bool unreachable = !answer && (answer.error().network == NetworkFailure::connect ||
                                         answer.error().network == NetworkFailure::connect_timeout);
    reached = reached || !unreachable;
    if (answer && answer->status == k_ok) {
      out.token_ = std::move(answer->body);
      break;
    }
    const bool retries = unreachable || (answer && answer->status >= 500) ||
                         (!answer && answer.error().network != NetworkFailure::read_timeout);
    if (!retries) {
      break;
    }
  }
  if (out.token_.empty() && no_v1) {
    return fail(ErrorCode::general,
                "Error retrieving metadata: Unable to retrieve token for use in IMDSv2 call and "
                "IMDSv1 has been disabled");
  }
  // Where no connection comes about for a token, none will for the rest: nobody waits for that.
  return reached ? std::optional(std::move(out)) : std::nullopt;
}

Result<std::optional<std::string>> InstanceMetadata::get(
    std::string_view path, const std::function<bool(const std::string&)>& accepts) {
  http::Request ask = request(path, "GET");
  if (ask.host.empty()) {
    return std::nullopt;
  }
  if (!token_.empty()) {
    ask.headers.add("x-aws-ec2-metadata-token", token_);
  }
  for (std::int64_t attempt = 0; attempt < attempts_; ++attempt) {
    auto answer = transport_->send(ask);
    if (!answer && answer.error().code == ErrorCode::interrupted) {
      return fail(std::move(answer).error());
    }
    if (answer && answer->status == k_ok && !answer->body.empty() &&
        (!accepts || accepts(answer->body))) {
      return std::optional(std::move(answer->body));
    }
  }
  return std::nullopt;
}

Result<std::optional<std::string>> region_of_instance(const ChainParts& parts) {
  VIRGA_TRY_ASSIGN(auto metadata, InstanceMetadata::open(parts));
  if (!metadata) {
    return std::nullopt;
  }
  VIRGA_TRY_ASSIGN(auto zone, metadata->get("latest/meta-data/placement/availability-zone/"));
  const bool plain = zone && std::all_of(zone->begin(), zone->end(), [](char c) {
                       return is_ascii_alnum(c) || c == '-';
                     });
  if (!plain) {
    return std::nullopt;
  }
  zone->pop_back();  // the zone's letter
  return zone;
}

}  // namespace virga::auth
