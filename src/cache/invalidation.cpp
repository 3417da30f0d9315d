// SPDX-License-Identifier: Apache-2.0
#include "cache/invalidation.hpp"

#include <algorithm>

#include "base/strings.hpp"
#include "cache/ttl_rule.hpp"

namespace virga::cache {
namespace {

/// One row of invalidation/rules.def, of whatever kind: unused columns are empty.
struct Row {
  std::string_view services;
  std::string_view operations;
  std::string_view others;
  std::string_view reads;
  std::string_view reason;

  [[nodiscard]] bool fits(std::string_view service, std::string_view operation) const {
    return any_glob_matches(services, service) && any_glob_matches(operations, operation);
  }
};

#define VIRGA_NO_EFFECT(services, operations, reason)
#define VIRGA_WRITING_READ(services, operations, reason)
#define VIRGA_EVERY_REGION(services, operations, reason)
#define VIRGA_ALSO(services, operations, others, reason)
#define VIRGA_LEAVES(services, operations, others, reads, reason)

#undef VIRGA_NO_EFFECT
#define VIRGA_NO_EFFECT(services, operations, reason) Row{services, operations, {}, {}, reason},
constexpr Row k_no_effect[] = {
#include "cache/invalidation/rules.def"
};
#undef VIRGA_NO_EFFECT
#define VIRGA_NO_EFFECT(services, operations, reason)

#undef VIRGA_WRITING_READ
#define VIRGA_WRITING_READ(services, operations, reason) Row{services, operations, {}, {}, reason},
constexpr Row k_writing_reads[] = {
#include "cache/invalidation/rules.def"
};
#undef VIRGA_WRITING_READ
#define VIRGA_WRITING_READ(services, operations, reason)

#undef VIRGA_EVERY_REGION
#define VIRGA_EVERY_REGION(services, operations, reason) Row{services, operations, {}, {}, reason},
constexpr Row k_every_region[] = {
#include "cache/invalidation/rules.def"
};
#undef VIRGA_EVERY_REGION
#define VIRGA_EVERY_REGION(services, operations, reason)

#undef VIRGA_ALSO
#define VIRGA_ALSO(services, operations, others, reason) \
  Row{services, operations, others, {}, reason},
constexpr Row k_also[] = {
#include "cache/invalidation/rules.def"
};
#undef VIRGA_ALSO
#define VIRGA_ALSO(services, operations, others, reason)

#undef VIRGA_LEAVES
#define VIRGA_LEAVES(services, operations, others, reads, reason) \
  Row{services, operations, others, reads, reason},
constexpr Row k_leaves[] = {
#include "cache/invalidation/rules.def"
};
#undef VIRGA_LEAVES

template <std::size_t Count>
const Row* first_fit(const Row (&rows)[Count],
                     std::string_view service,
                     std::string_view operation) {
  const auto* const end = rows + Count;
  const auto* const found =
      std::find_if(rows, end, [&](const Row& row) { return row.fits(service, operation); });
  return found == end ? nullptr : found;
}

/// Whether a member that names a region holds something: SourceRegion, Regions, PeerRegion.
bool names_region(const Value& params, int depth = 0) {
  constexpr int k_deepest = 16;
  if (depth > k_deepest) {
    return true;
  }
  if (const auto* list = params.as_list()) {
    return std::any_of(list->begin(), list->end(), [&](const Value& item) {
      return names_region(item, depth + 1);
    });
  }
  const auto* map = params.as_map();
  if (map == nullptr) {
    return false;
  }
  return std::any_of(map->begin(), map->end(), [&](const auto& member) {
    return to_lower(member.first).find("region") != std::string::npos ||
           names_region(member.second, depth + 1);
  });
}

constexpr std::string_view k_region_named = "a region is named among its parameters";

}  // namespace

bool is_write(std::string_view service, std::string_view operation) {
  return is_read_name(operation) ? first_fit(k_writing_reads, service, operation) != nullptr
                                 : first_fit(k_no_effect, service, operation) == nullptr;
}

Invalidation invalidation_of(std::string_view service,
                             std::string_view operation,
                             const Value& params) {
  Invalidation out;
  if (!is_write(service, operation)) {
    return out;
  }
  out.service_ = service;
  out.operation_ = operation;
  out.services_.emplace_back(out.service_);
  for (const Row& row : k_also) {
    if (!row.fits(service, operation)) {
      continue;
    }
    out.reasons_.push_back(row.reason);
    for (const auto other : split(row.others, ' ')) {
      out.everything_ = out.everything_ || other == "*";
      if (std::find(out.services_.begin(), out.services_.end(), other) == out.services_.end()) {
        out.services_.emplace_back(other);
      }
    }
  }
  if (const auto* row = first_fit(k_every_region, service, operation)) {
    out.every_region_ = true;
    out.reasons_.push_back(row->reason);
  } else if (names_region(params)) {
    out.every_region_ = true;
    out.reasons_.push_back(k_region_named);
  }
  out.every_region_ = out.every_region_ || out.everything_;
  return out;
}

bool Invalidation::every_region(std::string_view service) const {
  return every_region_ ||
         std::any_of(std::begin(k_every_region), std::end(k_every_region), [&](const Row& row) {
           return row.operations == "*" && any_glob_matches(row.services, service);
         });
}

bool Invalidation::reaches(std::string_view service, std::string_view operation) const {
  const bool is_touched =
      everything_ || std::find(services_.begin(), services_.end(), service) != services_.end();
  if (!is_touched || TtlRules().find(service, operation).scope == TtlScope::catalogue) {
    return false;
  }
  return std::none_of(std::begin(k_leaves), std::end(k_leaves), [&](const Row& row) {
    return row.fits(service_, operation_) && any_glob_matches(row.others, service) &&
           any_glob_matches(row.reads, operation);
  });
}

}  // namespace virga::cache
