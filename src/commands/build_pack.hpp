// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>

#include "base/result.hpp"
#include "config/environment.hpp"
#include "output/formatter.hpp"

namespace virga::commands {

/// The botocore data folder that packs are made from where none is named. Errors: models.
[[nodiscard]] Result<std::string> default_model_source(const config::Environment& environment);

/// The user's own models, ~/.aws/models, which the user's pack has, too.
[[nodiscard]] std::string user_models(const config::Environment& environment);

/// Compiles a botocore data folder, and the models of `extra` on top of it, into the pack at
/// `path`; says so on `out`, and on `notes` which services were left out.
[[nodiscard]] Status build_pack(const std::string& source,
                                const std::string& extra,
                                const std::string& path,
                                output::Writer& out,
                                output::Writer& notes);

}  // namespace virga::commands
