// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <memory>

#include "output/formatter.hpp"

namespace virga::output {

/// JSON as the AWS CLI prints it: indented by four, text beyond ASCII as it is, a final newline,
/// nothing at all for an empty result.
[[nodiscard]] std::unique_ptr<Formatter> make_json_formatter(const FormatOptions& options);

}  // namespace virga::output
