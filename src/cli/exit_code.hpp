// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "base/result.hpp"
#include "cli/usage.hpp"

namespace virga::cli {

/// The exit status for a failure: AWS CLI v2's (252 usage, 253 configuration, 254 service, 255
/// other, 130 Ctrl-C), or v1's (2 for a command line that its parser rejects, else 255). Source:
/// aws/aws-cli branch v2, awscli/constants.py; branch develop, awscli/clidriver.py.
[[nodiscard]] int exit_code(const Error& error, Compat compat);

}  // namespace virga::cli
