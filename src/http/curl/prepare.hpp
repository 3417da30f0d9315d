// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "base/result.hpp"
#include "http/curl/transfer.hpp"
#include "http/message.hpp"

namespace virga::http::curl {

/// Sets transfer.easy up for transfer.request, so that exactly that request goes out: path, query
/// and headers as they are, plus Host and Content-Length, and nothing of libcurl's own. Errors:
/// validation, for what would not be one HTTP request (a line break in a header, a blank in the
/// path).
[[nodiscard]] Status prepare(Transfer& transfer, const TransportOptions& options);

}  // namespace virga::http::curl
