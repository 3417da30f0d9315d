// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <string_view>

#include "base/result.hpp"
#include "endpoint/endpoint.hpp"
#include "model/catalog.hpp"
#include "model/document.hpp"

namespace virga::endpoint {

/// What is known of the service's client before any call: what holds where the endpoint says
/// nothing.
struct ClientSigning {
  std::string_view name;
  std::string region;                  ///< empty if there is none
  model::Document signature_versions;  ///< of endpoints.json, for models that name none
  bool legacy_presign = false;         ///< presigned S3 URLs are signed with Signature Version 2
  bool keep_endpoint_region = true;    ///< false: presigning for a bucket that is no ARN
};

/// Decides how one call is signed, as botocore's client, signer and "choose-signer" handlers do:
/// 1. the service: configuration, S3's own version, its auth trait, its signatureVersion;
/// 2. the operation: its auth trait or auth type;
/// 3. the endpoint: the first of its schemes that is supported or preferred;
/// 4. single operations that are never signed, the scheme preference and bearer tokens.
/// Errors: general (a signature version nobody knows), configuration (no region).
[[nodiscard]] Result<SigningScope> signing_scope(const model::Operation& operation,
                                                 const Endpoint& endpoint,
                                                 const EndpointParams& params,
                                                 const ClientSigning& client);

}  // namespace virga::endpoint
