// SPDX-License-Identifier: Apache-2.0
#include "cli/usage.hpp"

#include "base/strings.hpp"

namespace virga::cli {
namespace {

constexpr std::string_view k_usage =
    "usage: aws [options] <command> <subcommand> [<subcommand> ...] [parameters]\n"
    "To see help text, you can run:\n"
    "\n"
    "  aws help\n"
    "  aws <command> help\n"
    "  aws <command> <subcommand> help\n";

// Version 1 advertises its successor in its usage.
constexpr std::string_view k_note_v1 =
    "usage: \rNote: AWS CLI version 2, the latest major version of the AWS CLI, is now stable and "
    "recommended for "
    "general use. For more information, see the AWS CLI version 2 installation instructions at: "
    "https://docs.aws.amazon.com/cli/latest/userguide/install-cliv2.html\n"
    "\n";

}  // namespace

Error usage_error(Compat compat, std::string_view what) {
  const bool v1 = compat == Compat::v1;
  return {
      ErrorCode::usage,
      concat(v1 ? k_note_v1 : "", k_usage, v1 ? "" : "\n", "aws: error: ", what, v1 ? "" : "\n"),
      std::nullopt,
      NetworkFailure::none};
}

Error unknown_options(Compat compat, std::string_view options) {
  const bool v1 = compat == Compat::v1;
  return {ErrorCode::validation,
          concat(v1 ? k_note_v1 : "", k_usage, "\nUnknown options: ", options, v1 ? "" : "\n"),
          std::nullopt,
          NetworkFailure::none};
}

bool is_usage_text(std::string_view message) { return message.starts_with("usage: "); }

std::string_view reason_in(std::string_view message) {
  if (is_usage_text(message)) {
    constexpr std::string_view k_error = "\naws: error: ";
    if (const auto at = message.find(k_error); at != std::string_view::npos) {
      message.remove_prefix(at + k_error.size());
    } else if (const auto options = message.find("\nUnknown options: ");
               options != std::string_view::npos) {
      message.remove_prefix(options);
    }
  }
  return trim(message);
}

int command_line_status(Compat compat, const Error& error) {
  if (compat == Compat::v2) {
    return 252;
  }
  return error.code == ErrorCode::usage && is_usage_text(error.message) ? 2 : 255;
}

}  // namespace virga::cli
