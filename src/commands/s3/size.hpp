// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <string>

namespace virga::commands {

/// "1 Byte", "10 Bytes", "1.5 MiB": a number of bytes as the AWS CLI's S3 commands show it.
/// Source: awscli: customizations/s3/utils.py, human_readable_size.
[[nodiscard]] std::string human_size(std::int64_t bytes);

}  // namespace virga::commands
