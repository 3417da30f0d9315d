// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <string_view>

#include "base/result.hpp"
#include "config/settings.hpp"

// The text around errors of the command line. Thread-safe.
//
// An Error of the command line is printed so that the bytes equal the AWS CLI's:
//   v2: a line end, the message, a line end; exit status 252.
//   v1: the message and a line end, after a line end unless is_usage_text(message). The exit status
//   is 2 where
//       ErrorCode::usage comes with a usage text, and 255 for all other errors.
namespace virga::cli {

using config::Compat;

/// `what`, as a parser words it, below the usage.
[[nodiscard]] Error usage_error(Compat compat, std::string_view what);

/// Options that no one took. `options` is what is printed of them: "--foo, bar".
[[nodiscard]] Error unknown_options(Compat compat, std::string_view options);

/// Whether a message is one of the above.
[[nodiscard]] bool is_usage_text(std::string_view message);

/// What is wrong, without the usage around it.
[[nodiscard]] std::string_view reason_in(std::string_view message);

/// The exit status of a failed command line.
[[nodiscard]] int command_line_status(Compat compat, const Error& error);

}  // namespace virga::cli
