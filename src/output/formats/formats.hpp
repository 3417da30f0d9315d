// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <memory>

#include "output/formatter.hpp"

// One function per output format, each in the file of its name; output/formatter.cpp lists them.
namespace virga::output {

/// JSON as the AWS CLI prints it: indented by four, text beyond ASCII as it is, a final newline,
/// nothing at all for an empty result.
[[nodiscard]] std::unique_ptr<Formatter> make_json_formatter(const FormatOptions& options);

/// The AWS CLI's text: tab-separated scalars in order of their keys, nested lists and maps on lines
/// of their own behind the upper-case key.
[[nodiscard]] std::unique_ptr<Formatter> make_text_formatter(const FormatOptions& options);

/// The AWS CLI's table. Each part is a table of its own.
[[nodiscard]] std::unique_ptr<Formatter> make_table_formatter(const FormatOptions& options);

/// Block-style YAML with sorted keys, as the AWS CLI's library writes it.
[[nodiscard]] std::unique_ptr<Formatter> make_yaml_formatter(const FormatOptions& options);

/// Each answer as a YAML list of one element.
[[nodiscard]] std::unique_ptr<Formatter> make_yaml_stream_formatter(const FormatOptions& options);

/// Prints nothing.
[[nodiscard]] std::unique_ptr<Formatter> make_off_formatter(const FormatOptions& options);

/// One item a line, as compact JSON.
[[nodiscard]] std::unique_ptr<Formatter> make_ndjson_formatter(const FormatOptions& options);

/// Comma-separated values with a header (RFC 4180, lines end in LF).
[[nodiscard]] std::unique_ptr<Formatter> make_csv_formatter(const FormatOptions& options);

}  // namespace virga::output
