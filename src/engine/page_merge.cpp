// SPDX-License-Identifier: Apache-2.0
#include "engine/page_merge.hpp"

#include <iterator>
#include <utility>

#include "engine/result_path.hpp"

namespace virga::engine {
namespace {

Value sum(const Value& a, const Value& b) {
  const auto* x = a.as_integer();
  const auto* y = b.as_integer();
  if (x != nullptr && y != nullptr) {
    return *x + *y;
  }
  const auto as_double = [](const Value& value) {
    const auto* integer = value.as_integer();
    const auto* number = value.as_number();
    return integer != nullptr ? static_cast<double>(*integer) : number != nullptr ? *number : 0.0;
  };
  return as_double(a) + as_double(b);
}

void merge_value(Value& whole, std::string_view path, Value& part) {
  Value* existing = find_path(whole, path);
  if (existing == nullptr || existing->is_null()) {
    set_path(whole, path, std::move(part));
    return;
  }
  auto* list = existing->as_list();
  auto* more = part.as_list();
  if (list != nullptr && more != nullptr) {
    list->insert(
        list->end(), std::make_move_iterator(more->begin()), std::make_move_iterator(more->end()));
  } else if (auto* text = existing->as_string(); text != nullptr && part.is_string()) {
    *text += *part.as_string();
  } else if ((part.is_integer() || part.is_number()) &&
             (existing->is_integer() || existing->is_number())) {
    *existing = sum(*existing, part);
  }
}

/// Adds the members of `extra`; maps on both sides are merged.
void merge_maps(Value& base, const Value& extra) {
  for (const auto& [key, value] : *extra.as_map()) {
    auto* present = base.as_map()->find(key);
    if (present != nullptr && present->is_map() && value.is_map()) {
      merge_maps(*present, value);
    } else {
      base.as_map()->set(key, value);
    }
  }
}

}  // namespace

void PageMerge::add(Value& page, std::string_view result_key) {
  Value* part = find_path(page, result_key);
  if (part != nullptr && !part->is_null()) {
    merge_value(whole_, result_key, *part);
  }
}

Value PageMerge::finish(const Value& non_aggregate_part, std::string_view resume_token) {
  merge_maps(whole_, non_aggregate_part);
  if (!resume_token.empty()) {
    whole_.as_map()->set("NextToken", resume_token);
  }
  return std::move(whole_);
}

Result<Value> merge_pages(Pages& pages, const Pager& pager) {
  PageMerge merge;
  for (;;) {
    VIRGA_TRY_ASSIGN(auto page, pages.next());
    if (!page) {
      return merge.finish(pager.non_aggregate_part(), pager.resume_token());
    }
    for (const auto& key : pager.result_keys()) {
      merge.add(page->output, key);
    }
  }
}

}  // namespace virga::engine
