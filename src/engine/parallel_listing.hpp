// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <condition_variable>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <mutex>
#include <optional>
#include <stop_token>
#include <string>
#include <thread>
#include <vector>

#include "engine/caller.hpp"
#include "engine/key_ranges.hpp"
#include "engine/pager.hpp"

namespace virga::engine {

/// The objects of S3's ListObjectsV2, several ranges of keys fetched at the same time
/// (key_ranges.hpp) and given in order, in pages of the service's size: what a reader sees is what
/// one page after the other would have shown. Not for what a reader may see besides objects: pages
/// have "Contents" only.
///
/// Shape:   the first page is fetched on the reader's thread; others start only if there is more.
///          When and how fast requests are sent is the caller's business, as ever: its limiter.
/// Errors:  those of a range in its place, once; usage, for parameters that such a listing cannot
/// have. Threads: next() is for one thread at a time; `caller` is called by several.
class ParallelListing final : public Pages {
 public:
  /// Errors: usage, for an operation that cannot be listed so.
  [[nodiscard]] static Status check_operation(const model::Operation& operation);

  /// `stop` and `has_left` as for ReadAhead. The caller must outlive this.
  [[nodiscard]] static Result<std::unique_ptr<ParallelListing>> start(
      Caller& caller,
      Call call,
      const PageLimits& limits,
      std::stop_source stop,
      std::function<bool()> has_left);
  ~ParallelListing() override;
  ParallelListing(const ParallelListing&) = delete;
  ParallelListing& operator=(const ParallelListing&) = delete;

  [[nodiscard]] Result<std::optional<Page>> next() override;

  /// What continues behind the last page that next() gave, if the listing goes on there: after
  /// max_items, or an error. It names a key: a listing without --parallel takes it too, and so does
  /// the AWS CLI.
  [[nodiscard]] const std::string& resume_token() const { return resume_token_; }

 private:
  struct Begin {
    std::string after;
    std::string token;
    std::size_t skipped;
  };

  ParallelListing(Caller& caller,
                  Call call,
                  const Begin& begin,
                  std::optional<std::int64_t> max_items,
                  std::stop_source stop,
                  std::function<bool()> has_left);

  void work();
  void start_thread();
  [[nodiscard]] Result<KeyPage> fetch(const KeyRanges::Work& work);
  void carry_out(const KeyRanges::Work& work, std::unique_lock<std::mutex>& lock);
  [[nodiscard]] std::optional<Result<KeyPage>> take();
  [[nodiscard]] std::size_t pages_wanted() const;
  void gather();
  [[nodiscard]] Page cut_page();

  Caller& caller_;
  Call call_;
  std::stop_source stop_;
  std::function<bool()> has_left_;

  std::mutex mutex_;
  std::condition_variable_any changed_;
  KeyRanges ranges_;                  // guarded by mutex_
  std::vector<std::thread> threads_;  // guarded by mutex_
  std::size_t idle_ = 0;              // guarded by mutex_
  std::size_t wanted_ = 1;            // guarded by mutex_: pages that the reader takes at most

  // Of the reader.
  std::size_t skipped_;                    ///< items that an earlier result had
  std::optional<std::int64_t> left_;       ///< of max_items
  List gathered_;                          ///< items that were taken and not given
  bool more_ = false;                      ///< keys follow those
  std::optional<std::size_t> page_items_;  ///< of a page
  std::optional<Error> failure_;           ///< comes behind them
  bool is_begun_ = false;
  bool is_over_ = false;
  std::string resume_token_;
};

}  // namespace virga::engine
