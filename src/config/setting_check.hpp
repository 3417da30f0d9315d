// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <array>
#include <optional>
#include <string>
#include <string_view>

#include "config/settings.hpp"

namespace virga::config {

/// How errors may be shown: the AWS CLI's --cli-error-format.
constexpr std::array<std::string_view, 6> k_error_formats = {
    "enhanced", "json", "yaml", "text", "table", "legacy"};

/// The value in the form in which it is used, or what is wrong with it in the AWS CLI's words.
[[nodiscard]] Result<std::string> check_setting(Setting setting, std::string value, Compat compat);

/// A decimal integer as Python's int() reads it: blanks around, a sign, single underscores.
/// Errors: general, in Python's words, which the AWS CLI passes on.
[[nodiscard]] Result<std::int64_t> read_python_int(const std::string& text);

}  // namespace virga::config
