// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

// How long an answer may be kept, from names alone: which operation, and what the tables and the
// user's rules say. What a model adds (sensitive members, streams) is engine/cacheable.hpp.
namespace virga::cache {

/// Whose an answer is: decides whether user rules may have it kept, and which writes drop it.
enum class TtlScope : std::uint8_t {
  secret,     ///< gives access, or could: never kept
  effect,     ///< no read, or one that changes something: never kept
  live,       ///< of this moment, or the user's data: kept only if a user rule says so
  account,    ///< what the account has: dropped by its writes
  catalogue,  ///< what AWS offers to everybody: writes leave it alone
};

[[nodiscard]] std::string_view to_text(TtlScope scope);

/// How long answers of an operation may be kept. Views are valid as long as the TtlRules.
struct TtlRule {
  std::chrono::seconds ttl{0};  ///< 0: not kept
  TtlScope scope = TtlScope::effect;
  std::string_view reason;  ///< completes "kept because" or "not kept because"
  /// The row: `services:operations` of the built-in table, or the user's key with file and line.
  std::string_view row;
  bool is_user_rule = false;

  [[nodiscard]] bool is_kept() const { return ttl.count() > 0; }

  /// Whether an answer may be shared with who asks the same, and kept where somebody wishes it.
  [[nodiscard]] bool is_read() const {
    return scope != TtlScope::secret && scope != TtlScope::effect;
  }
};

/// A rule of the user's, from [cache.ttl] of config.toml.
struct UserTtlRule {
  std::string services;    ///< as in TtlRule's row; hyphens and case do not count in operations
  std::string operations;  ///< DescribeInstances, describe-instances, describe-*
  std::chrono::seconds ttl{0};
  std::string row;  ///< what to show: `"ec2:DescribeInstances" in FILE, line 3`
};

/// The TTL rules: the built-in table (ttl/rules.def) under the user's rules. Thread-safe.
class TtlRules {
 public:
  TtlRules() = default;

  /// Of user rules that fit, the most specific counts (most characters other than `*`), of equal
  /// ones the last.
  explicit TtlRules(std::vector<UserTtlRule> user_rules) : user_rules_(std::move(user_rules)) {}

  /// The rule for an operation, by the names of the models: ("ec2", "DescribeInstances").
  /// A user rule changes the ttl of reads only, never of scope secret or effect. Cost: about a
  /// microsecond or two, no allocation.
  [[nodiscard]] TtlRule find(std::string_view service, std::string_view operation) const;

  [[nodiscard]] const std::vector<UserTtlRule>& user_rules() const { return user_rules_; }

 private:
  std::vector<UserTtlRule> user_rules_;
};

/// The built-in table's rows in order, for listing them.
[[nodiscard]] std::vector<TtlRule> ttl_table();

/// The part of a table row's `services:operations` before or after the colon.
[[nodiscard]] std::string_view row_services(std::string_view row);
[[nodiscard]] std::string_view row_operations(std::string_view row);

/// Whether the name is that of a read: Describe..., List..., Get..., Head..., BatchGet...,
/// BatchDescribe..., Search..., Lookup..., Filter..., Query, Scan, Select....
[[nodiscard]] bool is_read_name(std::string_view operation);

/// "30s", "5m", "1h30m", "24h", "7d", "0", "never" (0); digits alone are seconds. Nothing if it is
/// not one, or longer than 365 days.
[[nodiscard]] std::optional<std::chrono::seconds> parse_duration(std::string_view text);

/// 90 s → "1m30s"; 0 → "never".
[[nodiscard]] std::string ttl_text(std::chrono::seconds ttl);

/// Whether `text` fits a pattern in which `*` stands for any characters.
[[nodiscard]] bool glob_matches(std::string_view pattern, std::string_view text);

/// Whether `text` fits one of the patterns, which are separated by spaces.
[[nodiscard]] bool any_glob_matches(std::string_view patterns, std::string_view text);

}  // namespace virga::cache
