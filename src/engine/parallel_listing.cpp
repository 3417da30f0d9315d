// SPDX-License-Identifier: Apache-2.0
#include "engine/parallel_listing.hpp"

#include <algorithm>
#include <array>
#include <chrono>
#include <iterator>
#include <limits>
#include <string_view>
#include <utility>

#include "base/prefault.hpp"
#include "base/strings.hpp"
#include "base/threads.hpp"

namespace virga::engine {
namespace {

constexpr std::string_view k_start_after = "StartAfter";
constexpr std::string_view k_token = "ContinuationToken";

Status check_params(const Value& params) {
  struct Refused {
    std::string_view member;
    std::string_view option;
    std::string_view reason;
  };

  static constexpr std::array<Refused, 4> k_refused = {{
      {"Delimiter", "--delimiter", "it lists every key, folders have no place among them."},
      {"EncodingType", "--encoding-type", "keys are compared as they are."},
      {k_token, "--continuation-token", "use --starting-token."},
      {"MaxKeys", "--max-keys", "use --max-items or --page-size."},
  }};
  for (const auto& [member, option, reason] : k_refused) {
    if (params.find(member) != nullptr) {
      return fail(ErrorCode::usage, concat("--parallel does not go with ", option, ": ", reason));
    }
  }
  const auto bucket = params.text("Bucket");
  if (bucket.ends_with("--x-s3") || bucket.ends_with("--xa-s3")) {
    return fail(ErrorCode::usage,
                concat("--parallel does not go with the directory bucket ",
                       bucket,
                       ": such buckets do not list keys in their order."));
  }
  return {};
}

}  // namespace

Status ParallelListing::check_operation(const model::Operation& operation) {
  if (operation.service().name() != "s3" || operation.name() != "ListObjectsV2") {
    return fail(ErrorCode::usage,
                "--parallel divides listings of S3 objects: it goes with s3api list-objects-v2 and "
                "s3 ls --recursive.");
  }
  return {};
}

Result<std::unique_ptr<ParallelListing>> ParallelListing::start(Caller& caller,
                                                                Call call,
                                                                const PageLimits& limits,
                                                                std::stop_source stop,
                                                                std::function<bool()> has_left) {
  VIRGA_TRY(check_operation(call.operation));
  VIRGA_TRY(check_params(call.params));
  share_heap();  // what these threads parse, the reader's frees
  auto& params = *call.params.as_map();
  Begin begin{std::string(call.params.text(k_start_after)), {}, 0};
  if (limits.starting_token) {
    VIRGA_TRY_ASSIGN(const auto point,
                     read_starting_token(*limits.starting_token, {std::string(k_token)}));
    for (const auto& [name, token] : *point.tokens.as_map()) {
      const bool is_ours = name == k_start_after || name == k_token;
      if (!is_ours ||
          !(token.is_string() || token.is_null())) {  // or it would begin anew, silently
        return fail(
            ErrorCode::usage,
            concat("Bad starting token, not one of list-objects-v2: ", *limits.starting_token));
      }
    }
    if (point.tokens.find(k_start_after) != nullptr) {
      begin.after = point.tokens.text(k_start_after);
    }
    begin.token = point.tokens.text(k_token);
    begin.skipped = static_cast<std::size_t>(point.truncation);
  }
  params.erase(k_start_after);
  if (limits.page_size) {
    params.set("MaxKeys", *limits.page_size);
  }
  return std::unique_ptr<ParallelListing>(new ParallelListing(
      caller, std::move(call), begin, limits.max_items, std::move(stop), std::move(has_left)));
}

ParallelListing::ParallelListing(Caller& caller,
                                 Call call,
                                 const Begin& begin,
                                 std::optional<std::int64_t> max_items,
                                 std::stop_source stop,
                                 std::function<bool()> has_left)
    : caller_(caller),
      call_(std::move(call)),
      stop_(std::move(stop)),
      has_left_(std::move(has_left)),
      ranges_(std::string(call_.params.text("Prefix")), begin.after, begin.token, {}),
      skipped_(begin.skipped),
      left_(max_items) {
  if (left_) {
    left_ = std::max<std::int64_t>(*left_, 0);
  }
}

ParallelListing::~ParallelListing() {
  std::vector<std::thread> threads;
  {
    const std::lock_guard lock(mutex_);
    if (threads_.empty()) {
      return;
    }
    threads.swap(threads_);
    stop_.request_stop();
  }
  for (auto& thread : threads) {
    thread.join();
  }
}

Result<KeyPage> ParallelListing::fetch(const KeyRanges::Work& work) {
  Call call = call_;
  auto& params = *call.params.as_map();
  if (!work.token.empty()) {
    params.set(k_token, work.token);
  } else if (!work.after.empty()) {
    params.set(k_start_after, work.after);
  }
  call.priority = work.is_next ? limit::Priority::interactive : limit::Priority::prefetch;
  VIRGA_TRY_ASSIGN(Page page, caller_.call(call));
  KeyPage out;
  auto& output = *page.output.as_map();
  if (auto* contents = output.find("Contents"); contents != nullptr && contents->is_list()) {
    out.items = std::move(*contents->as_list());
  }
  const auto* more = page.output.find("IsTruncated");
  out.more = more != nullptr && *more == Value(true);
  out.token = page.output.text("NextContinuationToken");
  return out;
}

/// Gives the lock away while the request is made.
void ParallelListing::carry_out(const KeyRanges::Work& work, std::unique_lock<std::mutex>& lock) {
  lock.unlock();
  auto page = fetch(work);
  lock.lock();
  if (page) {
    ranges_.end(work, std::move(*page));
  } else {
    ranges_.fail(work, std::move(page).error());
  }
  changed_.notify_all();
}

void ParallelListing::work() {
  std::unique_lock lock(mutex_);
  for (;;) {
    std::optional<KeyRanges::Work> work;
    ++idle_;
    const bool has_work = changed_.wait(lock, stop_.get_token(), [&] {
      work = ranges_.begin(wanted_);
      return work.has_value();
    });
    --idle_;
    if (!has_work || stop_.stop_requested()) {
      return;
    }
    if (idle_ == 0) {
      start_thread();
    }
    carry_out(*work, lock);
  }
}

void ParallelListing::start_thread() {
  if (threads_.size() < KeyRanges::Options().requests && !stop_.stop_requested()) {
    add_thread(threads_, [this] { work(); });
  }
}

/// The next page of a range; nothing at the end, or where the reader has left.
std::optional<Result<KeyPage>> ParallelListing::take() {
  constexpr auto k_patience = std::chrono::milliseconds(50);
  std::unique_lock lock(mutex_);
  wanted_ = pages_wanted();
  if (!is_begun_) {
    is_begun_ = true;
    if (const auto work = ranges_.begin(wanted_)) {
      carry_out(*work, lock);
    }
  }
  for (;;) {
    auto taken = ranges_.take();
    if (taken || ranges_.is_over()) {
      changed_.notify_all();  // there is room
      return taken;
    }
    if (threads_.empty()) {
      start_thread();
    }
    changed_.notify_all();  // more may be wanted than before
    if (changed_.wait_for(lock, k_patience) == std::cv_status::timeout && has_left_ &&
        has_left_()) {
      return std::nullopt;
    }
    if (stop_.stop_requested()) {
      return std::nullopt;
    }
  }
}

/// How many more pages the reader can use.
std::size_t ParallelListing::pages_wanted() const {
  if (!left_) {
    return std::numeric_limits<std::size_t>::max();
  }
  const auto items = static_cast<std::size_t>(*left_) + skipped_;
  const auto here = gathered_.size();
  const auto of_page = page_items_.value_or(items + 1);
  return items <= here ? 1 : (items - here + of_page - 1) / of_page;
}

/// Takes what the next page needs.
void ParallelListing::gather() {
  while (!is_over_ && !failure_ && (!page_items_ || gathered_.size() < *page_items_)) {
    if (left_ && static_cast<std::int64_t>(gathered_.size()) >= std::max<std::int64_t>(*left_, 1)) {
      return;
    }
    auto taken = take();
    if (!taken) {
      is_over_ = true;
      return;
    }
    if (!*taken) {
      failure_ = std::move(*taken).error();
      return;
    }
    auto& page = **taken;
    more_ = page.more;
    page_items_ = std::max(page_items_.value_or(1), page.items.size());
    if (skipped_ > 0) {
      const auto skipped = std::min(std::exchange(skipped_, 0), page.items.size());
      page.items.erase(page.items.begin(),
                       page.items.begin() + static_cast<std::ptrdiff_t>(skipped));
      if (!page.items.empty()) {  // shorter than others are, as where one follows the other
        gathered_ = std::move(page.items);
        return;
      }
      continue;
    }
    if (gathered_.empty()) {
      gathered_ = std::move(page.items);
    } else {
      gathered_.insert(gathered_.end(),
                       std::make_move_iterator(page.items.begin()),
                       std::make_move_iterator(page.items.end()));
    }
  }
}

/// The first items of what was gathered: as many as a page has, or as the reader still wants.
Page ParallelListing::cut_page() {
  std::size_t size = std::min(gathered_.size(), page_items_.value_or(gathered_.size()));
  if (left_) {
    size = std::min(size, static_cast<std::size_t>(*left_));
  }
  const auto end = gathered_.begin() + static_cast<std::ptrdiff_t>(size);
  List items;
  List rest;
  if (size < gathered_.size()) {
    rest.assign(std::make_move_iterator(end), std::make_move_iterator(gathered_.end()));
    gathered_.erase(end, gathered_.end());
  }
  items = std::exchange(gathered_, std::move(rest));
  if (left_) {
    *left_ -= static_cast<std::int64_t>(size);
  }
  resume_token_.clear();
  const bool goes_on = !gathered_.empty() || more_ || failure_;
  if (!items.empty() && goes_on) {
    Map position;
    position.append(std::string(k_start_after), items.back().text("Key"));
    resume_token_ = make_token(std::move(position));
  }
  Page page;
  page.output.as_map()->append("Contents", std::move(items));
  return page;
}

Result<std::optional<Page>> ParallelListing::next() {
  if (failure_ && gathered_.empty()) {
    is_over_ = true;
    return virga::fail(*std::exchange(failure_, std::nullopt));
  }
  if ((is_over_ && gathered_.empty()) || (left_ && *left_ == 0 && is_begun_)) {
    return std::optional<Page>();
  }
  gather();
  if (gathered_.empty() && failure_) {
    return next();
  }
  if (gathered_.empty()) {
    return std::optional<Page>();
  }
  Page page = cut_page();
  page.is_last = (is_over_ && gathered_.empty()) || (left_ && *left_ == 0);
  return std::optional(std::move(page));
}

}  // namespace virga::engine
