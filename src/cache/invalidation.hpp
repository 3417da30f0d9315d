// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "value/value.hpp"

// What a write changes, from names and parameters. docs/design/invalidation.md has the reasons.
namespace virga::cache {

/// The kept answers that a write may have made wrong: those of one account for which reaches() is
/// true, in the write's region or in all.
///
/// To be applied whenever the request may have arrived, whatever came back: a timeout or an error
/// does not say that nothing was done. What was fetched before and is not stored yet must not be
/// stored after it.
class Invalidation {
 public:
  /// Nothing: the operation is a read, or changes nothing that is kept.
  [[nodiscard]] bool is_empty() const { return services_.empty() && !everything_; }

  [[nodiscard]] bool every_region() const { return every_region_; }

  /// The same of what is kept of one of services(): a service that is one for all regions may have
  /// been asked in any.
  [[nodiscard]] bool every_region(std::string_view service) const;

  /// Whether every service is touched; then services() is of no use.
  [[nodiscard]] bool every_service() const { return everything_; }

  /// The services that are touched, the write's own first; no globs.
  [[nodiscard]] const std::vector<std::string>& services() const { return services_; }

  /// Whether kept answers of this operation are to be dropped. Models' names.
  [[nodiscard]] bool reaches(std::string_view service, std::string_view operation) const;

  /// Why more than the write's own service and region is touched, or less: whole clauses.
  [[nodiscard]] const std::vector<std::string_view>& reasons() const { return reasons_; }

 private:
  friend Invalidation invalidation_of(std::string_view service,
                                      std::string_view operation,
                                      const Value& params);

  std::string service_;
  std::string operation_;
  bool everything_ = false;
  bool every_region_ = false;
  std::vector<std::string> services_;
  std::vector<std::string_view> reasons_;
};

/// What the call drops. Models' names; `params` are searched for members that name regions.
/// Thread-safe, no I/O.
[[nodiscard]] Invalidation invalidation_of(std::string_view service,
                                           std::string_view operation,
                                           const Value& params);

/// Whether the operation may change what is kept: no read by its name, or one that writes.
[[nodiscard]] bool is_write(std::string_view service, std::string_view operation);

}  // namespace virga::cache
