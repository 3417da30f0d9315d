// SPDX-License-Identifier: Apache-2.0
#include "model/derived_paginators.hpp"

#include <algorithm>
#include <cstdint>
#include <iterator>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "base/strings.hpp"
#include "model/botocore_model.hpp"

namespace virga::model {
namespace {

/// What a row of the table is about; the macros of page_tokens.def, in their order.
enum class Kind : std::uint8_t { tokens, limit, of_one_page, not_paged, repeated, besides };

struct Row {
  Kind kind;
  std::string_view first;     ///< inputs, member, or service
  std::string_view second{};  ///< outputs, or operation
  std::string_view third{};   ///< member
};

#define VIRGA_PAGE_TOKENS(inputs, outputs, reason) Row{Kind::tokens, inputs, outputs},
#define VIRGA_PAGE_LIMIT(member) Row{Kind::limit, member},
#define VIRGA_OF_ONE_PAGE(member) Row{Kind::of_one_page, member},
#define VIRGA_NOT_PAGED(service, operation, reason) Row{Kind::not_paged, service, operation},
#define VIRGA_REPEATED(service, operation, member) Row{Kind::repeated, service, operation, member},
#define VIRGA_BESIDES(member) Row{Kind::besides, member},
constexpr Row k_rows[] = {
#include "model/page_tokens.def"
};
#undef VIRGA_PAGE_TOKENS
#undef VIRGA_PAGE_LIMIT
#undef VIRGA_OF_ONE_PAGE
#undef VIRGA_NOT_PAGED
#undef VIRGA_REPEATED
#undef VIRGA_BESIDES

/// Whether the table has the row.
bool has_row(Kind kind,
             std::string_view first,
             std::string_view second = {},
             std::string_view third = {}) {
  return std::any_of(std::begin(k_rows), std::end(k_rows), [&](const Row& row) {
    return row.kind == kind && row.first == first && row.second == second && row.third == third;
  });
}

constexpr std::string_view k_more_results = "IsTruncated";

/// The shapes of one service, by name.
class Shapes {
 public:
  explicit Shapes(const Value& service) : shapes_(member_of(service, "shapes")) {}

  /// The members of the shape that `reference` ({"shape": NAME}) names; null if it has none.
  [[nodiscard]] const Value& members(const Value& reference) const {
    return member_of(shape(reference), "members");
  }

  [[nodiscard]] ShapeKind kind(const Value& reference) const {
    return shape_kind(shape(reference).text("type"));
  }

 private:
  [[nodiscard]] const Value& shape(const Value& reference) const {
    return member_of(shapes_, reference.text("shape"));
  }

  const Value& shapes_;
};

bool has_all(const Value& members, std::string_view names) {
  const auto wanted = split(names, ' ');
  return std::all_of(wanted.begin(), wanted.end(), [&](std::string_view name) {
    return members.find(name) != nullptr;
  });
}

const Row* find_row(const Value& input, const Value& output) {
  const auto* const found = std::find_if(std::begin(k_rows), std::end(k_rows), [&](const Row& row) {
    return row.kind == Kind::tokens && has_all(input, row.first) && has_all(output, row.second);
  });
  return found == std::end(k_rows) ? nullptr : found;
}

/// One name as a text, several as a list, as paginators-1.json has it.
Value names_of(std::string_view names, std::string_view prefix) {
  List out;
  for (const auto name : split(names, ' ')) {
    out.emplace_back(concat(prefix, name));
  }
  return out.size() == 1 ? std::move(out.front()) : Value(std::move(out));
}

bool is_word_of(std::string_view name, std::string_view words) {
  const auto all = split(words, ' ');
  return std::find(all.begin(), all.end(), name) != all.end();
}

/// Where the tokens of an answer stand.
struct Place {
  const Row* row = nullptr;
  std::string member{};            ///< the structure that has them; empty: the output itself
  const Value* members = nullptr;  ///< of it
};

Place find_place(const Shapes& shapes, const Value& input, const Value& output) {
  if (const auto* row = find_row(input, output)) {
    return {row, {}, &output};
  }
  for (const auto& [name, reference] : *output.as_map()) {
    const Value& members = shapes.members(reference);
    if (shapes.kind(reference) != ShapeKind::structure || !members.is_map()) {
      continue;
    }
    if (const auto* row = find_row(input, members)) {
      return {row, name, &members};
    }
  }
  return {};
}

std::string find_limit(const Shapes& shapes, const Value& input) {
  for (const Row& row : k_rows) {
    const auto* reference = row.kind == Kind::limit ? input.find(row.first) : nullptr;
    const auto kind = reference == nullptr ? ShapeKind::structure : shapes.kind(*reference);
    if (kind == ShapeKind::integer || kind == ShapeKind::long_integer ||
        kind == ShapeKind::string) {
      return std::string(row.first);
    }
  }
  return {};
}

/// Where something is derived.
struct Subject {
  std::string_view service;
  std::string_view operation;
};

std::optional<Value> derive(const Shapes& shapes, const Subject& subject, const Value& operation) {
  const Value& input = shapes.members(member_of(operation, "input"));
  const Value& output = shapes.members(member_of(operation, "output"));
  if (!input.is_map() || !output.is_map()) {
    return std::nullopt;
  }
  const Place place = find_place(shapes, input, output);
  if (place.row == nullptr) {
    return std::nullopt;
  }
  const std::string prefix = place.member.empty() ? std::string() : place.member + ".";
  const std::string limit = find_limit(shapes, input);
  const auto* truncated = place.members->find(k_more_results);
  const bool says_more = truncated != nullptr && shapes.kind(*truncated) == ShapeKind::boolean;
  List results;
  List besides;
  List others;
  for (const auto& [name, reference] : *place.members->as_map()) {
    const bool is_about_page =
        is_word_of(name, place.row->first) || is_word_of(name, place.row->second) ||
        name == limit || (says_more && name == k_more_results) || has_row(Kind::of_one_page, name);
    if (shapes.kind(reference) == ShapeKind::list &&
        !has_row(Kind::repeated, subject.service, subject.operation, name)) {
      (has_row(Kind::besides, name) ? besides : results).emplace_back(concat(prefix, name));
    } else if (!is_about_page) {
      others.emplace_back(concat(prefix, name));
    }
  }
  std::move(besides.begin(), besides.end(), std::back_inserter(results));
  if (results.empty()) {
    return std::nullopt;
  }
  for (const auto& [name, reference] : *output.as_map()) {
    if (!place.member.empty() && name != place.member) {
      others.emplace_back(name);
    }
  }
  Map out;
  out.append("input_token", names_of(place.row->first, ""));
  out.append("output_token", names_of(place.row->second, prefix));
  if (!limit.empty()) {
    out.append("limit_key", limit);
  }
  if (says_more) {
    out.append("more_results", concat(prefix, k_more_results));
  }
  out.append("result_key", std::move(results));
  if (!others.empty()) {
    out.append("non_aggregate_keys", std::move(others));
  }
  out.append("derived", true);
  return Value(std::move(out));
}

}  // namespace

Value derive_paginators(std::string_view name, const Value& service, const Value& paginators) {
  Map out;
  const auto* operations = member_of(service, "operations").as_map();
  const Shapes shapes(service);
  if (operations == nullptr) {
    return out;
  }
  for (const auto& [operation, model] : *operations) {
    const Subject subject{name, operation};
    if (has_row(Kind::not_paged, name, operation) || paginators.find(operation) != nullptr) {
      continue;
    }
    if (auto derived = derive(shapes, subject, model)) {
      out.append(operation, std::move(*derived));
    }
  }
  return out;
}

}  // namespace virga::model
