// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <condition_variable>
#include <functional>
#include <mutex>
#include <optional>
#include <stop_token>
#include <thread>

#include "engine/caller.hpp"

namespace virga::engine {

/// Fetches the next page while the reader still has the last one. Never more than one page waits:
/// a reader that is slow stops the fetching.
///
/// Shape:   the first page is fetched on the reader's thread; a thread of its own starts only if
///          there are more.
/// Errors:  those of the pages, in their place.
/// Threads: next() is for one thread at a time.
class ReadAhead final : public Pages {
 public:
  /// `pages` must outlive this. `stop` ends their calls: asked when this is destroyed, so that a
  /// running fetch ends at once; whoever else asks it ends this too. `has_left` is asked now and
  /// then while next() waits: once it is true there is nothing more. It may be empty.
  ReadAhead(Pages& pages, std::stop_source stop, std::function<bool()> has_left);
  ~ReadAhead() override;
  ReadAhead(const ReadAhead&) = delete;
  ReadAhead& operator=(const ReadAhead&) = delete;

  [[nodiscard]] Result<std::optional<Page>> next() override;

 private:
  using Answer = Result<std::optional<Page>>;

  void fetch();

  Pages& pages_;
  std::stop_source stop_;
  std::function<bool()> has_left_;
  bool is_over_ = false;
  std::mutex mutex_;
  std::condition_variable_any changed_;  // stoppable
  std::optional<Answer> waiting_;        // guarded by mutex_
  std::thread thread_;
};

}  // namespace virga::engine
