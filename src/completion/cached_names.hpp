// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <chrono>
#include <functional>
#include <string>
#include <vector>

#include "cache/tier.hpp"
#include "completion/completer.hpp"
#include "model/catalog.hpp"

namespace virga::completion {

/// Whose kept answers may be read.
struct Asker {
  std::string identity;
  std::string account;  ///< may be empty
  std::string region;
  /// cache::Question::endpoint of a service.
  std::function<std::string(const model::Service& service)> endpoint;
};

/// Where answers are kept.
struct Shelf {
  std::string root;                                ///< the folder of the disk tier
  cache::Tier& tier;                               ///< the tier itself
  std::chrono::steady_clock::time_point deadline;  ///< nothing is opened after it
};

/// The names that kept answers have for a parameter: of the operations of its own service, else
/// those of others whose names agree exactly. Only answers to the same identity in the same region
/// and at the same endpoint; those that were asked with other values of the parameters that are
/// given now are left out. Makes no call; what cannot be read counts as absent.
[[nodiscard]] std::vector<Candidate> cached_names(const NameQuery& query,
                                                  const model::Catalog& catalog,
                                                  const Asker& asker,
                                                  const Shelf& shelf);

}  // namespace virga::completion
