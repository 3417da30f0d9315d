// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>

#include "base/result.hpp"
#include "cli/global_options.hpp"
#include "cli/invocation.hpp"
#include "config/settings.hpp"
#include "model/catalog.hpp"
#include "output/writer.hpp"
#include "value/value.hpp"

// --generate-cli-skeleton: what an operation takes or gives, filled with placeholders.
// Source: botocore: utils.py, ArgumentGenerator; awscli: customizations/generatecliskeleton.py.
namespace virga::cli {

/// The operation's input: empty texts, the first value of an enum, 0, true, 1970, one element of
/// lists and maps; a structure inside of itself is empty, and a blob null.
[[nodiscard]] Value input_skeleton(const model::Operation& operation);

/// The same as YAML in the model's order, for --cli-input-yaml; comments say what is required and
/// which values an enum has.
[[nodiscard]] std::string input_skeleton_yaml(const model::Operation& operation);

/// The operation's output, with members' names for texts.
[[nodiscard]] Value output_skeleton(const model::Operation& operation);

/// Prints what the invocation's --generate-cli-skeleton asks for.
/// Errors: for "output" validation, where the parameters do not fit; those of printing.
[[nodiscard]] Status print_skeleton(const Invocation& invocation,
                                    const GlobalOptions& globals,
                                    const config::Settings& settings,
                                    output::Writer& out);

}  // namespace virga::cli
