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
///          there are more. Begin::at_once fetches the next page as soon as one is given;
///          Begin::when_told when the reader says go_on(), or waits for it in next().
/// Errors:  those of the pages, in their place.
/// Threads: next() is for one thread at a time.
class ReadAhead final : public Pages {
 public:
  enum class Begin { at_once, when_told };

  /// `pages` must outlive this. `stop` ends their calls: asked when this is destroyed, so that a
  /// running fetch ends at once; whoever else asks it ends this too. `has_left` is asked now and
  /// then while next() waits: once it is true there is nothing more. It may be empty.
  ReadAhead(Pages& pages,
            std::stop_source stop,
            std::function<bool()> has_left,
            Begin begin = Begin::at_once);
  ~ReadAhead() override;
  ReadAhead(const ReadAhead&) = delete;
  ReadAhead& operator=(const ReadAhead&) = delete;

  [[nodiscard]] Result<std::optional<Page>> next() override;
  /// The reader will have use for another page soon. On the thread of next().
  void go_on();

 private:
  using Answer = Result<std::optional<Page>>;

  void fetch();

  Pages& pages_;
  std::stop_source stop_;
  std::function<bool()> has_left_;
  Begin begin_;
  bool has_begun_ = false;
  bool is_over_ = false;
  std::mutex mutex_;
  std::condition_variable_any changed_;  // stoppable
  bool is_wanted_ = false;               // the next page; guarded by mutex_
  std::optional<Answer> waiting_;        // guarded by mutex_
  std::thread thread_;
};

}  // namespace virga::engine
