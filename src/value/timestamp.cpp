// SPDX-License-Identifier: Apache-2.0
#include "value/timestamp.hpp"

#include <array>
#include <cmath>
#include <ctime>

#include "base/strings.hpp"
#include "value/json_write.hpp"

namespace virga {
namespace {

constexpr std::int64_t k_micro = 1'000'000;
constexpr std::array<std::string_view, 12> k_months = {
    "Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"};
constexpr std::array<std::string_view, 7> k_days = {
    "Thu", "Fri", "Sat", "Sun", "Mon", "Tue", "Wed"};

struct Civil {
  std::int64_t year = 1970;
  int month = 1;
  int day = 1;
  int hour = 0;
  int minute = 0;
  int second = 0;
};

// Days and civil dates of the proleptic Gregorian calendar: Howard Hinnant, "chrono-compatible
// low-level date algorithms", days_from_civil and civil_from_days.
std::int64_t days_from_civil(std::int64_t year, int month, int day) {
  year -= month <= 2 ? 1 : 0;
  const std::int64_t era = (year >= 0 ? year : year - 399) / 400;
  const std::int64_t year_of_era = year - era * 400;
  const std::int64_t day_of_year = (153 * (month + (month > 2 ? -3 : 9)) + 2) / 5 + day - 1;
  return era * 146097 + year_of_era * 365 + year_of_era / 4 - year_of_era / 100 + day_of_year -
         719468;
}

std::int64_t floor_divide(std::int64_t a, std::int64_t b) {
  return a / b - (a % b != 0 && (a < 0) != (b < 0) ? 1 : 0);
}

Civil civil_from_seconds(std::int64_t seconds) {
  const std::int64_t days = floor_divide(seconds, 86400);
  const auto rest = static_cast<int>(seconds - days * 86400);
  const std::int64_t shifted = days + 719468;
  const std::int64_t era = floor_divide(shifted, 146097);
  const std::int64_t day_of_era = shifted - era * 146097;
  const std::int64_t year_of_era =
      (day_of_era - day_of_era / 1460 + day_of_era / 36524 - day_of_era / 146096) / 365;
  const std::int64_t day_of_year =
      day_of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
  const std::int64_t month_index = (5 * day_of_year + 2) / 153;
  Civil civil;
  civil.day = static_cast<int>(day_of_year - (153 * month_index + 2) / 5 + 1);
  civil.month = static_cast<int>(month_index < 10 ? month_index + 3 : month_index - 9);
  civil.year = year_of_era + era * 400 + (civil.month <= 2 ? 1 : 0);
  civil.hour = rest / 3600;
  civil.minute = rest / 60 % 60;
  civil.second = rest % 60;
  return civil;
}

int days_in_month(std::int64_t year, int month) {
  constexpr std::array<int, 12> k_lengths = {31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31};
  const bool leap = (year % 4 == 0 && year % 100 != 0) || year % 400 == 0;
  return month == 2 && leap ? 29 : k_lengths[static_cast<std::size_t>(month - 1)];
}

std::optional<Moment> to_moment(const Civil& c, std::int64_t micros, int offset_seconds) {
  if (c.month < 1 || c.month > 12 || c.day < 1 || c.day > days_in_month(c.year, c.month) ||
      c.hour > 24 || c.minute > 59 || c.second > 59 || c.year < 1 || c.year > 9999 ||
      (c.hour == 24 && c.minute + c.second > 0)) {
    return std::nullopt;
  }
  const std::int64_t seconds = days_from_civil(c.year, c.month, c.day) * 86400 + c.hour * 3600 +
                               c.minute * 60 + c.second - offset_seconds;
  return Moment{seconds * k_micro + micros, offset_seconds};
}

/// Takes pieces off the front of a text.
class Scanner {
 public:
  explicit Scanner(std::string_view text) : rest_(text) {}

  [[nodiscard]] bool done() const { return rest_.empty(); }

  [[nodiscard]] char peek() const { return rest_.empty() ? '\0' : rest_.front(); }

  bool take(char c) {
    if (peek() != c || rest_.empty()) {
      return false;
    }
    rest_.remove_prefix(1);
    return true;
  }

  void skip_spaces() {
    while (take(' ')) {
    }
  }

  /// Between `least` and `most` digits.
  std::optional<int> digits(std::size_t least, std::size_t most) {
    std::size_t count = 0;
    int number = 0;
    while (count < most && count < rest_.size() && is_ascii_digit(rest_[count])) {
      number = number * 10 + (rest_[count] - '0');
      ++count;
    }
    if (count < least) {
      return std::nullopt;
    }
    rest_.remove_prefix(count);
    return number;
  }

  /// The letters at the front.
  std::string_view word() {
    std::size_t count = 0;
    while (count < rest_.size() && is_ascii_alpha(rest_[count])) {
      ++count;
    }
    const auto out = rest_.substr(0, count);
    rest_.remove_prefix(count);
    return out;
  }

  /// Digits after a decimal point as microseconds, cut after six.
  std::int64_t fraction() {
    std::int64_t micros = 0;
    std::int64_t unit = k_micro / 10;
    while (is_ascii_digit(peek())) {
      micros += unit * (peek() - '0');
      unit /= 10;
      rest_.remove_prefix(1);
    }
    return micros;
  }

 private:
  std::string_view rest_;
};

/// Z, GMT, UTC, +hh:mm, +hhmm, +hh, or nothing for UTC.
std::optional<int> take_offset(Scanner& in) {
  in.skip_spaces();
  if (in.done()) {
    return 0;
  }
  if (is_ascii_alpha(in.peek())) {
    const auto name = to_upper(in.word());
    return name == "Z" || name == "GMT" || name == "UTC" || name == "UT" ? std::optional<int>(0)
                                                                         : std::nullopt;
  }
  const bool west = in.peek() == '-';
  if (!in.take('+') && !in.take('-')) {
    return std::nullopt;
  }
  const auto hours = in.digits(2, 2);
  if (!hours) {
    return std::nullopt;
  }
  in.take(':');
  const int minutes = in.digits(2, 2).value_or(0);
  const int seconds = *hours * 3600 + minutes * 60;
  return west ? -seconds : seconds;
}

/// hh:mm[:ss[.fff]] or hhmmss.
bool take_time(Scanner& in, Civil& civil, std::int64_t& micros) {
  const auto hour = in.digits(1, 2);
  if (!hour) {
    return false;
  }
  civil.hour = *hour;
  const bool colons = in.take(':');
  const auto minute = in.digits(2, 2);
  if (!minute) {
    return !colons;
  }
  civil.minute = *minute;
  if (colons ? in.take(':') : is_ascii_digit(in.peek())) {
    const auto second = in.digits(2, 2);
    if (!second) {
      return false;
    }
    civil.second = *second;
  }
  if (in.take('.') || in.take(',')) {
    micros = in.fraction();
  }
  return true;
}

std::optional<Moment> finish(Scanner& in, const Civil& civil, std::int64_t micros) {
  const auto offset = take_offset(in);
  in.skip_spaces();
  if (!offset || !in.done()) {
    return std::nullopt;
  }
  return to_moment(civil, micros, *offset);
}

std::optional<Moment> parse_iso8601(std::string_view text) {
  Scanner in(text);
  Civil civil;
  const auto year = in.digits(4, 4);
  if (!year) {
    return std::nullopt;
  }
  civil.year = *year;
  const bool dashes = in.take('-') || in.take('/');
  const auto month = in.digits(dashes ? 1 : 2, 2);
  if (!month) {
    return std::nullopt;
  }
  civil.month = *month;
  if (in.take('-') || in.take('/') || !dashes) {
    const auto day = in.digits(dashes ? 1 : 2, 2);
    if (!day) {
      return std::nullopt;
    }
    civil.day = *day;
  }
  std::int64_t micros = 0;
  if (in.take('T') || in.take('t') || in.take(' ')) {
    in.skip_spaces();
    if (!take_time(in, civil, micros)) {
      return std::nullopt;
    }
  }
  return finish(in, civil, micros);
}

int month_number(std::string_view name) {
  for (std::size_t i = 0; i < k_months.size(); ++i) {
    if (equals_ignore_case(name.substr(0, 3), k_months[i])) {
      return static_cast<int>(i) + 1;
    }
  }
  return 0;
}

/// RFC 9110 dates: IMF-fixdate, RFC 850 and asctime.
std::optional<Moment> parse_http_date(std::string_view text) {
  Scanner in(text);
  Civil civil;
  in.word();  // the day of the week says nothing new
  in.take(',');
  in.skip_spaces();
  std::int64_t micros = 0;
  if (is_ascii_alpha(in.peek())) {  // asctime: Jan  2 03:04:05 2023
    civil.month = month_number(in.word());
    in.skip_spaces();
    civil.day = in.digits(1, 2).value_or(0);
    in.skip_spaces();
    if (!take_time(in, civil, micros)) {
      return std::nullopt;
    }
    in.skip_spaces();
    civil.year = in.digits(4, 4).value_or(0);
    return finish(in, civil, micros);
  }
  civil.day = in.digits(1, 2).value_or(0);
  in.take('-');
  in.skip_spaces();
  civil.month = month_number(in.word());
  in.take('-');
  in.skip_spaces();
  const auto year = in.digits(2, 4);
  if (!year) {
    return std::nullopt;
  }
  // RFC 850 years have two digits.
  civil.year = *year < 70 ? *year + 2000 : *year < 100 ? *year + 1900 : *year;
  in.skip_spaces();
  if (!take_time(in, civil, micros)) {
    return std::nullopt;
  }
  return finish(in, civil, micros);
}

std::optional<Moment> moment_from_seconds(double seconds) {
  constexpr double k_first = -62135596800.0;  // year 1
  constexpr double k_limit = 253402300800.0;  // year 10000
  if (!std::isfinite(seconds) || seconds < k_first || seconds >= k_limit) {
    return std::nullopt;
  }
  // Python rounds half to even to microseconds; nearbyint does in the default rounding mode.
  const double whole = std::floor(seconds);
  const double micros = std::nearbyint((seconds - whole) * 1e6);
  return Moment{static_cast<std::int64_t>(whole) * k_micro + static_cast<std::int64_t>(micros), 0};
}

void append_padded(std::string& out, std::int64_t number, std::size_t width) {
  const std::size_t start = out.size();
  append(out, number);
  const std::size_t digits = out.size() - start;
  out.insert(start, width > digits ? width - digits : 0, '0');
}

std::string format_date_time(const Civil& civil) {
  std::string out;
  append_padded(out, civil.year, 4);
  out += '-';
  append_padded(out, civil.month, 2);
  out += '-';
  append_padded(out, civil.day, 2);
  out += 'T';
  append_padded(out, civil.hour, 2);
  out += ':';
  append_padded(out, civil.minute, 2);
  out += ':';
  append_padded(out, civil.second, 2);
  return out;
}

void append_fraction(std::string& out, int micros) {
  if (micros != 0) {
    out += '.';
    append_padded(out, micros, 6);
  }
}

/// What services write most, 2023-01-02T03:04:05Z with or without .000, already says what is shown.
bool is_shown_as_written(std::string_view wire) {
  constexpr std::string_view k_pattern = "0000-00-00T00:00:00";
  if (wire.size() < k_pattern.size() + 1) {
    return false;
  }
  const auto rest = wire.substr(k_pattern.size());
  if (rest != "Z" && rest != ".000Z") {
    return false;
  }
  for (std::size_t i = 0; i < k_pattern.size(); ++i) {
    if (k_pattern[i] == '0' ? !is_ascii_digit(wire[i]) : wire[i] != k_pattern[i]) {
      return false;
    }
  }
  const auto two = [&](std::size_t at) { return (wire[at] - '0') * 10 + (wire[at + 1] - '0'); };
  const int year = two(0) * 100 + two(2);
  const int month = two(5);
  const int day = two(8);
  return year >= 1 && month >= 1 && month <= 12 && day >= 1 && day <= days_in_month(year, month) &&
         two(11) <= 23 && two(14) <= 59 && two(17) <= 59;
}

int local_offset_seconds(std::int64_t seconds) {
  const auto time = std::time_t{seconds};
  std::tm local{};
  return localtime_r(&time, &local) == nullptr ? 0 : static_cast<int>(local.tm_gmtoff);
}

}  // namespace

std::int64_t Moment::seconds() const { return floor_divide(microseconds, k_micro); }

int Moment::fraction() const { return static_cast<int>(microseconds - seconds() * k_micro); }

std::optional<Moment> parse_timestamp(std::string_view text) {
  text = trim(text);
  if (const auto number = parse_double(text)) {
    return moment_from_seconds(*number);
  }
  if (text.empty()) {
    return std::nullopt;
  }
  return is_ascii_digit(text.front()) ? parse_iso8601(text) : parse_http_date(text);
}

std::optional<Moment> parse_timestamp(const Timestamp& timestamp) {
  return parse_timestamp(timestamp.wire);
}

std::string format_iso8601(Moment moment) {
  std::string out = format_date_time(civil_from_seconds(moment.seconds()));
  append_fraction(out, moment.fraction());
  return out + 'Z';
}

std::string format_rfc822(Moment moment) {
  const Civil civil = civil_from_seconds(moment.seconds());
  const auto days = floor_divide(moment.seconds(), 86400);
  std::string out(k_days[static_cast<std::size_t>(((days % 7) + 7) % 7)]);
  out += ", ";
  append_padded(out, civil.day, 2);
  append(out, " ", k_months[static_cast<std::size_t>(civil.month - 1)], " ");
  append_padded(out, civil.year, 4);
  append(out, " ", format_date_time(civil).substr(11), " GMT");
  return out;
}

std::string format_epoch(Moment moment) {
  if (moment.fraction() == 0) {
    return concat(moment.seconds());
  }
  return python_float(static_cast<double>(moment.microseconds) / 1e6);
}

TimestampText format_timestamp(const Timestamp& timestamp, TimestampStyle style) {
  if (style == TimestampStyle::iso8601 && is_shown_as_written(timestamp.wire)) {
    constexpr std::size_t k_seconds = 19;  // 2023-01-02T03:04:05
    return {concat(std::string_view(timestamp.wire).substr(0, k_seconds), "+00:00"), false};
  }
  const auto moment = style == TimestampStyle::iso8601 ? parse_timestamp(timestamp) : std::nullopt;
  if (!moment) {
    return {timestamp.wire, timestamp.is_number};
  }
  // A number has no offset of its own: it is shown in the local zone, as the AWS CLI does.
  const bool local = timestamp.is_number || parse_double(trim(timestamp.wire)).has_value();
  const int offset = local ? local_offset_seconds(moment->seconds()) : moment->offset_seconds;
  std::string out = format_date_time(civil_from_seconds(moment->seconds() + offset));
  append_fraction(out, moment->fraction());
  const int magnitude = offset < 0 ? -offset : offset;
  out += offset < 0 ? '-' : '+';
  append_padded(out, magnitude / 3600, 2);
  out += ':';
  append_padded(out, magnitude / 60 % 60, 2);
  return {out, false};
}

}  // namespace virga
