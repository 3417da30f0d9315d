// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <optional>
#include <string>

#include "base/result.hpp"
#include "http/message.hpp"
#include "model/catalog.hpp"
#include "value/value.hpp"

namespace virga::engine {

/// The region that an S3 bucket is in, where the answer says that the call went to a wrong one:
/// from the header x-amz-bucket-region or the error's Region. Nothing for other errors, other
/// services, and access point ARNs. Source: botocore/utils.py, S3RegionRedirectorv2.
[[nodiscard]] std::optional<std::string> redirect_region(const model::Operation& operation,
                                                         const Value& params,
                                                         const Error& error,
                                                         const http::Response& response);

}  // namespace virga::engine
