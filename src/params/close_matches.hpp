// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

// Near misses for "maybe you meant". Thread-safe.
namespace virga::params {

/// How alike two texts are, from 0 to 1: twice the characters in matching blocks over all
/// characters. The blocks are found from the longest one outwards (Ratcliff and Obershelp), and
/// characters that make up more than 1 % of a `b` of 200 and more start no block. Source: Python:
/// difflib.SequenceMatcher(None, a, b).ratio().
[[nodiscard]] double similarity(std::string_view a, std::string_view b);

/// The candidates that are at least `cutoff` like the word, best first (equals in descending order
/// of text), at most `most` of them. Source: Python: difflib.get_close_matches.
[[nodiscard]] std::vector<std::string> close_matches(std::string_view word,
                                                     const std::vector<std::string>& candidates,
                                                     std::size_t most = 3,
                                                     double cutoff = 0.6);

/// What the AWS CLI offers in place of a wrong word ("Invalid choice: 'x', maybe you meant:").
[[nodiscard]] std::vector<std::string> suggest(std::string_view name,
                                               const std::vector<std::string>& candidates);

/// The names that a message of the AWS CLI's offers so ("  * list-queues"); none if it does not.
[[nodiscard]] std::vector<std::string> suggested_in(std::string_view message);

}  // namespace virga::params
