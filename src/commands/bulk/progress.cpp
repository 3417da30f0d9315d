// SPDX-License-Identifier: Apache-2.0
#include "commands/bulk/progress.hpp"

#include <algorithm>
#include <cmath>
#include <utility>

#include "base/strings.hpp"

namespace virga::commands {
namespace {

constexpr std::chrono::milliseconds k_every{250};

std::string time_text(double seconds) {
  constexpr std::int64_t k_minute = 60;
  const auto whole = static_cast<std::int64_t>(std::min(seconds, 1e9));
  const auto rest = whole % k_minute;
  return concat(whole / k_minute, rest < 10 ? ":0" : ":", rest);
}

}  // namespace

std::string progress_text(const Tally& tally, int in_flight, double seconds) {
  const std::uint64_t done = tally.done;
  const double rate = seconds > 0 ? static_cast<double>(done) / seconds : 0;
  const auto tenths = static_cast<std::int64_t>(std::llround(rate * 10));
  std::string out = concat(done,
                           " done, ",
                           tally.failed.load(),
                           " failed, ",
                           tenths / 10,
                           ".",
                           tenths % 10,
                           "/s, ",
                           in_flight,
                           " in flight, ",
                           tally.retries.load(),
                           " retries");
  const std::uint64_t input_done = tally.input_done;
  if (input_done > 0 && tally.input_size > input_done) {
    const auto left = static_cast<double>(tally.input_size - input_done);
    append(out, ", ", time_text(seconds * left / static_cast<double>(input_done)), " left");
  }
  return out;
}

Progress::Progress(const Tally& tally,
                   std::shared_ptr<limit::Limiter> limiter,
                   const Clock& clock,
                   output::Writer& terminal)
    : tally_(tally),
      limiter_(std::move(limiter)),
      clock_(clock),
      terminal_(terminal),
      begun_(clock.steady_now()),
      thread_([this] {
        std::unique_lock lock(mutex_);
        while (!ended_.wait_for(lock, k_every, [this] { return over_; })) {
          show();
        }
      }) {}

Progress::~Progress() {
  {
    const std::lock_guard lock(mutex_);
    over_ = true;
  }
  ended_.notify_one();
  thread_.join();
  show();
  static_cast<void>(terminal_.write("\n"));
}

void Progress::show() {
  const std::chrono::duration<double> passed = clock_.steady_now() - begun_;
  const int in_flight = limiter_->numbers().in_flight;
  static_cast<void>(
      terminal_.write(concat("\r\x1b[K", progress_text(tally_, in_flight, passed.count()))));
}

}  // namespace virga::commands
