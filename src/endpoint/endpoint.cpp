// SPDX-License-Identifier: Apache-2.0
#include "endpoint/endpoint.hpp"

#include <algorithm>
#include <array>

#include "base/strings.hpp"
#include "endpoint/errors.hpp"
#include "endpoint/parameters.hpp"
#include "endpoint/regions.hpp"
#include "endpoint/rules/evaluate.hpp"
#include "endpoint/rules/url.hpp"
#include "endpoint/signing.hpp"

namespace virga::endpoint {
namespace {

/// Regions that used sts.amazonaws.com before STS had regional endpoints (botocore: args.py,
/// LEGACY_GLOBAL_STS_REGIONS).
constexpr std::array<std::string_view, 16> k_legacy_sts_regions = {"ap-northeast-1",
                                                                   "ap-south-1",
                                                                   "ap-southeast-1",
                                                                   "ap-southeast-2",
                                                                   "aws-global",
                                                                   "ca-central-1",
                                                                   "eu-central-1",
                                                                   "eu-north-1",
                                                                   "eu-west-1",
                                                                   "eu-west-2",
                                                                   "eu-west-3",
                                                                   "sa-east-1",
                                                                   "us-east-1",
                                                                   "us-east-2",
                                                                   "us-west-1",
                                                                   "us-west-2"};

bool is_legacy_sts_region(std::string_view region) {
  return std::find(k_legacy_sts_regions.begin(), k_legacy_sts_regions.end(), region) !=
         k_legacy_sts_regions.end();
}

bool is_s3_accelerate_url(std::string_view url) {
  const UrlParts parts = split_url(url);
  const auto labels = split(parts.authority, '.');
  const bool plain = labels.size() == 3;
  const bool dual_stack = labels.size() == 4 && labels[1] == "dualstack";
  return parts.authority.ends_with("amazonaws.com") && labels[0] == "s3-accelerate" &&
         (plain || dual_stack) && (parts.scheme == "https" || parts.scheme == "http");
}

/// The client that botocore would make for the service: what does not depend on the call.
struct Client {
  std::string prefix;  ///< endpointPrefix
  std::string region;  ///< configured, without "fips-"; may be empty
  bool use_fips = false;
  bool s3_global = false;     ///< the legacy global endpoint stands in for us-east-1
  RegionalEndpoint regional;  ///< what endpoints.json says
  std::string name;           ///< the region by which the endpoint goes; may be empty
  std::string url;            ///< the configured endpoint, or that of endpoints.json
  ClientSigning signing;
};

/// A region such as us-gov-west-1-fips or fips-us-east-1 asks for FIPS.
void normalize_region(Client& client) {
  const std::string plain = replace_all(replace_all(client.region, "fips-", ""), "-fips", "");
  client.use_fips = client.use_fips || plain != client.region;
  client.region = plain;
}

Status locate(const model::Catalog& catalog, Client& client, const EndpointParams& params) {
  const RegionQuery query{client.prefix,
                          client.s3_global ? std::string_view() : client.region,
                          client.use_fips,
                          params.use_dual_stack};
  VIRGA_TRY_ASSIGN(client.regional, find_regional_endpoint(catalog.endpoints(), query));
  const auto& regional = client.regional;
  if (params.endpoint_url) {
    client.url = *params.endpoint_url;
    client.name = query.region;
    client.signing.region = query.region;
  } else {
    client.url = regional.url();
    client.name = regional.name;
    client.signing.region =
        regional.credential_region.empty() ? regional.name : regional.credential_region;
  }
  return {};
}

/// What is special about the regions of S3 and STS.
Status adapt(const model::Catalog& catalog, Client& client, const EndpointParams& params) {
  if (client.prefix == "s3") {
    if (client.name.empty()) {
      // A custom endpoint without a region is signed for as the global one.
      VIRGA_TRY_ASSIGN(
          const auto global,
          find_regional_endpoint(catalog.endpoints(),
                                 {client.prefix, {}, client.use_fips, params.use_dual_stack}));
      client.name = global.name;
      client.signing.region =
          global.credential_region.empty() ? global.name : global.credential_region;
    }
    if (client.s3_global && client.name == "aws-global") {
      client.name = "us-east-1";
    }
  }
  if (client.prefix == "sts" && params.sts_legacy_global_endpoint && !params.endpoint_url &&
      !client.use_fips && !params.use_dual_stack && is_legacy_sts_region(client.region)) {
    client.url = "https://sts.amazonaws.com";
    client.signing.region = "us-east-1";
  }
  return {};
}

Result<Client> make_client(const model::Catalog& catalog,
                           const model::Service& service,
                           const EndpointParams& params) {
  VIRGA_TRY(check_region(params.region));
  Client client;
  const auto metadata = service.metadata();
  client.prefix = metadata.text("endpointPrefix");
  client.region = params.region;
  client.use_fips = params.use_fips;
  normalize_region(client);
  client.s3_global = client.prefix == "s3" && params.s3_legacy_global_endpoint &&
                     (client.region.empty() || client.region == "us-east-1");
  VIRGA_TRY(locate(catalog, client, params));
  VIRGA_TRY(adapt(catalog, client, params));
  if (!is_valid_endpoint_url(client.url)) {
    return fail(ErrorCode::general, concat("Invalid endpoint: ", client.url));
  }
  const auto modeled_name = metadata.text("signingName");
  if (!client.regional.credential_service.empty()) {
    client.signing.name = client.regional.credential_service;
  } else {
    client.signing.name = modeled_name.empty() ? metadata.text("endpointPrefix") : modeled_name;
  }
  client.signing.signature_versions = client.regional.signature_versions;
  return client;
}

bool forces_path_style(const EndpointParams& params) {
  if (params.s3_accelerate) {
    return false;
  }
  if (params.endpoint_url && !is_s3_accelerate_url(*params.endpoint_url)) {
    return params.s3_addressing_style != AddressingStyle::virtual_host;
  }
  return params.s3_addressing_style == AddressingStyle::path;
}

/// Whether a presigned S3 URL goes to s3.amazonaws.com, as the AWS CLI v1 has it.
bool presigns_globally(const Client& client,
                       const EndpointParams& params,
                       std::string_view bucket,
                       bool path_style) {
  return params.presign && params.s3_legacy_presign && client.regional.partition == "aws" &&
         !params.use_dual_stack && params.s3_addressing_style != AddressingStyle::virtual_host &&
         (params.s3_legacy_global_endpoint || client.name != "us-east-1") && !path_style &&
         (bucket.empty() || is_valid_host_label(bucket, false)) && !is_arn(bucket) &&
         !bucket.ends_with("--x-s3");
}

Builtins make_builtins(const model::Operation& operation,
                       const Client& client,
                       const EndpointParams& params,
                       std::string_view bucket) {
  Builtins builtins;
  // Only S3 and STS go by the endpoint's name (botocore: args.py, _build_endpoint_resolver).
  const bool by_name = client.prefix == "s3" || client.prefix == "sts" || client.region.empty();
  builtins.region = by_name ? std::string_view(client.name) : std::string_view(client.region);
  builtins.use_fips = client.use_fips && !params.endpoint_url;
  builtins.use_dual_stack = params.use_dual_stack && !params.endpoint_url;
  builtins.sts_use_global_endpoint =
      params.sts_legacy_global_endpoint && is_legacy_sts_region(builtins.region);
  builtins.s3_use_global_endpoint = params.s3_legacy_global_endpoint &&
                                    (builtins.region.empty() || builtins.region == "us-east-1");
  builtins.s3_force_path_style = forces_path_style(params);
  if (operation.service().name() == "s3") {
    if (operation.name() == "GetBucketLocation") {
      // Path style spares the caller a signature for a region that only the answer tells.
      builtins.s3_force_path_style = true;
    } else if (is_arn(bucket)) {
      builtins.s3_force_path_style = false;
    }
    if (presigns_globally(client, params, bucket, builtins.s3_force_path_style)) {
      builtins.region = "aws-global";
      builtins.s3_use_global_endpoint = true;
    }
  }
  return builtins;
}

/// Signature Version 2 for presigned URLs where S3 still takes it.
bool presigns_with_v2(const model::Catalog& catalog,
                      const model::Operation& operation,
                      const Client& client,
                      const EndpointParams& params) {
  if (!params.presign || !params.s3_legacy_presign || operation.service().name() != "s3" ||
      !params.signature_version.empty()) {
    return false;
  }
  if (client.name != "aws-global" &&
      !lists_region(catalog.endpoints(), client.regional.partition, client.prefix, client.name)) {
    return false;
  }
  const auto found = find_regional_endpoint(
      catalog.endpoints(), {client.prefix, client.name, client.use_fips, params.use_dual_stack});
  for (std::uint32_t i = 0; found && i < found->signature_versions.size(); ++i) {
    if (found->signature_versions.at(i).text() == "s3") {
      return true;
    }
  }
  return false;
}

}  // namespace

Result<Resolution> resolve(const model::Catalog& catalog,
                           const model::Operation& operation,
                           const Value& input,
                           const EndpointParams& params) {
  const auto service = operation.service();
  VIRGA_TRY_ASSIGN(Client client, make_client(catalog, service, params));
  const std::string_view bucket = input.text("Bucket");
  Resolution result;
  result.region = client.name;
  if (const auto rules = service.endpoint_rules(); rules.is_null()) {
    result.endpoint.url = client.url;
  } else {
    const Builtins builtins = make_builtins(operation, client, params, bucket);
    Arena arena;
    const auto parameters = rule_parameters(operation, input, params, builtins, arena);
    auto endpoint = evaluate_rules(rules, catalog.partitions(), parameters, arena);
    if (!endpoint) {
      return fail(rule_error(service.name(), std::move(endpoint).error(), bucket));
    }
    result.endpoint = std::move(*endpoint);
  }
  client.signing.legacy_presign = presigns_with_v2(catalog, operation, client, params);
  client.signing.keep_endpoint_region = !params.presign || is_arn(bucket);
  VIRGA_TRY_ASSIGN(result.signing,
                   signing_scope(operation, result.endpoint, params, client.signing));
  return result;
}

EndpointParts split_endpoint(std::string_view url) {
  const UrlParts parts = split_url(url);
  return {parts.scheme, parts.authority, parts.path};
}

std::string request_path(const model::Operation& operation,
                         const Endpoint& endpoint,
                         std::string_view request_path) {
  if (drops_bucket(operation)) {
    const auto end = request_path.find('/', 1);
    request_path = end == std::string_view::npos ? "" : request_path.substr(end);
  }
  const std::string_view base = split_endpoint(endpoint.url).path;
  if (request_path.empty() || request_path == "/") {
    return base.empty() ? "/" : std::string(base);
  }
  return concat(
      base.ends_with('/') && request_path.starts_with('/') ? base.substr(0, base.size() - 1) : base,
      request_path);
}

bool drops_bucket(const model::Operation& operation) {
  const auto service = operation.service();
  return service.name() == "s3" && operation.uri().starts_with("/{Bucket}") &&
         !service.endpoint_rules().is_null();
}

bool drops_host_prefix(const model::Operation& operation) {
  return operation.host_prefix() == "{AccountId}." &&
         operation.trait("staticContextParams").find("RequiresAccountId").find("value").boolean();
}

Status check_region(std::string_view region) {
  const bool valid = region.size() <= 63 && !region.starts_with('-') && !region.ends_with('-') &&
                     std::all_of(region.begin(), region.end(), [](char c) {
                       return is_ascii_alnum(c) || c == '-';
                     });
  const bool digits_only =
      !region.empty() && std::all_of(region.begin(), region.end(), is_ascii_digit);
  if (!valid || digits_only) {
    return fail(ErrorCode::configuration,
                concat("Provided region_name '", region, "' doesn't match a supported format."));
  }
  return {};
}

Error no_region_error() {
  return {ErrorCode::configuration,
          "You must specify a region. You can also configure your region by running \"aws "
          "configure\".",
          std::nullopt,
          NetworkFailure::none};
}

}  // namespace virga::endpoint
