// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "base/result.hpp"
#include "cli/invocation.hpp"
#include "commands/command.hpp"
#include "model/catalog.hpp"

namespace virga::commands {

/// Makes a reading call in all places that --regions and --profiles name, at the same time, and
/// prints the items of all answers as one list, place by place, each with its region and account.
/// A place that fails is a line on standard error and in the exit status; the others' items are
/// printed all the same.
///
/// Errors: usage, for a call that writes, or a combination of options that makes no sense; the
/// first place's error, if all fail.
[[nodiscard]] Status fan_out(const cli::Invocation& invocation,
                             const model::Catalog& catalog,
                             Context& context);

}  // namespace virga::commands
