// SPDX-License-Identifier: Apache-2.0
#include "commands/bulk/record.hpp"

#include <cmath>
#include <utility>

#include "base/encoding.hpp"
#include "commands/batch.hpp"
#include "value/json_write.hpp"

namespace virga::commands {
std::string result_line(Value id,
                        Value request,
                        Result<Value> result,
                        const engine::CallNotes& notes,
                        std::chrono::microseconds duration) {
  constexpr double k_per_millisecond = 1000;
  Map out;
  out.append("id", std::move(id));
  out.append("request", std::move(request));
  if (result) {
    out.append("result", std::move(*result));
    if (!notes.request_id.empty()) {
      out.append("request_id", notes.request_id);
    }
  } else {
    out.append("error", describe_error(result.error()));
  }
  out.append("attempts", std::int64_t{notes.attempts});
  if (!notes.cache.empty()) {
    out.append("cache", notes.cache);
  }
  out.append("duration_ms",
             std::round(static_cast<double>(duration.count()) / k_per_millisecond * 10) / 10);
  JsonStyle style;
  style.timestamps = TimestampStyle::iso8601;
  // A line may have had any bytes; what reads the results needs text.
  return replace_invalid_utf8(to_json(std::move(out), style));
}

}  // namespace virga::commands
