// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "retry/attempt.hpp"

namespace virga::model {
class Document;
}

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
  bool retries_socket_errors = false;
  bool checks_crc32 = false;
  std::vector<LegacyRule> rules;

  /// The attempt is one to repeat, as far as these rules go.
  [[nodiscard]] bool match(const Attempt& attempt) const;
};

/// The rules for an endpoint prefix ("dynamodb", "ec2") out of _retry.json (model::Catalog::retry).
/// A policy of the service replaces the default's of the same name. Rules for single operations,
/// which the file allows for and has none of, are passed over.
[[nodiscard]] LegacyRules legacy_rules(const model::Document& retry,
                                       std::string_view endpoint_prefix);

}  // namespace virga::retry
