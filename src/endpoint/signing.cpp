// SPDX-License-Identifier: Apache-2.0
#include "endpoint/signing.hpp"

#include <algorithm>
#include <array>
#include <vector>

#include "base/strings.hpp"

namespace virga::endpoint {
namespace {

using model::Document;

constexpr std::array<std::string_view, 8> k_versions = {
    "v2", "v3", "v3https", "s3", "v4", "s3v4", "v4-s3express", "bearer"};

bool is_supported(std::string_view version, const EndpointParams& params) {
  return std::find(k_versions.begin(), k_versions.end(), version) != k_versions.end() ||
         (params.sigv4a_supported && (version == "v4a" || version == "s3v4a"));
}

/// The last part of a scheme's name: "aws.auth#sigv4" → "sigv4".
std::string_view short_name(std::string_view scheme) {
  return scheme.substr(scheme.rfind('#') + 1);
}

/// The signature version of a modeled scheme; empty if unknown.
std::string_view version_of(std::string_view scheme) {
  const auto name = short_name(scheme);
  if (name == "sigv4") {
    return "v4";
  }
  if (name == "sigv4a") {
    return "v4a";
  }
  if (name == "httpBearerAuth") {
    return "bearer";
  }
  return name == "noAuth" ? "none" : "";
}

tl::unexpected<Error> unknown_version(std::string_view version) {
  return fail(ErrorCode::general, concat("Unknown Signature Version: ", version, "."));
}

tl::unexpected<Error> unsupported_versions(std::string_view versions) {
  return fail(ErrorCode::general, concat("Signature version(s) are not supported: ", versions));
}

/// The first scheme of a model's auth trait that is supported.
Result<std::string> first_supported(Document schemes, const EndpointParams& params) {
  std::string names;
  for (std::uint32_t i = 0; i < schemes.size(); ++i) {
    const auto scheme = schemes.at(i).text();
    const auto version = version_of(scheme);
    if (version.empty()) {
      return unknown_version(scheme);
    }
    if (version == "none" || is_supported(version, params)) {
      return std::string(version);
    }
    append(names, names.empty() ? "'" : ", '", scheme, '\'');
  }
  return unsupported_versions(concat('[', names, ']'));
}

std::vector<std::string_view> names_of(Document schemes) {
  std::vector<std::string_view> names;
  for (std::uint32_t i = 0; i < schemes.size(); ++i) {
    names.push_back(short_name(schemes.at(i).text()));
  }
  return names;
}

/// The signature version of the first preferred scheme among the offered ones, or else of the
/// first offered one.
Result<std::string> preferred(const std::vector<std::string_view>& offered,
                              const EndpointParams& params) {
  std::vector<std::string_view> order;
  for (const auto part : split(params.auth_scheme_preference, ',')) {
    if (const auto name = trim(part);
        std::find(offered.begin(), offered.end(), name) != offered.end()) {
      order.push_back(name);
    }
  }
  order.insert(order.end(), offered.begin(), offered.end());
  for (const auto name : order) {
    const auto version = version_of(name);
    if (version == "none" || is_supported(version, params)) {
      return std::string(version);
    }
  }
  std::vector<std::string> names(offered.begin(), offered.end());
  std::sort(names.begin(), names.end());
  return unsupported_versions(join(names, ", "));
}

Result<std::string> service_version(const model::Service& service,
                                    const EndpointParams& params,
                                    const ClientSigning& client) {
  if (!params.signature_version.empty()) {
    return params.signature_version;
  }
  const auto metadata = service.metadata();
  const auto prefix = metadata.text("endpointPrefix");
  if (prefix == "s3" || prefix == "s3-control") {
    return std::string("s3v4");
  }
  if (const auto schemes = metadata.find("auth"); schemes.size() > 0) {
    return first_supported(schemes, params);
  }
  if (const auto version = metadata.text("signatureVersion"); !version.empty()) {
    return is_supported(version, params)
               ? Result<std::string>(std::string(version))
               : Result<std::string>(unknown_version(concat("['", version, "']")));
  }
  std::string known;
  for (std::uint32_t i = 0; i < client.signature_versions.size(); ++i) {
    const auto version = client.signature_versions.at(i).text();
    if (version == "v4") {
      return std::string(version);
    }
    if (known.empty() && is_supported(version, params)) {
      known = version;
    }
  }
  return known.empty() ? Result<std::string>(std::string("v4")) : Result<std::string>(known);
}

/// The operation's own auth type; empty if it has none.
Result<std::string> operation_auth(const model::Operation& operation,
                                   const EndpointParams& params) {
  const auto schemes = operation.trait("auth");
  if (schemes.size() == 0) {
    return std::string(operation.auth_type());
  }
  return params.auth_scheme_preference.empty() ? first_supported(schemes, params)
                                               : preferred(names_of(schemes), params);
}

std::string_view without_sig(std::string_view name) {
  return name.starts_with("sig") ? name.substr(3) : name;
}

/// The scheme of the endpoint that is used, with its auth type.
struct Chosen {
  const AuthScheme* scheme = nullptr;
  std::string auth_type;
};

Result<Chosen> choose_scheme(const Endpoint& endpoint, const EndpointParams& params) {
  std::vector<std::string_view> names;
  for (const auto& scheme : endpoint.auth_schemes) {
    names.push_back(short_name(scheme.name));
  }
  std::string wanted;
  if (!params.auth_scheme_preference.empty()) {
    VIRGA_TRY_ASSIGN(wanted, preferred(names, params));
  }
  bool needs_sigv4a = false;
  std::vector<std::string> versions;
  for (const auto& scheme : endpoint.auth_schemes) {
    const auto version = without_sig(short_name(scheme.name));
    if (wanted.empty() ? is_supported(version, params) : version == wanted) {
      return Chosen{&scheme, std::string(version)};
    }
    needs_sigv4a = needs_sigv4a || version == "v4a";
    versions.emplace_back(version);
  }
  if (needs_sigv4a) {
    return fail(ErrorCode::general,
                "Missing Dependency: This operation requires an additional dependency. Use pip "
                "install botocore[crt] before proceeding.");
  }
  return unknown_version(join(versions, ", "));
}

/// Operations that are called without credentials though their models do not say so.
bool is_never_signed(const model::Operation& operation) {
  constexpr std::array<std::pair<std::string_view, std::string_view>, 6> k_unsigned = {{
      {"cognito-identity", "GetId"},
      {"cognito-identity", "GetOpenIdToken"},
      {"cognito-identity", "UnlinkIdentity"},
      {"cognito-identity", "GetCredentialsForIdentity"},
      {"sts", "AssumeRoleWithSAML"},
      {"sts", "AssumeRoleWithWebIdentity"},
  }};
  const std::pair key(operation.service().name(), operation.name());
  return std::find(k_unsigned.begin(), k_unsigned.end(), key) != k_unsigned.end();
}

bool is_s3_name(std::string_view name) {
  return name == "s3" || name == "s3-outposts" || name == "s3-object-lambda" || name == "s3express";
}

/// The signature version for an operation or endpoint that has an auth type; empty if the type
/// says nothing.
std::string version_of_auth_type(std::string_view auth_type, std::string_view signing_name) {
  if (auth_type == "none" || auth_type == "bearer" || auth_type == "v4-s3express") {
    return std::string(auth_type);
  }
  if (!auth_type.starts_with("v4")) {
    return {};
  }
  return concat(is_s3_name(signing_name) ? "s3" : "", auth_type == "v4a" ? "v4a" : "v4");
}

/// The service's version after the preference of schemes and bearer tokens in the environment.
Result<std::string> adjust_service_version(const model::Service& service,
                                           std::string version,
                                           std::string_view signing_name,
                                           const EndpointParams& params) {
  const auto offered = names_of(service.metadata().find("auth"));
  if (!params.auth_scheme_preference.empty() && !offered.empty()) {
    VIRGA_TRY_ASSIGN(version, preferred(offered, params));
  }
  const bool takes_tokens =
      std::find(offered.begin(), offered.end(), "httpBearerAuth") != offered.end();
  if (signing_name == "bedrock" && takes_tokens && params.bearer_token_in_environment) {
    version = "bearer";
  }
  return version;
}

bool needs_region(std::string_view version) {
  return version.starts_with("v4") || version.starts_with("s3v4");
}

/// The region set of SigV4a: configured, the endpoint's, or everywhere.
std::string region_set(const EndpointParams& params, std::string_view endpoint_region) {
  if (!params.sigv4a_signing_region_set.empty()) {
    return params.sigv4a_signing_region_set;
  }
  return endpoint_region.empty() ? "*" : std::string(endpoint_region);
}

std::string region_of(const AuthScheme* scheme) {
  if (scheme == nullptr) {
    return {};
  }
  return scheme->signing_region.empty() ? join(scheme->signing_region_set, ",")
                                        : scheme->signing_region;
}

void add_presign_suffix(SigningScope& scope,
                        const EndpointParams& params,
                        const ClientSigning& client) {
  if (!params.presign || scope.signature_version == "none") {
    return;
  }
  if (client.legacy_presign && !scope.signature_version.starts_with("v4-s3express") &&
      scope.signature_version.find("v4a") == std::string::npos) {
    scope.signature_version = "s3";
  }
  if (scope.signature_version != "bearer") {
    scope.signature_version += "-query";
  }
}

}  // namespace

Result<SigningScope> signing_scope(const model::Operation& operation,
                                   const Endpoint& endpoint,
                                   const EndpointParams& params,
                                   const ClientSigning& client) {
  SigningScope scope;
  scope.signing_name = client.name;
  scope.signing_region = client.region;
  if (!params.sign || is_never_signed(operation)) {
    scope.signature_version = "none";
    return scope;
  }
  VIRGA_TRY_ASSIGN(std::string version, service_version(operation.service(), params, client));
  Chosen chosen;
  // Presigning looks at the service and the endpoint only.
  if (!endpoint.auth_schemes.empty()) {
    VIRGA_TRY_ASSIGN(chosen, choose_scheme(endpoint, params));
  } else if (!params.presign) {
    VIRGA_TRY_ASSIGN(chosen.auth_type, operation_auth(operation, params));
  }
  const std::string endpoint_region = client.keep_endpoint_region ? region_of(chosen.scheme) : "";
  if (chosen.scheme != nullptr) {
    scope.disable_double_encoding = chosen.scheme->disable_double_encoding;
    if (!chosen.scheme->signing_name.empty()) {
      scope.signing_name = chosen.scheme->signing_name;
    }
  }
  if (!endpoint_region.empty()) {
    scope.signing_region = endpoint_region;
  }

  std::string by_type = version_of_auth_type(chosen.auth_type, scope.signing_name);
  if (operation.service().name() == "importexport" && params.signature_version.empty()) {
    scope.signature_version = "v4";  // modeled as v2, but all regions take v4
  } else if (!by_type.empty()) {
    scope.signature_version = std::move(by_type);
  } else {
    version = chosen.auth_type.empty() ? version : chosen.auth_type;
    VIRGA_TRY_ASSIGN(
        scope.signature_version,
        adjust_service_version(operation.service(), version, scope.signing_name, params));
  }
  scope.unsigned_payload = !params.presign && chosen.auth_type.starts_with("v4") &&
                           (operation.has(model::OperationFlag::unsigned_payload) ||
                            chosen.auth_type == "v4-unsigned-body");
  if (scope.signature_version.ends_with("v4a")) {
    scope.signing_region = region_set(params, endpoint_region);
  } else if (client.region.empty() && needs_region(scope.signature_version)) {
    return fail(no_region_error());
  }
  add_presign_suffix(scope, params, client);
  return scope;
}

}  // namespace virga::endpoint
