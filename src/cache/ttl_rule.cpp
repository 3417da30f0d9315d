// SPDX-License-Identifier: Apache-2.0
#include "cache/ttl_rule.hpp"

#include <algorithm>
#include <array>

#include "base/strings.hpp"

namespace virga::cache {
namespace {

using namespace std::chrono_literals;

struct Row {
  std::string_view services;
  std::string_view operations;
  std::string_view row;  ///< both, with a colon between
  std::chrono::seconds ttl;
  TtlScope scope;
  std::string_view reason;
};

#define VIRGA_TTL_RULE(services, operations, ttl, scope, reason) \
  Row{services, operations, services ":" operations, ttl, TtlScope::scope, reason},
// `15min` and `24h` in the table are std::chrono literals.
constexpr Row k_rows[] = {
#include "cache/ttl/rules.def"
};
#undef VIRGA_TTL_RULE

/// The first words of reads. BatchGet and BatchDescribe count, other batches do not.
constexpr std::array<std::string_view, 12> k_read_verbs = {"Describe",
                                                           "List",
                                                           "Get",
                                                           "Head",
                                                           "BatchGet",
                                                           "BatchDescribe",
                                                           "Search",
                                                           "Lookup",
                                                           "Filter",
                                                           "Query",
                                                           "Scan",
                                                           "Select"};

constexpr std::chrono::seconds k_longest{std::chrono::hours{24 * 365}};

bool is_upper_or_digit(char c) { return (c >= 'A' && c <= 'Z') || is_ascii_digit(c); }

TtlRule rule_of(const Row& row) { return {row.ttl, row.scope, row.reason, row.row, false}; }

TtlRule table_rule(std::string_view service, std::string_view operation) {
  if (!is_read_name(operation)) {
    return {0s, TtlScope::effect, "it is not a read by its name", "*:*", false};
  }
  for (const Row& row : k_rows) {
    if (any_glob_matches(row.services, service) && any_glob_matches(row.operations, operation)) {
      return rule_of(row);
    }
  }
  return {0s, TtlScope::live, "no rule fits", "*:*", false};
}

/// The letters and digits that count in a user's pattern.
std::string folded(std::string_view name) {
  std::string out;
  for (const char c : name) {
    if (c != '-' && c != '_') {
      out.push_back(ascii_lower(c));
    }
  }
  return out;
}

std::size_t specificity(const UserTtlRule& rule) {
  const auto fixed = [](std::string_view pattern) {
    return pattern.size() -
           static_cast<std::size_t>(std::count(pattern.begin(), pattern.end(), '*'));
  };
  return fixed(rule.services) + fixed(folded(rule.operations));
}

/// Seconds of a unit, 0 for an unknown one.
std::int64_t unit_seconds(char unit) {
  switch (unit) {
    case 's':
      return 1;
    case 'm':
      return 60;
    case 'h':
      return 3600;
    case 'd':
      return 86400;
    default:
      return 0;
  }
}

}  // namespace

std::string_view to_text(TtlScope scope) {
  switch (scope) {
    case TtlScope::secret:
      return "secret";
    case TtlScope::effect:
      return "effect";
    case TtlScope::live:
      return "live";
    case TtlScope::account:
      return "account";
    case TtlScope::catalogue:
      return "catalogue";
  }
  return "";
}

bool is_read_name(std::string_view operation) {
  return std::any_of(k_read_verbs.begin(), k_read_verbs.end(), [&](std::string_view verb) {
    return operation.starts_with(verb) &&
           (operation.size() == verb.size() || is_upper_or_digit(operation[verb.size()]));
  });
}

TtlRule TtlRules::find(std::string_view service, std::string_view operation) const {
  TtlRule rule = table_rule(service, operation);
  if (user_rules_.empty() || !rule.is_read()) {
    return rule;
  }
  const std::string name = folded(operation);
  const UserTtlRule* best = nullptr;
  for (const UserTtlRule& user : user_rules_) {
    if (glob_matches(user.services, service) && glob_matches(folded(user.operations), name) &&
        (best == nullptr || specificity(user) >= specificity(*best))) {
      best = &user;
    }
  }
  if (best != nullptr) {
    rule.ttl = best->ttl;
    rule.reason = "a rule of config.toml says so";
    rule.row = best->row;
    rule.is_user_rule = true;
  }
  return rule;
}

std::vector<TtlRule> ttl_table() {
  std::vector<TtlRule> out;
  for (const Row& row : k_rows) {
    out.push_back(rule_of(row));
  }
  return out;
}

std::string_view row_services(std::string_view row) { return row.substr(0, row.find(':')); }

std::string_view row_operations(std::string_view row) {
  const auto colon = row.find(':');
  return colon == std::string_view::npos ? std::string_view() : row.substr(colon + 1);
}

std::optional<std::chrono::seconds> parse_duration(std::string_view text) {
  if (text == "never") {
    return 0s;
  }
  std::int64_t total = 0;
  bool any = false;
  while (!text.empty()) {
    const auto digits = static_cast<std::size_t>(
        std::find_if_not(text.begin(), text.end(), is_ascii_digit) - text.begin());
    const auto number =
        digits == 0 || digits > 9 ? std::nullopt : parse_int(text.substr(0, digits));
    const bool is_plain = digits == text.size() && !any;
    const std::int64_t unit =
        is_plain ? 1 : unit_seconds(digits < text.size() ? text[digits] : ' ');
    if (!number || unit == 0) {
      return std::nullopt;
    }
    total += *number * unit;
    if (total > k_longest.count()) {
      return std::nullopt;
    }
    any = true;
    text.remove_prefix(is_plain ? digits : digits + 1);
  }
  return any ? std::optional(std::chrono::seconds(total)) : std::nullopt;
}

std::string ttl_text(std::chrono::seconds ttl) {
  if (ttl.count() <= 0) {
    return "never";
  }
  std::string out;
  std::int64_t left = ttl.count();
  for (const char unit : {'d', 'h', 'm', 's'}) {
    // 24h stays 24h: days are shown where the rest is whole days beyond one.
    if (unit == 'd' && left <= unit_seconds('d')) {
      continue;
    }
    if (const std::int64_t count = left / unit_seconds(unit); count > 0) {
      append(out, count, unit);
      left %= unit_seconds(unit);
    }
  }
  return out;
}

bool glob_matches(std::string_view pattern, std::string_view text) {
  std::size_t p = 0;
  std::size_t t = 0;
  std::size_t star = std::string_view::npos;  // the last * seen, and where its match began
  std::size_t from = 0;
  while (t < text.size()) {
    if (p < pattern.size() && pattern[p] == '*') {
      star = p++;
      from = t;
    } else if (p < pattern.size() && pattern[p] == text[t]) {
      ++p;
      ++t;
    } else if (star != std::string_view::npos) {
      p = star + 1;
      t = ++from;
    } else {
      return false;
    }
  }
  while (p < pattern.size() && pattern[p] == '*') {
    ++p;
  }
  return p == pattern.size();
}

bool any_glob_matches(std::string_view patterns, std::string_view text) {
  while (!patterns.empty()) {
    const auto end = std::min(patterns.find(' '), patterns.size());
    if (glob_matches(patterns.substr(0, end), text)) {
      return true;
    }
    patterns.remove_prefix(std::min(end + 1, patterns.size()));
  }
  return false;
}

}  // namespace virga::cache
