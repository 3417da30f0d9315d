// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <forward_list>
#include <string>
#include <string_view>
#include <utility>
#include <variant>
#include <vector>

#include "model/document.hpp"

namespace virga::endpoint {

using StringList = std::vector<std::string_view>;
struct Record;

/// What a variable of a rule set holds. A few words: texts, lists and records belong to the pack,
/// to the caller's parameters or to the evaluation's Arena. monostate is "not set".
using RuleValue = std::variant<std::monostate,
                               bool,
                               std::int64_t,
                               std::string_view,
                               const StringList*,
                               const Record*,
                               model::Document>;

/// The result of parseURL, aws.parseArn and aws.partition.
struct Record {
  std::vector<std::pair<std::string_view, RuleValue>> fields;

  [[nodiscard]] RuleValue find(std::string_view name) const {
    for (const auto& [key, value] : fields) {
      if (key == name) {
        return value;
      }
    }
    return {};
  }
};

/// Owns what functions make, until the evaluation ends. Thread-compatible.
class Arena {
 public:
  std::string_view keep(std::string text) { return texts_.emplace_front(std::move(text)); }

  const StringList* keep(StringList list) { return &lists_.emplace_front(std::move(list)); }

  const Record* keep(Record record) { return &records_.emplace_front(std::move(record)); }

 private:
  std::forward_list<std::string> texts_;
  std::forward_list<StringList> lists_;
  std::forward_list<Record> records_;
};

[[nodiscard]] inline bool is_set(const RuleValue& value) { return value.index() != 0; }

}  // namespace virga::endpoint
