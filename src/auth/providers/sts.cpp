// SPDX-License-Identifier: Apache-2.0
#include "auth/providers/sts.hpp"

#include <cerrno>
#include <utility>

#include <sys/stat.h>

#include "auth/providers/temporary.hpp"
#include "base/files.hpp"
#include "base/strings.hpp"

namespace virga::auth {

Result<Value> call_service(ProviderContext& context, const ServiceRequest& request) {
  if (context.parts().services == nullptr) {
    return fail(ErrorCode::general,
                concat("There is no way to call ", request.service, " for credentials."));
  }
  VIRGA_TRY_ASSIGN(ServiceAnswer answer, context.parts().services->call(request));
  if (answer.clock_skew != std::chrono::microseconds(0)) {
    context.learn_clock_skew(answer.clock_skew);
  }
  return std::move(answer.output);
}

Result<Value> call_sts(ProviderContext& context,
                       const ServiceRequest& request,
                       std::string_view provider) {
  VIRGA_TRY_ASSIGN(const Value answer, call_service(context, request));
  const auto credentials = read_document(answer);
  if (!credentials) {
    return retrieval_error(
        provider,
        "Credential refresh failed, response did not contain: access_key, secret_key, token, "
        "expiry_time");
  }
  Value members = Map();
  members.as_map()->append("AccessKeyId", credentials->access_key_id);
  members.as_map()->append("SecretAccessKey", credentials->secret_access_key.reveal());
  members.as_map()->append("SessionToken", credentials->session_token.reveal());
  members.as_map()->append("Expiration", format_expiry(*credentials->expiry, "UTC"));
  Value document = Map();
  if (const Value* user = answer.find("AssumedRoleUser")) {
    if (std::string account = account_of_arn(user->text("Arn")); !account.empty()) {
      members.as_map()->append("AccountId", std::move(account));
    }
    document.as_map()->append("Credentials", std::move(members));
    document.as_map()->append("AssumedRoleUser", *user);
  } else {
    document.as_map()->append("Credentials", std::move(members));
  }
  return document;
}

std::string default_session_name(const ProviderContext& context) {
  const auto now = std::chrono::floor<std::chrono::seconds>(context.now());
  return concat("botocore-session-", now.time_since_epoch().count());
}

std::string account_of_arn(std::string_view arn) {
  constexpr std::size_t k_account = 4;
  constexpr std::size_t k_parts = 6;
  const auto parts = split(arn, ':');
  return parts.size() < k_parts || parts.front() != "arn" ? std::string()
                                                          : std::string(parts[k_account]);
}

Result<std::string> read_as_python(const std::string& path) {
  struct stat info {};

  if (stat(path.c_str(), &info) != 0) {
    return fail(ErrorCode::io, errno_text(errno, path));
  }
  return read_file(path);
}

}  // namespace virga::auth
