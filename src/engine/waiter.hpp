// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/clock.hpp"
#include "base/result.hpp"
#include "engine/caller.hpp"
#include "model/catalog.hpp"
#include "query/expression.hpp"
#include "value/value.hpp"

namespace virga::engine {

/// How often and how long a waiter asks.
struct WaitPace {
  /// The model's delay from the first question on, and its number of attempts, as botocore does.
  /// Otherwise the first pauses are short and grow to the model's delay, and the model's delay
  /// times its attempts bounds the time.
  bool as_model = false;
  std::optional<std::chrono::milliseconds> delay{};    ///< every pause
  std::optional<std::chrono::milliseconds> timeout{};  ///< bounds the time instead of the model
};

/// A condition of a service's waiters ("InstanceRunning"): which operation is asked, and what its
/// answers mean. Thread-compatible.
///
/// Source: botocore/waiter.py, whose sentences the errors are.
class Waiter {
 public:
  /// The waiter of that command ("instance-running"), or nothing. Errors: models, for a waiter that
  /// makes no sense.
  [[nodiscard]] static Result<std::optional<Waiter>> find(const model::Service& service,
                                                          std::string_view command);

  /// The operation that is asked.
  [[nodiscard]] const model::Operation& operation() const { return operation_; }

  /// Asks until the condition is met. `call` is of operation(). The cache is bypassed.
  ///
  /// Errors: general, "Waiter InstanceRunning failed: ..."; those of `caller` that no service made;
  /// interrupted.
  [[nodiscard]] Status wait(Caller& caller, Call call, const WaitPace& pace, Clock& clock) const;

 private:
  enum class State : std::uint8_t { success, retry, failure };
  enum class Matcher : std::uint8_t { path, path_all, path_any, status, error };

  struct Acceptor {
    State state = State::retry;
    Matcher matcher = Matcher::path;
    Value expected{};
    std::string argument{};
    std::optional<query::Expression> expression{};

    /// Errors: those of evaluating the expression.
    [[nodiscard]] Result<bool> accepts(const Result<Page>& answer) const;
    [[nodiscard]] std::string explanation() const;
  };

  explicit Waiter(const model::Operation& operation) : operation_(operation) {}

  [[nodiscard]] static Result<Acceptor> read_acceptor(const model::Document& document);
  [[nodiscard]] tl::unexpected<Error> failure(std::string_view reason) const;

  model::Operation operation_;
  std::string name_;
  std::chrono::milliseconds delay_{0};
  std::int64_t max_attempts_ = 0;
  std::vector<Acceptor> acceptors_;
};

/// The commands of a service's waiters, in the order of their names.
[[nodiscard]] std::vector<std::string> waiter_commands(const model::Service& service);

}  // namespace virga::engine
