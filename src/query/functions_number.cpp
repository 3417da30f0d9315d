// SPDX-License-Identifier: Apache-2.0
#include <array>
#include <charconv>
#include <cmath>
#include <cstdlib>
#include <limits>

#include "base/strings.hpp"
#include "query/evaluator.hpp"
#include "query/functions.hpp"

namespace virga::query {
namespace {

__extension__ typedef __int128 Wide;  // NOLINT(modernize-use-using): no alias takes the mark

/// Python's integers have any size: in 128 bits fit the sums of all lists of 64-bit integers. Sums
/// with larger numbers are reals here.
struct Sum {
  Wide whole = 0;
  double real = 0;
  bool is_real = false;

  void add(const Value& number) {
    if (const auto* integer = number.as_integer()) {
      if (is_real) {
        real += static_cast<double>(*integer);
      } else {
        whole += *integer;
      }
      return;
    }
    if (!is_real) {
      real = static_cast<double>(whole);
      is_real = true;
    }
    const auto* big = number.as_big_integer();
    real += big != nullptr ? std::strtod(big->digits.c_str(), nullptr) : *number.as_number();
  }

  [[nodiscard]] Value value() const {
    if (is_real) {
      return real;
    }
    if (whole >= std::numeric_limits<std::int64_t>::min() &&
        whole <= std::numeric_limits<std::int64_t>::max()) {
      return static_cast<std::int64_t>(whole);
    }
    std::string digits;
    const bool negative = whole < 0;
    for (Wide rest = negative ? -whole : whole; rest != 0; rest /= 10) {
      digits.insert(digits.begin(), static_cast<char>('0' + static_cast<int>(rest % 10)));
    }
    return BigInteger{concat(negative ? "-" : "", digits)};
  }
};

Sum sum_of(Pool& pool, Item list) {
  Sum sum;
  for (std::size_t i = 0; i < list.size(); ++i) {
    sum.add(*pool.plain(list.at(i)).value());
  }
  return sum;
}

/// A real without fraction as an integer.
Result<Item> to_whole(Pool& pool, double number) {
  if (std::isnan(number)) {
    return fail(ErrorCode::general, "cannot convert float NaN to integer");
  }
  if (std::isinf(number)) {
    return fail(ErrorCode::general, "cannot convert float infinity to integer");
  }
  std::array<char, 320> buffer{};  // the largest double has 309 digits
  const auto* end =
      std::to_chars(
          buffer.data(), buffer.data() + buffer.size(), number, std::chars_format::fixed, 0)
          .ptr;
  const std::string_view digits(buffer.data(), static_cast<std::size_t>(end - buffer.data()));
  if (digits == "-0") {
    return pool.keep(Value(0));
  }
  if (const auto integer = parse_int(digits)) {
    return pool.keep(Value(*integer));
  }
  return pool.keep(Value(BigInteger{std::string(digits)}));
}

}  // namespace

Result<Item> absolute(Evaluator& evaluator, std::span<const Item> arguments) {
  const Item argument = evaluator.pool().plain(arguments[0]);
  const Value& number = *argument.value();
  if (const auto* real = number.as_number()) {
    return evaluator.pool().keep(Value(std::fabs(*real)));
  }
  if (const auto* big = number.as_big_integer()) {
    const bool negative = big->digits.front() == '-';
    return evaluator.pool().keep(Value(BigInteger{big->digits.substr(negative ? 1 : 0)}));
  }
  const std::int64_t integer = *number.as_integer();
  if (integer == std::numeric_limits<std::int64_t>::min()) {
    return evaluator.pool().keep(Value(BigInteger{"9223372036854775808"}));
  }
  return evaluator.pool().keep(Value(std::abs(integer)));
}

Result<Item> average(Evaluator& evaluator, std::span<const Item> arguments) {
  const std::size_t count = arguments[0].size();
  if (count == 0) {
    return Item();
  }
  const Sum total = sum_of(evaluator.pool(), arguments[0]);
  const double mean = total.is_real ? total.real / static_cast<double>(count)
                                    : static_cast<double>(static_cast<long double>(total.whole) /
                                                          static_cast<long double>(count));
  return evaluator.pool().keep(Value(mean));
}

Result<Item> ceiling(Evaluator& evaluator, std::span<const Item> arguments) {
  const Item argument = evaluator.pool().plain(arguments[0]);
  const auto* real = argument.value()->as_number();
  return real == nullptr ? argument : to_whole(evaluator.pool(), std::ceil(*real));
}

Result<Item> rounded_down(Evaluator& evaluator, std::span<const Item> arguments) {
  const Item argument = evaluator.pool().plain(arguments[0]);
  const auto* real = argument.value()->as_number();
  return real == nullptr ? argument : to_whole(evaluator.pool(), std::floor(*real));
}

Result<Item> sum(Evaluator& evaluator, std::span<const Item> arguments) {
  return evaluator.pool().keep(sum_of(evaluator.pool(), arguments[0]).value());
}

}  // namespace virga::query
