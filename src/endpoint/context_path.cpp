// SPDX-License-Identifier: Apache-2.0
#include "endpoint/context_path.hpp"

#include "base/strings.hpp"

namespace virga::endpoint {
namespace {

constexpr int k_max_depth = 16;

/// The values that the path has reached so far.
struct Nodes {
  std::vector<const Value*> values;
  std::vector<std::string_view> keys;  ///< of keys(), which has no values to point to
  bool is_list = false;
};

class Reader {
 public:
  explicit Reader(std::string_view path) : path_(path) {}

  std::optional<Nodes> read(const Value& input) {
    Nodes nodes = expression({{&input}, {}, false}, 0);
    skip_space();
    return ok_ && path_.empty() ? std::optional(std::move(nodes)) : std::nullopt;
  }

 private:
  void skip_space() {
    while (!path_.empty() && is_ascii_space(path_.front())) {
      path_.remove_prefix(1);
    }
  }

  bool eat(std::string_view token) {
    skip_space();
    if (!path_.starts_with(token)) {
      return false;
    }
    path_.remove_prefix(token.size());
    return true;
  }

  std::string_view identifier() {
    skip_space();
    std::size_t end = 0;
    while (end < path_.size() && (is_ascii_alnum(path_[end]) || path_[end] == '_')) {
      ++end;
    }
    const auto name = path_.substr(0, end);
    path_.remove_prefix(end);
    ok_ = ok_ && !name.empty();
    return name;
  }

  Nodes expression(Nodes nodes, int depth) {
    if (depth > k_max_depth) {
      ok_ = false;
      return {};
    }
    nodes = step(std::move(nodes), depth);
    while (ok_) {
      if (eat("[*]") || eat("[]")) {
        nodes = elements(nodes);
      } else if (eat(".")) {
        nodes = step(std::move(nodes), depth);
      } else {
        break;
      }
    }
    return nodes;
  }

  Nodes step(Nodes nodes, int depth) {
    if (eat("[*]") || eat("[]")) {
      return elements(nodes);
    }
    if (eat("[")) {
      return multi_select(nodes, depth);
    }
    const auto name = identifier();
    if (name == "keys" && eat("(")) {
      return keys(std::move(nodes), depth);
    }
    Nodes found;
    found.is_list = nodes.is_list;
    for (const auto* value : nodes.values) {
      const auto* member = value->find(name);
      if (member != nullptr && !member->is_null()) {
        found.values.push_back(member);
      }
    }
    return found;
  }

  Nodes multi_select(const Nodes& nodes, int depth) {
    Nodes found;
    found.is_list = true;
    const std::string_view begin = path_;
    // Element by element, so that the order is that of the input.
    for (const auto* value : nodes.values) {
      path_ = begin;
      select(*value, found, depth);
    }
    if (nodes.values.empty()) {
      Nodes none;
      select(Value(), none, depth);
    }
    eat("[]");
    return found;
  }

  void select(const Value& value, Nodes& found, int depth) {
    do {
      const Nodes part = expression({{&value}, {}, false}, depth + 1);
      found.values.insert(found.values.end(), part.values.begin(), part.values.end());
    } while (ok_ && eat(","));
    ok_ = ok_ && eat("]");
  }

  Nodes keys(Nodes nodes, int depth) {
    const Nodes arguments =
        path_.starts_with('@') && eat("@") ? nodes : expression(std::move(nodes), depth + 1);
    ok_ = ok_ && eat(")");
    Nodes found;
    found.is_list = true;
    for (const auto* value : arguments.values) {
      if (const auto* map = value->as_map()) {
        for (const auto& entry : *map) {
          found.keys.emplace_back(entry.first);
        }
      }
    }
    return found;
  }

  static Nodes elements(const Nodes& nodes) {
    Nodes found;
    found.is_list = true;
    found.keys = nodes.keys;
    for (const auto* value : nodes.values) {
      if (const auto* list = value->as_list()) {
        for (const auto& item : *list) {
          found.values.push_back(&item);
        }
      } else if (nodes.is_list) {
        found.values.push_back(value);  // "[]" after a list that is flat already
      }
    }
    return found;
  }

  std::string_view path_;
  bool ok_ = true;
};

}  // namespace

std::optional<PathResult> search_path(std::string_view path, const Value& input) {
  const auto nodes = Reader(path).read(input);
  if (!nodes || (!nodes->is_list && nodes->values.empty())) {
    return std::nullopt;
  }
  PathResult result;
  result.is_list = nodes->is_list;
  result.texts = nodes->keys;
  for (const auto* value : nodes->values) {
    if (const auto* text = value->as_string()) {
      result.texts.emplace_back(*text);
    } else if (const auto* list = value->as_list(); list != nullptr && !nodes->is_list) {
      result.is_list = true;
      for (const auto& item : *list) {
        if (const auto* word = item.as_string()) {
          result.texts.emplace_back(*word);
        }
      }
    } else if (const auto* flag = value->as_bool()) {
      result.flag = *flag;
    }
  }
  return result;
}

}  // namespace virga::endpoint
