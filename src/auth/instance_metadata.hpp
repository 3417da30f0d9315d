// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "auth/credentials.hpp"
#include "base/result.hpp"
#include "http/message.hpp"

namespace virga::auth {

/// The instance metadata service of EC2: version 2 with a session token, version 1 where the
/// service has no tokens and the settings do not forbid it. Thread-compatible.
/// Source: botocore/utils.py, IMDSFetcher.
class InstanceMetadata {
 public:
  /// Opens a session. None where the service is switched off (AWS_EC2_METADATA_DISABLED), cannot be
  /// reached or refuses. Errors: general, for an endpoint or mode that is none, and where only
  /// version 1 would be left and is disabled.
  [[nodiscard]] static Result<std::optional<InstanceMetadata>> open(const ChainParts& parts);

  /// The text at a path; none if the service does not give one that is not empty and `accepts`.
  [[nodiscard]] Result<std::optional<std::string>> get(
      std::string_view path, const std::function<bool(const std::string&)>& accepts = nullptr);

 private:
  InstanceMetadata() = default;

  [[nodiscard]] http::Request request(std::string_view path, std::string method) const;

  std::unique_ptr<http::Transport> transport_;
  std::string base_url_;
  std::int64_t attempts_ = 1;
  std::string token_;  // empty for version 1
};

/// The region of the instance that this runs on, which the AWS CLI uses where none is configured;
/// none where there is no metadata service.
[[nodiscard]] Result<std::optional<std::string>> region_of_instance(const ChainParts& parts);

}  // namespace virga::auth
