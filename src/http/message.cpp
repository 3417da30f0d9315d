// SPDX-License-Identifier: Apache-2.0
#include "http/message.hpp"

#include <algorithm>

#include "base/strings.hpp"

namespace virga::http {

void Headers::set(std::string_view name, std::string value) {
  remove(name);
  fields_.emplace_back(std::string(name), std::move(value));
}

void Headers::remove(std::string_view name) {
  std::erase_if(fields_, [&](const Field& field) { return equals_ignore_case(field.first, name); });
}

const std::string* Headers::find(std::string_view name) const {
  const auto at = std::find_if(fields_.begin(), fields_.end(), [&](const Field& field) {
    return equals_ignore_case(field.first, name);
  });
  return at == fields_.end() ? nullptr : &at->second;
}

std::string_view Headers::get(std::string_view name) const {
  const auto* value = find(name);
  return value == nullptr ? std::string_view() : std::string_view(*value);
}

std::string Request::url() const {
  return query.empty() ? concat(scheme, "://", host, path)
                       : concat(scheme, "://", host, path, "?", query);
}

}  // namespace virga::http
