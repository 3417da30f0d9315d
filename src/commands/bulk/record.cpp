// SPDX-License-Identifier: Apache-2.0
#include "commands/bulk/record.hpp"

#include <cmath>
#include <string_view>
#include <utility>

#include "base/strings.hpp"
#include "value/json_write.hpp"

namespace virga::commands {
namespace {

std::string_view code_name(ErrorCode code) {
  switch (code) {
    case ErrorCode::usage:
      return "usage";
    case ErrorCode::validation:
      return "validation";
    case ErrorCode::configuration:
      return "configuration";
    case ErrorCode::models:
      return "models";
    case ErrorCode::service:
      return "service";
    case ErrorCode::network:
      return "network";
    case ErrorCode::response:
      return "response";
    case ErrorCode::io:
      return "io";
    case ErrorCode::interrupted:
      return "interrupted";
    case ErrorCode::negative:
    case ErrorCode::general:
      break;
  }
  return "general";
}

}  // namespace

Map describe_error(const Error& error) {
  Map out;
  if (error.service) {
    out.append("code", error.service->code);
    out.append("message", error.service->message);
    out.append("status", std::int64_t{error.service->status});
    if (!error.service->request_id.empty()) {
      out.append("request_id", error.service->request_id);
    }
  } else {
    out.append("code", code_name(error.code));
    out.append("message", std::string(trim(error.message)));
  }
  return out;
}

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
  return to_json(std::move(out), style);
}

}  // namespace virga::commands
