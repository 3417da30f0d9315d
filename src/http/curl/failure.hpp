// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <curl/curl.h>

#include "base/result.hpp"
#include "http/curl/transfer.hpp"

namespace virga::http::curl {

/// What went wrong with an exchange, in the words of botocore/exceptions.py.
[[nodiscard]] Error explain(const Transfer& transfer,
                            CURLcode code,
                            const TransportOptions& options);

/// The peer was silent for longer than the read timeout.
[[nodiscard]] Error read_timeout(const Transfer& transfer);

[[nodiscard]] Error interrupted();

}  // namespace virga::http::curl
