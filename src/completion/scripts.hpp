// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string_view>

namespace virga::completion {

/// The script that completes virga's words in a shell: "bash", "zsh", "fish" or
/// "nushell"; empty for others.
[[nodiscard]] std::string_view script_for(std::string_view shell);

}  // namespace virga::completion
