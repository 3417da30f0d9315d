// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <memory>

#include "base/clock.hpp"
#include "base/result.hpp"
#include "cli/global_options.hpp"
#include "config/environment.hpp"
#include "config/virga_config.hpp"
#include "limit/limiter.hpp"

namespace virga::cli {

/// The limiter of the program, as options and the [limit] of config.toml say. The clock is
/// borrowed. Errors: usage and configuration, for what is no number or range.
[[nodiscard]] Result<std::shared_ptr<limit::Limiter>> make_limiter(
    const LimitOptions& options,
    const config::VirgaConfig& config,
    const config::Environment& environment,
    const Clock& clock);

}  // namespace virga::cli
