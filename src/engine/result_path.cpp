// SPDX-License-Identifier: Apache-2.0
#include "engine/result_path.hpp"

#include "base/strings.hpp"

namespace virga::engine {
namespace {

const Value* at_index(const Value* value, std::string_view index_text) {
  const auto index = parse_int(index_text);
  const auto* list = value == nullptr ? nullptr : value->as_list();
  if (list == nullptr || !index) {
    return nullptr;
  }
  const auto size = static_cast<std::int64_t>(list->size());
  const std::int64_t place = *index < 0 ? *index + size : *index;
  return place >= 0 && place < size ? &(*list)[static_cast<std::size_t>(place)] : nullptr;
}

const Value* follow(const Value& value, std::string_view path) {
  const Value* current = &value;
  for (auto step : split(path, '.')) {
    const auto bracket = step.find('[');
    const auto name = step.substr(0, bracket);
    if (!name.empty()) {
      current = current->find(name);
    }
    if (bracket != std::string_view::npos && step.ends_with(']')) {
      current = at_index(current, step.substr(bracket + 1, step.size() - bracket - 2));
    }
    if (current == nullptr) {
      return nullptr;
    }
  }
  return current;
}

}  // namespace

const Value* find_path(const Value& value, std::string_view path) {
  constexpr std::string_view k_or = "||";
  for (;;) {
    const auto at = path.find(k_or);
    const auto* found = follow(value, trim(path.substr(0, at)));
    if (at == std::string_view::npos || is_truthy(found)) {
      return found;
    }
    path.remove_prefix(at + k_or.size());
  }
}

void set_path(Value& value, std::string_view path, Value replacement) {
  Value* current = &value;
  for (const auto name : split(path, '.')) {
    if (!current->is_map()) {
      *current = Map();
    }
    auto* map = current->as_map();
    auto* next = map->find(name);
    current = next == nullptr ? &map->append(std::string(name), Value()) : next;
  }
  *current = std::move(replacement);
}

Value* find_path(Value& value, std::string_view path) {
  return const_cast<Value*>(follow(value, path));  // NOLINT: value is not const
}

bool is_truthy(const Value* value) {
  if (value == nullptr) {
    return false;
  }
  switch (value->kind()) {
    case Value::Kind::null:
      return false;
    case Value::Kind::boolean:
      return *value->as_bool();
    case Value::Kind::string:
      return !value->as_string()->empty();
    case Value::Kind::list:
      return !value->as_list()->empty();
    case Value::Kind::map:
      return !value->as_map()->empty();
    default:
      return true;
  }
}

}  // namespace virga::engine
