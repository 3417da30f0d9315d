// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string_view>

namespace virga::endpoint {

/// Whether a partition's regionRegex, such as ^(us|eu)\-\w+\-\d+$, matches from the start of the
/// text, as Python's re.match does. Knows groups, alternatives, \d \w \s and escaped characters,
/// '.', * + ?, '^' and '$'; a pattern with anything else, and a text of more than 63 characters,
/// matches nothing. Time is bounded whatever the pattern.
[[nodiscard]] bool region_matches(std::string_view pattern, std::string_view text);

}  // namespace virga::endpoint
