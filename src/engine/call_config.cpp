// SPDX-License-Identifier: Apache-2.0
#include "engine/call_config.hpp"

#include "auth/credentials.hpp"
#include "base/strings.hpp"

namespace virga::engine {
namespace {

using config::Setting;

Result<std::string> text_or_empty(const config::Settings& settings, Setting setting) {
  VIRGA_TRY_ASSIGN(auto value, settings.text(setting));
  return value.value_or("");
}

endpoint::AddressingStyle addressing_style(const std::string& name) {
  if (name == "path") {
    return endpoint::AddressingStyle::path;
  }
  return name == "virtual" ? endpoint::AddressingStyle::virtual_host
                           : endpoint::AddressingStyle::automatic;
}

Status read_s3(const config::Settings& settings, CallConfig& out) {
  auto& endpoint = out.endpoint;
  VIRGA_TRY_ASSIGN(const auto style, text_or_empty(settings, Setting::s3_addressing_style));
  endpoint.s3_addressing_style = addressing_style(style);
  VIRGA_TRY_ASSIGN(endpoint.s3_accelerate, settings.flag(Setting::s3_use_accelerate_endpoint));
  VIRGA_TRY_ASSIGN(const auto dual_stack, settings.boolean(Setting::s3_use_dualstack_endpoint));
  endpoint.use_dual_stack = dual_stack.value_or(endpoint.use_dual_stack);
  VIRGA_TRY_ASSIGN(endpoint.s3_use_arn_region, settings.boolean(Setting::s3_use_arn_region));
  VIRGA_TRY_ASSIGN(endpoint.s3_disable_mrap,
                   settings.flag(Setting::s3_disable_multiregion_access_points));
  VIRGA_TRY_ASSIGN(endpoint.s3_disable_express_session_auth,
                   settings.boolean(Setting::s3_disable_express_session_auth));
  VIRGA_TRY_ASSIGN(const auto us_east_1,
                   text_or_empty(settings, Setting::s3_us_east_1_regional_endpoint));
  endpoint.s3_legacy_global_endpoint = us_east_1 == "legacy";
  endpoint.s3_legacy_presign = out.compat_v1;
  VIRGA_TRY_ASSIGN(out.payload_signing, settings.boolean(Setting::s3_payload_signing_enabled));
  return {};
}

Status read_endpoint(const config::Settings& settings,
                     const model::Service& service,
                     CallConfig& out) {
  auto& endpoint = out.endpoint;
  VIRGA_TRY_ASSIGN(endpoint.region, text_or_empty(settings, Setting::region));
  VIRGA_TRY_ASSIGN(endpoint.use_fips, settings.flag(Setting::use_fips_endpoint));
  VIRGA_TRY_ASSIGN(endpoint.use_dual_stack, settings.flag(Setting::use_dualstack_endpoint));
  VIRGA_TRY_ASSIGN(endpoint.endpoint_url, settings.endpoint_url(service.metadata("serviceId")));
  VIRGA_TRY_ASSIGN(endpoint.account_id_endpoint_mode,
                   text_or_empty(settings, Setting::account_id_endpoint_mode));
  VIRGA_TRY_ASSIGN(const auto sts, text_or_empty(settings, Setting::sts_regional_endpoints));
  endpoint.sts_legacy_global_endpoint = sts == "legacy";
  VIRGA_TRY_ASSIGN(endpoint.auth_scheme_preference,
                   text_or_empty(settings, Setting::auth_scheme_preference));
  VIRGA_TRY_ASSIGN(endpoint.sigv4a_signing_region_set,
                   text_or_empty(settings, Setting::sigv4a_signing_region_set));
  endpoint.bearer_token_in_environment =
      auth::bearer_token_from_environment(settings.environment(), service.signing_name())
          .has_value();
  endpoint.sigv4a_supported = !out.compat_v1;
  if (service.name() == "s3" || service.name() == "s3control") {
    VIRGA_TRY(read_s3(settings, out));
  }
  return {};
}

}  // namespace

Result<CallConfig> read_call_config(const config::Settings& settings,
                                    const model::Service& service,
                                    bool sign_requests) {
  CallConfig out;
  out.compat_v1 = settings.compat() == config::Compat::v1;
  VIRGA_TRY(read_endpoint(settings, service, out));
  out.endpoint.sign = sign_requests;
  if (!settings.is_option(Setting::endpoint_url)) {
    VIRGA_TRY_ASSIGN(const auto discovery,
                     text_or_empty(settings, Setting::endpoint_discovery_enabled));
    out.endpoint_discovery = to_lower(trim(discovery));
  }
  VIRGA_TRY_ASSIGN(out.checksum_calculation,
                   text_or_empty(settings, Setting::request_checksum_calculation));
  VIRGA_TRY_ASSIGN(out.checksum_validation,
                   text_or_empty(settings, Setting::response_checksum_validation));
  VIRGA_TRY_ASSIGN(const bool no_compression, settings.flag(Setting::disable_request_compression));
  out.compress_requests = !no_compression;
  VIRGA_TRY_ASSIGN(const auto min_bytes,
                   settings.integer(Setting::request_min_compression_size_bytes));
  out.min_compression_bytes = min_bytes.value_or(0);
  VIRGA_TRY_ASSIGN(const bool no_prefix, settings.flag(Setting::disable_host_prefix_injection));
  out.inject_host_prefix = !no_prefix;
  VIRGA_TRY_ASSIGN(out.validate_parameters, settings.flag(Setting::parameter_validation));
  const auto& environment = settings.environment();
  if (environment.get("AWS_LAMBDA_FUNCTION_NAME")) {
    out.trace_id = environment.get("_X_AMZN_TRACE_ID").value_or("");
  }
  VIRGA_TRY_ASSIGN(const auto app, text_or_empty(settings, Setting::user_agent_appid));
  out.user_agent = concat("virga/" VIRGA_VERSION, app.empty() ? "" : " app/", app);
  return out;
}

}  // namespace virga::engine
