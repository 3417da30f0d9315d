// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "base/result.hpp"
#include "cli/global_options.hpp"
#include "commands/command.hpp"
#include "commands/session_pool.hpp"
#include "model/catalog.hpp"

namespace virga::commands {

/// Where a call is made that is made in many places.
struct Place {
  cli::GlobalOptions globals;          ///< with the place's region and profile
  std::string region;                  ///< empty if none is configured
  std::optional<std::string> profile;  ///< where profiles were asked for
};

/// The places that --regions and --profiles name, profile by profile. "all" regions are those that
/// EC2 says are enabled in the profile's account, as far as the service is listed there; if EC2
/// cannot be asked, those that are listed. "all" of a service that has no regions is the configured
/// one. Names with * and ? are patterns of "all".
///
/// Errors: usage, for a name that matches nothing; those of the configuration.
[[nodiscard]] Result<std::vector<Place>> find_places(const cli::YieldingOptions& wanted,
                                                     const model::Service& service,
                                                     const model::Catalog& catalog,
                                                     SessionPool& sessions,
                                                     Context& context);

}  // namespace virga::commands
