// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <vector>

#include "base/result.hpp"
#include "config/environment.hpp"
#include "output/formatter.hpp"

namespace virga::cli {

/// The model pack to use: VIRGA_MODELS, the user's data folder (where "virga models build" puts
/// it), beside the program, or in ../share/virga beside the program's folder. The first that
/// exists, else the user's.
[[nodiscard]] std::string find_pack(const config::Environment& environment);

/// "virga models build [--from DIR] [--out FILE]" and "virga models info [--file FILE]
/// [--up-to-date]". `words` is what follows "models".
[[nodiscard]] Status run_models_command(const std::vector<std::string>& words,
                                        const config::Environment& environment,
                                        output::Writer& out,
                                        output::Writer& notes);

}  // namespace virga::cli
