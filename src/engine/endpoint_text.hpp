// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>

#include "base/result.hpp"
#include "config/settings.hpp"
#include "model/catalog.hpp"

namespace virga::engine {

/// All that configuration says of where a service is, besides the region:
/// cache::Question::endpoint. Errors: those of the settings.
[[nodiscard]] Result<std::string> endpoint_text(const config::Settings& settings,
                                                const model::Service& service);

}  // namespace virga::engine
