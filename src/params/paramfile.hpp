// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "base/result.hpp"
#include "params/params.hpp"
#include "value/value.hpp"

// Values that are read from files. Thread-safe.
namespace virga::params {

/// What a text that starts with file:// or fileb:// points to, as string or blob; nothing for other
/// texts. Errors: general, "Unable to load paramfile file://x: [Errno 2] No such file or directory:
/// 'x'". Source: awscli: paramfile.py.
[[nodiscard]] Result<std::optional<Value>> load_paramfile(std::string_view text,
                                                          const TextOptions& options);

/// As load_paramfile, and http:// and https:// too where the options say so; `option` has its
/// dashes. In version 1 some options mean the URL itself. Errors: usage, "Error parsing parameter
/// '--x': ...".
[[nodiscard]] Result<std::optional<Value>> load_option_file(std::string_view text,
                                                            std::string_view option,
                                                            const TextOptions& options);

/// Python's os.path.expandvars(os.path.expanduser(path)) in either order; other users' homes are
/// not looked up.
[[nodiscard]] std::string expand_user_then_variables(std::string_view path,
                                                     const TextOptions& options);
[[nodiscard]] std::string expand_variables_then_user(std::string_view path,
                                                     const TextOptions& options);

/// "Error parsing parameter '--x': message", usage.
[[nodiscard]] Error parameter_error(std::string_view option, std::string_view message);

}  // namespace virga::params
