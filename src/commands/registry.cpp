// SPDX-License-Identifier: Apache-2.0
#include <algorithm>

#include "commands/command.hpp"

namespace virga::commands {
namespace {

// By name. A row of a service with an operation comes before the one without.
constexpr Command k_commands[] = {
    {"bulk", "", bulk},
    {"cache", "", cache},
    {"completion", "", completion},
    {"configure", "", configure},
    {"ecr", "get-login-password", ecr_get_login_password},
    {"ecr-public", "get-login-password", ecr_public_get_login_password},
    {"eks", "get-token", eks_get_token},
    {"explain", "", explain},
    {"generate", "", generate},
    {"models", "", models},
    {"rds", "generate-db-auth-token", rds_generate_db_auth_token},
    {"s3", "ls", s3_ls},
    {"s3", "presign", s3_presign},
};

}  // namespace

std::span<const Command> all_commands() { return k_commands; }

const Command* find_command(std::string_view service, std::string_view operation) {
  const auto* const found =
      std::find_if(std::begin(k_commands), std::end(k_commands), [&](const Command& command) {
        return command.service == service &&
               (command.operation.empty() || command.operation == operation);
      });
  return found == std::end(k_commands) ? nullptr : found;
}

bool is_own_command(std::string_view service) {
  const auto* const command = find_command(service, "");
  return command != nullptr && command->operation.empty();
}

}  // namespace virga::commands
