// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "retry/attempt.hpp"

namespace virga::retry {

/// An answer that legacy mode tries again: this status, and this error code unless it is empty.
struct LegacyRule {
  int status = 0;
  std::string code = {};
};

/// What botocore's data/_retry.json says for one service: the defaults with the service's own rules
/// added.
struct LegacyRules {
  int max_attempts = 5;
  std::optional<double> base_seconds;  ///< nothing: a random share of a second
  double growth_factor = 2;
  bool retries_socket_errors = true;
  bool checks_crc32 = false;
  std::vector<LegacyRule> rules;

  /// The attempt is one to repeat, as far as these rules go.
  [[nodiscard]] bool match(const Attempt& attempt) const;
};

/// The rules for an endpoint prefix ("dynamodb", "ec2"), as _retry.json of botocore 1.29 to 1.43
/// has them.
[[nodiscard]] LegacyRules legacy_rules(std::string_view endpoint_prefix);

}  // namespace virga::retry
