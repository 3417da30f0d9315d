// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <optional>
#include <string_view>

#include "base/result.hpp"
#include "cli/global_options.hpp"
#include "cli/invocation.hpp"
#include "commands/command.hpp"
#include "query/expression.hpp"
#include "value/value.hpp"

namespace virga::commands {

/// A call as one line of bulk's input asks for it.
struct CallLine {
  Value id;  ///< null if the line has none
  cli::GlobalOptions globals;
  cli::Invocation invocation;
  std::optional<query::Expression> query{};  ///< the line's, else that of the whole run
  /// As the result repeats it: service, operation, params, region and profile if given.
  Map request;
};

/// Reads a line: an AWS command line ("ec2 describe-vpcs --region eu-west-1"), or a JSON object
/// {service, operation, params, region, profile, id}. `context` has the options of the whole run.
/// Errors: usage, validation and configuration; the id is `id` then, if it could be read.
[[nodiscard]] Result<CallLine> parse_call_line(std::string_view line, Context& context, Value& id);

}  // namespace virga::commands
