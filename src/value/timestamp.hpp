// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "value/value.hpp"

namespace virga {

/// A moment with the offset it was written with.
struct Moment {
  std::int64_t microseconds = 0;  ///< since the epoch, UTC
  int offset_seconds = 0;         ///< east of UTC

  [[nodiscard]] std::int64_t seconds() const;  ///< rounded down
  [[nodiscard]] int fraction() const;          ///< microseconds above seconds(), 0..999999
};

/// Reads what botocore's parse_timestamp accepts: ISO 8601 (date only, with or without 'T',
/// fraction, offset, basic form), RFC 822 dates, asctime dates, and numbers (seconds since the
/// epoch, as text or not). Without an offset the time is UTC. Nothing if it is none of these.
[[nodiscard]] std::optional<Moment> parse_timestamp(std::string_view text);
[[nodiscard]] std::optional<Moment> parse_timestamp(const Timestamp& timestamp);

/// The formats of the service models (trait timestampFormat).
[[nodiscard]] std::string format_iso8601(
    Moment moment);  ///< 2023-01-02T03:04:05Z, with .ffffff if there is one
[[nodiscard]] std::string format_rfc822(Moment moment);  ///< Mon, 02 Jan 2023 03:04:05 GMT
/// Whole seconds where there is no fraction, else with it: "1672628645", "1672628645.5".
[[nodiscard]] std::string format_epoch(Moment moment);

/// How output shows timestamps (setting cli_timestamp_format).
enum class TimestampStyle {
  wire,     ///< as the service wrote it
  iso8601,  ///< Python's datetime.isoformat with the offset: 2023-01-02T03:04:05.500000+00:00
};

struct TimestampText {
  std::string text;
  bool is_number = false;  ///< to be printed without quotes
};

[[nodiscard]] TimestampText format_timestamp(const Timestamp& timestamp, TimestampStyle style);

}  // namespace virga
