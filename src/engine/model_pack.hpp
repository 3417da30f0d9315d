// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>

#include "config/environment.hpp"

namespace virga::engine {

/// Where "virga models build" puts the user's pack: $XDG_DATA_HOME/virga/models.pack, or
/// ~/.local/share.
[[nodiscard]] std::string user_pack(const config::Environment& environment);

/// The model pack to use: VIRGA_MODELS, the user's, beside the program, or in ../share/virga beside
/// the program's folder. The first that exists, else the user's.
[[nodiscard]] std::string find_pack(const config::Environment& environment);

}  // namespace virga::engine
