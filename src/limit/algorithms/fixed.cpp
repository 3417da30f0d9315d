// SPDX-License-Identifier: Apache-2.0
#include <algorithm>

#include "limit/limit.hpp"

namespace virga::limit {
namespace {

/// The number that the user gave.
class FixedLimit final : public Limit {
 public:
  explicit FixedLimit(const LimitOptions& options)
      : limit_(std::clamp(options.start, options.floor, options.ceiling)) {}

  [[nodiscard]] double limit() const override { return limit_; }

  void on_sent(SteadyPoint /*now*/) override {}

  void on_blocked(SteadyPoint /*now*/) override {}

  [[nodiscard]] std::optional<SteadyPoint> wake_at() const override { return std::nullopt; }

  void on_done(const Sample& /*sample*/) override {}

  [[nodiscard]] LearnedLimit learned() const override { return {}; }

  void restore(const LearnedLimit& /*learned*/) override {}

 private:
  int limit_;
};

}  // namespace

std::unique_ptr<Limit> make_fixed_limit(const LimitOptions& options) {
  return std::make_unique<FixedLimit>(options);
}

}  // namespace virga::limit
