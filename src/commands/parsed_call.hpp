// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <vector>

#include "base/result.hpp"
#include "cli/global_options.hpp"
#include "cli/invocation.hpp"
#include "commands/command.hpp"
#include "config/settings.hpp"
#include "params/params.hpp"

namespace virga::commands {

/// How values of the command line are read.
[[nodiscard]] Result<params::TextOptions> text_options(const config::Settings& settings);

/// The one operation that a command line asks for; `words` begins with the service, global options
/// are in `globals` already. A first word "aws" or "virga" is left out.
/// Errors: those of the command line; usage, for what is no single operation.
[[nodiscard]] Result<cli::Invocation> parse_call(std::vector<std::string> words,
                                                 const cli::GlobalOptions& globals,
                                                 const config::Settings& settings,
                                                 Context& context);

}  // namespace virga::commands
