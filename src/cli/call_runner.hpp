// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <functional>
#include <span>
#include <stop_token>
#include <string>

#include "base/clock.hpp"
#include "base/result.hpp"
#include "cli/global_options.hpp"
#include "cli/invocation.hpp"
#include "config/settings.hpp"
#include "engine/session.hpp"
#include "model/catalog.hpp"
#include "output/formatter.hpp"

namespace virga::cli {

/// What the run of one call borrows from the program.
struct RunnerParts {
  const model::Catalog& catalog;
  const config::Settings& settings;  ///< with the global options set
  Clock& clock;
  Random& random;
  output::Writer& out;
  output::Writer& notes;                 ///< standard error, for --debug
  bool is_watched = false;               ///< standard error is a terminal
  std::span<const std::string> words{};  ///< the command line, to run it again in the background
};

/// How a call is made that is one of many.
struct CallStyle {
  limit::Priority priority = limit::Priority::interactive;
  engine::CallNotes* notes = nullptr;  ///< borrowed
  std::stop_token stop{};              ///< ends it, with ErrorCode::interrupted
};

/// The result of a call that is no waiter, all pages merged, post-actions done; a streaming output
/// goes to its file, events to `out`. Errors: those of the call and of its output files.
[[nodiscard]] Result<Value> fetch_result(const Invocation& invocation,
                                         const GlobalOptions& globals,
                                         engine::Session& session,
                                         output::Writer& out,
                                         const CallStyle& style = {});

/// The answer of a call that is neither a waiter nor has an output file, page by page as they come
/// where it is paginated. Errors: those of the call, and of `take`, which ends it.
[[nodiscard]] Status fetch_pages(const Invocation& invocation,
                                 const GlobalOptions& globals,
                                 engine::Session& session,
                                 const CallStyle& style,
                                 const std::function<Status(Value answer)>& take);

/// Makes the call that the command line asks for and prints its result. This is where the engine's
/// parts are put together for one command. Errors: those of the call, of its output files, and of
/// printing.
[[nodiscard]] Status run_call(const Invocation& invocation,
                              const GlobalOptions& globals,
                              const RunnerParts& parts);

}  // namespace virga::cli
