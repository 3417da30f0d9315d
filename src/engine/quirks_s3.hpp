// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "base/result.hpp"
#include "http/message.hpp"
#include "model/catalog.hpp"

namespace virga::engine {

/// Replaces S3's messages of region and signature mistakes by ones that help, as the AWS CLI does
/// (awscli/customizations/s3errormsg.py), in the service's detail and, where it ends with the same
/// message, in the error's own. Does nothing for other services. With `compat_v1` an error without
/// a message becomes what v1 prints where it trips over that: "argument of type 'NoneType' is not
/// iterable".
void adjust_error(const model::Operation& operation,
                  const http::Response& response,
                  Error& error,
                  bool compat_v1 = false);

}  // namespace virga::engine
