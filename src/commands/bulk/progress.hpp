// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <atomic>
#include <condition_variable>
#include <cstdint>
#include <memory>
#include <mutex>
#include <string>
#include <thread>

#include "base/clock.hpp"
#include "limit/limiter.hpp"
#include "output/writer.hpp"

namespace virga::commands {

/// How far a run of bulk is.
struct Tally {
  std::atomic<std::uint64_t> done = 0;  ///< failed ones too
  std::atomic<std::uint64_t> failed = 0;
  std::atomic<std::uint64_t> retries = 0;
  std::atomic<std::uint64_t> input_done = 0;  ///< bytes of the input whose calls are done
  std::uint64_t input_size = 0;               ///< 0: not known
};

/// "1200 done, 3 failed, 410.5/s, 50 in flight, 7 retries, 0:42 left".
[[nodiscard]] std::string progress_text(const Tally& tally, int in_flight, double seconds);

/// Keeps a line on a terminal up to date, four times a second, until it is destroyed.
class Progress {
 public:
  /// Everything is borrowed but the limiter.
  Progress(const Tally& tally,
           std::shared_ptr<limit::Limiter> limiter,
           const Clock& clock,
           output::Writer& terminal);
  ~Progress();
  Progress(const Progress&) = delete;
  Progress& operator=(const Progress&) = delete;

 private:
  void show();

  const Tally& tally_;
  const std::shared_ptr<limit::Limiter> limiter_;
  const Clock& clock_;
  output::Writer& terminal_;
  const SteadyPoint begun_;
  std::mutex mutex_;
  std::condition_variable ended_;
  bool over_ = false;  // guarded by mutex_
  std::thread thread_;
};

}  // namespace virga::commands
