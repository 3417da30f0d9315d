// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "cli/usage.hpp"
#include "model/catalog.hpp"

// Which command names which service and operation, where the AWS CLI departs from the models' own
// names. Thread-safe.
namespace virga::cli {

/// The service that a command is about: s3api → s3, configservice → config, deploy → codedeploy. A
/// service that is reached by another name only ("codedeploy") is not found.
[[nodiscard]] std::optional<model::Service> find_service_command(const model::Catalog& catalog,
                                                                 std::string_view command);

/// The command of a service's model: s3 → s3api; most have their own name.
[[nodiscard]] std::string_view service_command(std::string_view service_name);

/// The operation behind a command of a service (by its command name): aliases and split operations
/// are followed, removed ones are not found (but, unless as version 1, those that answer with a
/// stream of events), and neither are commands that are no operation.
[[nodiscard]] std::optional<model::Operation> find_operation_command(
    const model::Service& service,
    std::string_view service_command,
    std::string_view command,
    Compat compat);

/// Whether the AWS CLI has a command of this name that is more than one operation ("s3 cp": service
/// "s3", command "cp"; "emr create-cluster"; "ec2 wait"). An empty command asks for the service
/// alone ("configure").
[[nodiscard]] bool is_high_level_command(std::string_view service_command,
                                         std::string_view command,
                                         Compat compat);

/// Whether a command exists but is not shown.
[[nodiscard]] bool is_hidden_service(std::string_view command);
[[nodiscard]] bool is_hidden_operation(std::string_view service_command, std::string_view command);

/// All commands, in the order of the AWS CLI's own lists.
[[nodiscard]] std::vector<std::string> service_commands(const model::Catalog& catalog);
[[nodiscard]] std::vector<std::string> operation_commands(const model::Service& service,
                                                          std::string_view service_command,
                                                          Compat compat);

}  // namespace virga::cli
