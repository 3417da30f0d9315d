// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <string_view>

namespace virga::model {

/// The option name of a member: InstanceIds → instance-ids, GatewayARNs → gateway-arns, KMSKeyId →
/// kms-key-id. The rule is that of botocore's xform_name with '-'; names that hold a '-' stay as
/// they are.
[[nodiscard]] std::string member_cli_name(std::string_view name);

/// The command name of an operation: as for members, but brand names of odd case count as one word
/// (ExecutePartiQLStatement → execute-partiql-statement).
[[nodiscard]] std::string operation_cli_name(std::string_view name);

}  // namespace virga::model
