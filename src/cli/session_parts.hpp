// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "base/clock.hpp"
#include "cli/global_options.hpp"
#include "config/settings.hpp"
#include "engine/session.hpp"
#include "model/catalog.hpp"
#include "output/formatter.hpp"

namespace virga::cli {

/// The options of the command line that are settings too.
void apply_globals(const GlobalOptions& globals, config::Settings& settings);

/// What the global options and the settings make of a session: the network or the mock, signed or
/// not. `notes` takes the lines of --debug. Everything is borrowed but `globals`.
[[nodiscard]] engine::SessionParts session_parts(const GlobalOptions& globals,
                                                 const model::Catalog& catalog,
                                                 const config::Settings& settings,
                                                 Clock& clock,
                                                 Random& random,
                                                 output::Writer& notes);

}  // namespace virga::cli
