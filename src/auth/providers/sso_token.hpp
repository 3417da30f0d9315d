// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>

#include "auth/providers/context.hpp"

namespace virga::auth {

/// A section [sso-session NAME].
struct SsoSession {
  std::string name;
  std::string start_url;
  std::string region;
};

/// The session's access token from ~/.aws/sso/cache, renewed with its refresh token from 15 minutes
/// before its end, by one process at a time. Errors: general, in the AWS CLI's words.
[[nodiscard]] Result<Secret> access_token_of_session(ProviderContext& context,
                                                     const SsoSession& session);

/// The token of a login without a session (older profiles), which cannot be renewed.
[[nodiscard]] Result<Secret> access_token_of_url(ProviderContext& context,
                                                 const std::string& start_url);

/// The session that the AWS CLI asks for a new login.
[[nodiscard]] tl::unexpected<Error> unauthorized_sso_error();

}  // namespace virga::auth
