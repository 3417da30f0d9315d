// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <string_view>

#include "auth/providers/context.hpp"
#include "auth/service_caller.hpp"

namespace virga::auth {

/// Makes a call, and learns from it how far off the clock is.
[[nodiscard]] Result<Value> call_service(ProviderContext& context, const ServiceRequest& request);

/// Makes a call that gets a role, and gives its answer the form that the AWS CLI keeps: its times
/// as text, and the account of the role with the credentials.
/// Errors: those of the call; general, for an answer without credentials.
[[nodiscard]] Result<Value> call_sts(ProviderContext& context,
                                     const ServiceRequest& request,
                                     std::string_view provider);

/// "botocore-session-<seconds>", as the AWS CLI names sessions that nobody named: policies may
/// count on it.
[[nodiscard]] std::string default_session_name(const ProviderContext& context);

/// The fifth part; empty if it is no ARN.
[[nodiscard]] std::string account_of_arn(std::string_view arn);

/// The whole file; errors in Python's words: `[Errno 2] No such file or directory: 'PATH'`.
[[nodiscard]] Result<std::string> read_as_python(const std::string& path);

}  // namespace virga::auth
