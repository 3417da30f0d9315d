// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <vector>

#include "base/result.hpp"
#include "cli/global_options.hpp"
#include "completion/completer.hpp"
#include "config/environment.hpp"

namespace virga::commands {

/// Replaces an alias of ~/.aws/cli/alias by what it stands for, again and again: [toplevel] names
/// commands, [command ec2] and [command ec2 wait] what follows those. Global options in an alias
/// win over those that were given. An alias that begins with '!' is a line for the shell: the
/// process becomes that shell.
///
/// Errors: general, for a file or an alias that cannot be read; usage, as parse_main's.
/// Source: awscli: alias.py.
[[nodiscard]] Status expand_aliases(cli::MainArguments& main,
                                    const config::Environment& environment);

/// All aliases of that file; none where it cannot be read.
[[nodiscard]] std::vector<completion::Alias> all_aliases(const config::Environment& environment);

}  // namespace virga::commands
