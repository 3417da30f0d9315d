// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <string_view>

#include "model/catalog.hpp"
#include "model/documentation.hpp"

namespace virga::commands {

/// A Nushell module with a typed command for each operation of a service, as `aws SERVICE
/// OPERATION`: its parameters with types, the values of enums as completion, the models'
/// documentation as help. The commands call "virga aws" of the plugin. Same input, same bytes.
/// Parses in Nushell 0.108 and later. `service_command` is the AWS CLI's name ("s3api").
[[nodiscard]] std::string write_module(const model::Service& service,
                                       std::string_view service_command,
                                       const model::Documentation& documentation);

/// The module's file name: the service's command with what is no letter or digit as '-'.
[[nodiscard]] std::string module_name(std::string_view service_command);

}  // namespace virga::commands
