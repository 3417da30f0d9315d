// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "base/result.hpp"

namespace virga::http::curl {

/// Initialises libcurl (and with it OpenSSL) once in the process. Thread-safe.
[[nodiscard]] Status init_libcurl();

}  // namespace virga::http::curl
