// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <chrono>
#include <string>
#include <vector>

#include "base/clock.hpp"

namespace virga::test {

/// Time that stands still until it is moved; sleeping moves it. Thread-compatible.
class FakeClock final : public Clock {
 public:
  [[nodiscard]] TimePoint now() const override {
    return TimePoint(std::chrono::seconds(1'700'000'000)) +
           std::chrono::duration_cast<std::chrono::microseconds>(passed_);
  }

  [[nodiscard]] SteadyPoint steady_now() const override { return SteadyPoint(passed_); }

  bool sleep(std::chrono::milliseconds duration) override {
    slept.push_back(duration);
    advance(duration);
    return true;
  }

  void advance(std::chrono::milliseconds duration) { passed_ += duration; }

  std::vector<std::chrono::milliseconds> slept;

 private:
  std::chrono::steady_clock::duration passed_ = std::chrono::hours(1);
};

/// Always the same number. Thread-compatible.
class FakeRandom final : public Random {
 public:
  explicit FakeRandom(double value) : value_(value) {}

  [[nodiscard]] double uniform() override { return value_; }

  [[nodiscard]] std::string uuid() override { return "00000000-0000-4000-8000-000000000000"; }

 private:
  double value_;
};

}  // namespace virga::test
