// SPDX-License-Identifier: Apache-2.0
#include "completion/nouns.hpp"

#include <algorithm>
#include <array>
#include <utility>

#include "base/strings.hpp"

namespace virga::completion {
namespace {

constexpr std::size_t k_deepest = 5;

/// Endings that say how a thing is named, the preferred first where the parameter has none.
constexpr std::array<std::string_view, 5> k_suffixes = {"name", "identifier", "id", "url", "arn"};

/// Lower case, letters and digits only, singular: "InstanceIds" and "instance-id" are "instanceid".
std::string normal(std::string_view name) {
  std::string out;
  for (const char c : to_lower(name)) {
    if (is_ascii_alnum(c)) {
      out += c;
    }
  }
  if (out.ends_with("ies")) {
    out.replace(out.size() - 3, 3, "y");
  } else if (out.ends_with("s") && !out.ends_with("ss") && out.size() > 2) {
    out.pop_back();
    if (out.ends_with("sse") || out.ends_with("xe") || out.ends_with("che") ||
        out.ends_with("she")) {
      out.pop_back();
    }
  }
  return out;
}

/// The ending of a noun among k_suffixes, or "".
std::string_view suffix_of(std::string_view noun) {
  for (const auto suffix : k_suffixes) {
    if (noun.ends_with(suffix)) {
      return suffix;
    }
  }
  return {};
}

std::string_view without_suffix(std::string_view noun) {
  noun.remove_suffix(suffix_of(noun).size());
  return noun;
}

/// What a list or structure holds, by its name: "DistributionSummary" holds a distribution.
std::string holder_noun(std::string_view name) {
  std::string out = normal(name);
  for (const std::string_view ending : {"list",
                                        "set",
                                        "summary",
                                        "listentry",
                                        "entry",
                                        "description",
                                        "detail",
                                        "information",
                                        "info",
                                        "metadata",
                                        "item"}) {
    if (out.size() > ending.size() && out.ends_with(ending)) {
      out.resize(out.size() - ending.size());
      break;
    }
  }
  return normal(out);
}

/// "securitygroup" and "groupid" are "securitygroupid" together: what they share counts once.
std::string joined(std::string_view holder, std::string_view field) {
  for (std::size_t shared = std::min(holder.size(), field.size()); shared > 2; --shared) {
    if (holder.ends_with(field.substr(0, shared))) {
      return concat(holder, field.substr(shared));
    }
  }
  return concat(holder, field);
}

std::vector<std::string> operation_words(std::string_view name) {
  std::vector<std::string> words;
  for (const char c : name) {
    if (words.empty() || (c >= 'A' && c <= 'Z')) {
      words.emplace_back();
    }
    words.back() += c;
  }
  return words;
}

int score_of(std::string_view noun,
             std::string_view field,
             const std::vector<std::string>& holders,
             bool is_element) {
  const auto suffix = suffix_of(noun);
  const auto base = without_suffix(noun);
  // "Description" alone says nothing of what it is the description of.
  if (field == noun && !base.empty() && (!suffix.empty() || is_element)) {
    return k_exact + 2;
  }
  int best = 0;
  const auto weigh = [&](std::string_view full) {
    if (full == noun) {
      best = std::max(best, k_exact + 1);
    } else if (!base.empty() && without_suffix(full) == base) {
      const auto own = suffix_of(full);
      const auto rank = std::find(k_suffixes.begin(), k_suffixes.end(), own) - k_suffixes.begin();
      best = std::max(best, own.empty() ? 5 : 5 - static_cast<int>(rank));
    }
  };
  if (is_element) {
    weigh(field);
    return best;
  }
  if (suffix_of(field).empty()) {
    return 0;
  }
  for (const auto& holder : holders) {
    weigh(joined(holder, field));
  }
  return best;
}

/// Walks over an output, and keeps the best paths.
class Search {
 public:
  explicit Search(const std::vector<std::string>& nouns) : nouns_(nouns) {}

  void walk(const model::Shape& shape, const std::vector<std::string>& holders) {
    if (path_.size() >= k_deepest) {
      return;
    }
    for (std::uint32_t i = 0; i < shape.member_count(); ++i) {
      const auto member = shape.member(i);
      path_.push_back(member.name());
      look_at(member, holders);
      path_.pop_back();
    }
  }

  std::vector<ValuePath> take() { return std::move(best_); }

 private:
  void look_at(const model::Member& member, const std::vector<std::string>& holders) {
    using model::ShapeKind;
    auto shape = member.shape();
    const bool is_list = shape.kind() == ShapeKind::list;
    if (is_list) {
      shape = shape.element().shape();
    }
    if (shape.kind() == ShapeKind::structure) {
      std::vector<std::string> inner{holder_noun(member.name()), holder_noun(shape.name())};
      if (path_.size() > 1 && (inner[0] == "item" || inner[0] == "member")) {
        inner.insert(inner.end(), holders.begin(), holders.end());
      }
      walk(shape, inner);
    } else if (shape.kind() == ShapeKind::string && shape.enum_values().is_null()) {
      const auto field = is_list ? holder_noun(member.name()) : normal(member.name());
      for (const auto& noun : nouns_) {
        keep(score_of(noun, field, holders, is_list));
      }
    }
  }

  void keep(int score) {
    if (score <= 0 || (!best_.empty() && score < best_.front().score)) {
      return;
    }
    if (!best_.empty() && score > best_.front().score) {
      best_.clear();
    }
    best_.push_back({path_, score});
  }

  const std::vector<std::string>& nouns_;
  std::vector<std::string_view> path_;
  std::vector<ValuePath> best_;
};

}  // namespace

std::vector<std::string> nouns_of(const model::Operation& operation, const model::Member& member) {
  const auto own = normal(member.name());
  if (!without_suffix(own).empty()) {
    return {own};
  }
  std::vector<std::string> out;
  const auto words = operation_words(operation.name());
  for (std::size_t count = words.size(); count > 1; --count) {
    std::string noun;
    for (std::size_t i = 1; i < count; ++i) {
      noun += words[i];
    }
    out.push_back(concat(normal(noun), own));
  }
  return out;
}

std::vector<ValuePath> find_paths(const model::Shape& output,
                                  const std::vector<std::string>& nouns) {
  Search search(nouns);
  search.walk(output, {});
  return search.take();
}

}  // namespace virga::completion
