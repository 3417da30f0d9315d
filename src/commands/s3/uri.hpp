// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <string_view>

#include "base/result.hpp"

namespace virga::commands {

/// Where an S3 command points.
struct S3Place {
  std::string bucket;  ///< a name, or the ARN of an access point; may be empty
  std::string key;     ///< or the beginning of keys; may be empty
};

/// Reads "s3://bucket/key" or "bucket/key", where the bucket may be the ARN of an access point
/// (":" or "/" between its parts).
/// Errors: validation, for the ARNs that S3 commands do not take.
/// Source: awscli: customizations/s3/utils.py.
[[nodiscard]] Result<S3Place> parse_s3_place(std::string_view text);

}  // namespace virga::commands
