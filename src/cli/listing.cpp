// SPDX-License-Identifier: Apache-2.0
#include "cli/listing.hpp"

#include <algorithm>
#include <string_view>
#include <utility>
#include <vector>

#include "base/strings.hpp"
#include "engine/page_merge.hpp"
#include "engine/result_path.hpp"

namespace virga::cli {
namespace {

using engine::find_path;
using output::Unit;

bool is_prefix(std::string_view a, std::string_view b) {
  return b.starts_with(a) && (b.size() == a.size() || b[a.size()] == '.');
}

bool overlap(std::string_view a, std::string_view b) { return is_prefix(a, b) || is_prefix(b, a); }

/// Takes out of `all` what is in `before` but not in `after` any more.
void remove_taken(Map& all, const Map& before, const Map& after) {
  for (const auto& [key, value] : before) {
    const auto* left = after.find(key);
    auto* mine = all.find(key);
    if (left == nullptr) {
      all.erase(key);
    } else if (mine != nullptr && mine->is_map() && value.is_map() && left->is_map()) {
      remove_taken(*mine->as_map(), *value.as_map(), *left->as_map());
    }
  }
}

/// Gathers what formatters print of single items.
class Gatherer final : public output::Writer {
 public:
  explicit Gatherer(output::Writer& out) : out_(out) {}

  Status write(std::string_view bytes) override {
    constexpr std::size_t k_much = std::size_t{64} << 10U;
    text_ += bytes;
    return text_.size() < k_much ? Status() : flush();
  }

  [[nodiscard]] bool is_closed() const override { return out_.is_closed(); }

  Status flush() {
    Status status = text_.empty() ? Status() : out_.write(text_);
    text_.clear();
    return status;
  }

 private:
  output::Writer& out_;
  std::string text_;
};

class Printer {
 public:
  Printer(const Listing& listing, output::Writer& out) : listing_(listing), out_(out) {}

  Status run() {
    const Unit unit = listing_.formatter.unit();
    if (listing_.items) {
      return run_items();
    }
    if (listing_.query) {
      return run_query(unit);
    }
    switch (unit) {
      case Unit::document:
        return run_document();
      case Unit::page:
      case Unit::block:
        return run_pages(unit);
      case Unit::answer:
        return run_answers();
      case Unit::item:
        return listing_.item_path.empty() ? run_whole() : run_items();
      case Unit::nothing:
        return drain();
      case Unit::whole:
        break;
    }
    return run_whole();
  }

 private:
  using OptionalPage = Result<std::optional<engine::Page>>;

  [[nodiscard]] const std::vector<std::string>& keys() const {
    return listing_.pager.result_keys();
  }

  /// Nothing after the last page, or once the reader has left.
  OptionalPage next() {
    if (out_.is_closed()) {
      return std::optional<engine::Page>();
    }
    auto page = listing_.pages.next();
    is_over_ = page && (!page->has_value() || (*page)->is_last);
    if (page && page->has_value() && listing_.query) {
      format_timestamps((*page)->output, listing_.timestamps);
    }
    return page;
  }

  [[nodiscard]] Map non_aggregate_part() const {
    const auto* map = listing_.pager.non_aggregate_part().as_map();
    return map == nullptr ? Map() : *map;
  }

  /// Only of use once the last page is there.
  [[nodiscard]] const std::string& resume_token() const { return listing_.pager.resume_token(); }

  Status print(const Value& value) {
    return out_.is_closed() ? Status() : listing_.formatter.print(value, out_);
  }

  Status drain() {
    for (;;) {
      VIRGA_TRY_ASSIGN(const auto page, listing_.pages.next());
      if (!page) {
        return {};
      }
    }
  }

  /// The merged result; `merge_` may have some pages already.
  Status run_whole() {
    for (;;) {
      VIRGA_TRY_ASSIGN(auto page, next());
      if (!page) {
        break;
      }
      merge(page->output);
    }
    return print_merged();
  }

  Status print_merged() {
    if (out_.is_closed()) {
      return {};  // pages are missing: a query need not fit what there is
    }
    // Before the last page the token is not ours to read.
    Value whole = merge_.finish(non_aggregate_part(), is_over_ ? resume_token() : std::string());
    if (listing_.query) {
      VIRGA_TRY_ASSIGN(whole, listing_.query->search(whole));
    }
    return print(whole);
  }

  void merge(Value& page) {
    for (const auto& key : keys()) {
      if (key != grown_key_) {
        merge_.add(page, key);
      }
    }
  }

  // A document with a list that grows: the first result key that the pages have.

  Status run_document() {
    for (bool first = true;; first = false) {
      VIRGA_TRY_ASSIGN(auto page, next());
      if (!page) {
        break;
      }
      if (first && page->is_last) {
        merge(page->output);
        return run_whole();
      }
      if (grown_key_.empty() && !choose_grown_key(page->output)) {
        merge(page->output);
        return run_whole();
      }
      VIRGA_TRY(add_to_document(page->output));
    }
    return out_.is_closed() ? Status() : end_document();
  }

  /// False if what comes first is no list, or shares its place with something else: then the order
  /// of the merged result is known only at its end.
  bool choose_grown_key(const Value& page) {
    for (const auto& key : keys()) {
      const auto* value = find_path(page, key);
      if (value == nullptr || value->is_null()) {
        continue;
      }
      if (!value->is_list() || !can_grow(key)) {
        return false;
      }
      grown_key_ = key;
      return true;
    }
    return true;  // a page without results
  }

  [[nodiscard]] bool can_grow(const std::string& key) const {
    const auto& non_aggregate = listing_.pager.non_aggregate_keys();
    return std::none_of(
               keys().begin(),
               keys().end(),
               [&](const std::string& other) { return other != key && overlap(key, other); }) &&
           std::none_of(non_aggregate.begin(), non_aggregate.end(), [&](const std::string& other) {
             return overlap(key, other);
           });
  }

  Status add_to_document(Value& page) {
    merge(page);
    if (grown_key_.empty()) {
      return {};
    }
    if (!begun_) {
      VIRGA_TRY(begin_document());
    }
    const auto* list = find_path(std::as_const(page), grown_key_);
    return list == nullptr || !list->is_list() ? Status() : listing_.formatter.part({*list}, out_);
  }

  Status begin_document() {
    begun_ = true;
    rest_ = non_aggregate_part();
    Map known = rest_;
    for (const auto& key : keys()) {
      if (key != grown_key_) {  // is complete only at the end
        known.erase(split(key, '.').front());
      }
    }
    const Map before = known;
    VIRGA_TRY(listing_.formatter.begin(path_of(grown_key_), known, out_));
    remove_taken(rest_, before, known);
    return {};
  }

  Status end_document() {
    if (!begun_) {
      return print(merge_.finish(non_aggregate_part(), resume_token()));
    }
    const Value rest = merge_.finish(rest_, resume_token());
    return listing_.formatter.end(*rest.as_map(), out_);
  }

  static std::vector<std::string> path_of(std::string_view key) {
    std::vector<std::string> path;
    for (const auto name : split(key, '.')) {
      path.emplace_back(name);
    }
    return path;
  }

  // Page by page.

  /// What the merged result has of a page: the result keys, and with the first page the rest.
  Value shown_part(Value& page, Unit unit, bool first) {
    if (unit == Unit::block) {
      engine::PageMerge one;
      for (const auto& key : keys()) {
        one.add(page, key);
      }
      return one.finish(first ? Value(non_aggregate_part()) : Value(Map()), {});
    }
    Value shown = first ? Value(non_aggregate_part()) : Value(Map());
    for (const auto& key : keys()) {
      Value* value = find_path(page, key);
      engine::set_path(shown, key, value == nullptr ? Value() : std::move(*value));
    }
    return shown;
  }

  Status run_pages(Unit unit) {
    for (bool first = true;; first = false) {
      VIRGA_TRY_ASSIGN(auto page, next());
      if (!page) {
        return listing_.formatter.end({}, out_);
      }
      Value shown = shown_part(page->output, unit, first);
      const std::string_view token = page->is_last ? resume_token() : std::string_view();
      if (unit == Unit::block && !token.empty()) {
        shown.as_map()->set("NextToken", token);
      }
      VIRGA_TRY(listing_.formatter.part({shown, token}, out_));
    }
  }

  Status run_answers() {
    for (;;) {
      VIRGA_TRY_ASSIGN(const auto page, next());
      if (!page) {
        return {};
      }
      VIRGA_TRY(listing_.formatter.part({page->output}, out_));
    }
  }

  Status run_items() {
    for (;;) {
      VIRGA_TRY_ASSIGN(const auto page, next());
      if (!page) {
        return {};
      }
      const auto* list = find_path(page->output, listing_.item_path);
      if (list == nullptr || !list->is_list()) {
        continue;
      }
      VIRGA_TRY(listing_.items
                    ? print_items(*list->as_list(), listing_.formatter, listing_.query, out_)
                    : listing_.formatter.part({*list}, out_));
    }
  }

  // With a query.

  Status run_query(Unit unit) {
    if (listing_.query_per_page && (unit == Unit::page || unit == Unit::answer)) {
      return unit == Unit::page ? run_query_per_page() : run_query_per_answer();
    }
    if (const auto head = listing_.query->head();
        head && is_list_of_pages(head->list.distributes_over())) {
      return run_head(*head);
    }
    const bool is_distributed = is_list_of_pages(listing_.query->distributes_over());
    return unit == Unit::whole || unit == Unit::nothing || !is_distributed ? run_whole()
                                                                           : run_distributed(unit);
  }

  /// Whether each page adds elements to the list there, and nothing else changes it.
  [[nodiscard]] bool is_list_of_pages(const std::string& path) const {
    return std::find(keys().begin(), keys().end(), path) != keys().end() && can_grow(path);
  }

  /// Only the first elements of a list count: the pages that have them are enough.
  Status run_head(const query::Expression::Head& head) {
    for (std::int64_t seen = 0; seen < head.count;) {
      VIRGA_TRY_ASSIGN(auto page, next());
      if (!page) {
        break;
      }
      VIRGA_TRY_ASSIGN(const Value found, head.list.search(page->output));
      const auto* list = found.as_list();
      seen += list == nullptr ? 0 : static_cast<std::int64_t>(list->size());
      merge(page->output);
    }
    return print_merged();
  }

  /// What the AWS CLI does in text: the query sees one page after the other, and the token too.
  Status run_query_per_page() {
    for (bool first = true;; first = false) {
      VIRGA_TRY_ASSIGN(auto page, next());
      if (!page) {
        break;
      }
      const Value shown = shown_part(page->output, Unit::page, first);
      VIRGA_TRY_ASSIGN(const Value found, listing_.query->search(shown));
      VIRGA_TRY(print(found));
    }
    if (resume_token().empty()) {
      return {};
    }
    Map token;
    token.set("NextToken", resume_token());
    Map page;
    page.set("NextToken", std::move(token));
    VIRGA_TRY_ASSIGN(const Value found, listing_.query->search(page));
    return print(found);
  }

  Status run_query_per_answer() {
    for (;;) {
      VIRGA_TRY_ASSIGN(const auto page, next());
      if (!page) {
        return {};
      }
      VIRGA_TRY_ASSIGN(const Value found, listing_.query->search(page->output));
      VIRGA_TRY(listing_.formatter.part({found}, out_));
    }
  }

  /// The result is a list to which each page adds.
  Status run_distributed(Unit unit) {
    for (;;) {
      VIRGA_TRY_ASSIGN(const auto page, next());
      if (!page) {
        break;
      }
      VIRGA_TRY_ASSIGN(const Value found, listing_.query->search(page->output));
      if (!found.is_list()) {
        continue;
      }
      if (!begun_ && unit == Unit::document) {
        Map nothing;
        VIRGA_TRY(listing_.formatter.begin({}, nothing, out_));
      }
      begun_ = true;
      VIRGA_TRY(listing_.formatter.part({found}, out_));
    }
    if (!begun_) {
      return print(Value());
    }
    return out_.is_closed() ? Status() : listing_.formatter.end({}, out_);
  }

  const Listing& listing_;
  output::Writer& out_;
  engine::PageMerge merge_;
  std::string grown_key_;  ///< of the document's list; empty while no page had any
  Map rest_;               ///< of the non-aggregate part, what the formatter has not printed yet
  bool begun_ = false;
  bool is_over_ = false;  ///< the last page is there
};

}  // namespace

Status print_listing(const Listing& listing, output::Writer& out) {
  return Printer(listing, out).run();
}

Status print_items(const List& items,
                   output::Formatter& formatter,
                   const std::optional<query::Expression>& query,
                   output::Writer& out) {
  List found;
  for (const auto& item : items) {
    if (!query) {
      break;
    }
    VIRGA_TRY_ASSIGN(Value result, query->search(item));
    if (!result.is_null()) {
      found.push_back(std::move(result));
    }
  }
  const List& printed = query ? found : items;
  if (formatter.unit() == Unit::item) {
    return printed.empty() ? Status() : formatter.part({Value(printed)}, out);
  }
  const bool are_rows =
      formatter.unit() == Unit::page &&
      std::all_of(printed.begin(), printed.end(), [](const Value& v) { return v.is_map(); });
  if (are_rows) {  // with the same columns
    return formatter.print(Value(printed), out);
  }
  Gatherer gathered(out);
  for (const auto& item : printed) {
    VIRGA_TRY(formatter.print(item, gathered));
  }
  return gathered.flush();
}

void format_timestamps(Value& value, TimestampStyle style) {
  if (const auto* timestamp = value.as_timestamp(); timestamp != nullptr) {
    if (style == TimestampStyle::iso8601) {
      value = format_timestamp(*timestamp, style).text;
    }
  } else if (auto* map = value.as_map()) {
    for (auto& [name, member] : *map) {
      format_timestamps(member, style);
    }
  } else if (auto* list = value.as_list()) {
    for (auto& element : *list) {
      format_timestamps(element, style);
    }
  }
}

}  // namespace virga::cli
