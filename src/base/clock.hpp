// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <chrono>
#include <string>

namespace virga {

using TimePoint = std::chrono::time_point<std::chrono::system_clock, std::chrono::microseconds>;
using SteadyPoint = std::chrono::steady_clock::time_point;

/// Where time comes from, so that tests can hold it still. Thread-safe.
class Clock {
 public:
  virtual ~Clock() = default;
  [[nodiscard]] virtual TimePoint now() const = 0;
  [[nodiscard]] virtual SteadyPoint steady_now() const = 0;
  /// Waits; returns early, with false, when the process was asked to stop.
  virtual bool sleep(std::chrono::milliseconds duration) = 0;
};

/// The machine's clock.
class SystemClock final : public Clock {
 public:
  [[nodiscard]] TimePoint now() const override;
  [[nodiscard]] SteadyPoint steady_now() const override;
  bool sleep(std::chrono::milliseconds duration) override;
};

/// Where random numbers come from. Thread-safe.
class Random {
 public:
  virtual ~Random() = default;
  /// Uniform in [0, 1).
  [[nodiscard]] virtual double uniform() = 0;
  /// A random (version 4) UUID in text form.
  [[nodiscard]] virtual std::string uuid() = 0;
};

/// The kernel's random numbers.
class SystemRandom final : public Random {
 public:
  [[nodiscard]] double uniform() override;
  [[nodiscard]] std::string uuid() override;
};

}  // namespace virga
