// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <string_view>

#include "cli/argument_table.hpp"
#include "completion/completer.hpp"

// What may follow an option.
namespace virga::completion {

/// Of a global option.
void add_global_values(const Parts& parts, std::string_view name, Answer& answer);

/// Of an argument of an operation; `given` are all options of the command line.
void add_argument_values(const Parts& parts,
                         const model::Operation& operation,
                         const cli::OperationArguments& arguments,
                         const cli::Argument& argument,
                         const GivenOptions& given,
                         std::string_view current,
                         Answer& answer);

/// Regions of all partitions, with what they are called.
[[nodiscard]] std::vector<Candidate> regions(const model::Catalog& catalog);

}  // namespace virga::completion
