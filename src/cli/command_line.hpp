// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <span>
#include <string>
#include <variant>

#include "base/result.hpp"
#include "cli/global_options.hpp"
#include "cli/invocation.hpp"
#include "model/catalog.hpp"
#include "params/params.hpp"

// From the words of a command line to the call that they ask for, in two steps, because between
// them the settings (profile, binary format) must be known:
//
//   parse_main(words)       global options and the service's name; needs no models
//   (global_options.hpp) parse_command(main)     operation and parameters
namespace virga::cli {

/// "aws help", "aws SERVICE help", "aws SERVICE OPERATION help", "aws SERVICE wait NAME help".
struct HelpRequest {
  std::string service;      ///< the command that was typed; empty at the top
  std::string operation;    ///< empty for the service
  std::string waiter = {};  ///< of "wait"
  bool operator==(const HelpRequest&) const = default;
};

/// A command of the AWS CLI that is more than one operation and not written yet.
struct HighLevelCommand {
  std::string service;
  std::string command;             ///< may be empty, as in "s3" alone
  std::vector<std::string> words;  ///< all but the two
};

using Command = std::variant<HelpRequest, HighLevelCommand, Invocation>;

/// The operation as a call of it is paginated: with a derived paginator after --paginate-all, if it
/// is a read without one of its own.
[[nodiscard]] model::Operation paginated_operation(const model::Operation& operation,
                                                   const GlobalOptions& globals);

/// The command that `main`, not a --version, is about. The catalog must outlive the result.
///
/// `text` says how values are read; service, operation and v1 are filled in here.
/// Errors: usage, validation and general, printed as usage.hpp says.
/// Source: awscli: clidriver.py, argparser.py, arguments.py, customizations/.
[[nodiscard]] Result<Command> parse_command(const model::Catalog& catalog,
                                            const MainArguments& main,
                                            params::TextOptions text,
                                            const World& world);

}  // namespace virga::cli
