// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <optional>
#include <string>

#include "base/result.hpp"
#include "http/message.hpp"
#include "model/catalog.hpp"
#include "value/value.hpp"

namespace virga::engine {

/// Whether an S3 answer says that the call went to a region that the bucket is not in. Never for
/// access point ARNs. Source: botocore/utils.py, S3RegionRedirectorv2.
[[nodiscard]] bool is_wrong_region(const model::Operation& operation,
                                   const Value& params,
                                   const Error& error,
                                   const http::Response& response);

/// The region that an S3 answer, of whatever status, says the bucket is in: the header
/// x-amz-bucket-region or the error's Region.
[[nodiscard]] std::optional<std::string> bucket_region(const http::Response& response);

}  // namespace virga::engine
