// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string_view>

#include "value/value.hpp"

namespace virga::model {

/// Where the pack has them, among a service's paginators: no operation has such a name.
constexpr std::string_view k_derived_paginators = "*";

/// Paginators for operations of `service` (service-2.json of that name) that have page tokens but
/// are not in `paginators`, by the tables of page_tokens.def, in the form of paginators-1.json and
/// with "derived" set:
///   input_token, output_token  the members of the first row that fits
///   limit_key                  the first name of the table that the input has
///   result_key                 the lists beside the output token, in the model's order, those of
///                              errors last
///   more_results               IsTruncated, where it stands there
///   non_aggregate_keys         all else but what is about one page
/// The token may stand in the output or in one structure of it. Operations without a list are left
/// out: nothing of theirs could be joined. So are those that the table names.
///
/// Which of them are reads is not asked here: the model does not say it.
[[nodiscard]] Value derive_paginators(std::string_view name,
                                      const Value& service,
                                      const Value& paginators);

}  // namespace virga::model
