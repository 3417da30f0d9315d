// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>

#include "base/result.hpp"
#include "config/settings.hpp"
#include "output/formatter.hpp"
#include "value/value.hpp"

namespace virga::cli {

/// How errors are shown: --cli-error-format, which the AWS CLI has since 2.34.
struct ErrorStyle {
  std::string format = "legacy";  ///< one of config::k_error_formats
  config::Compat compat = config::Compat::v2;
  output::Color color = output::Color::off;  ///< of a table
};

/// What is known of an error: Code, Message, and for an error of a service the members that its
/// model gives to it. Errors that no service answered with have codes that are the AWS CLI's names
/// of them (NoRegion, NoCredentials, ParamValidation, ...).
///
/// Source: aws/aws-cli pull requests 9890 and 10094, and the AWS CLI user guide,
/// "Structured error output".
[[nodiscard]] Map error_record(const Error& error);

/// Shows an error, line end included:
///   legacy                   the message, as versions before 2.34 print it
///   enhanced                 the message behind "aws: [ERROR]: ", and the members of the record
///                            that are short; a usage as with legacy
///   json, yaml, text, table  the record, with `place` in front; never through --query
/// Errors: those of the writer. Thread-safe.
[[nodiscard]] Status print_error(const Error& error,
                                 const ErrorStyle& style,
                                 output::Writer& out,
                                 const Map& place = {});

/// Whether the style prints a record, which a program may read.
[[nodiscard]] bool prints_records(const ErrorStyle& style);

/// The style that the settings ask for; legacy where they cannot be read, which is an error of its
/// own in whatever command needs them.
[[nodiscard]] ErrorStyle error_style(const config::Settings& settings, const std::string& color);

}  // namespace virga::cli
