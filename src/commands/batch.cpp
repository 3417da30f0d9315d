// SPDX-License-Identifier: Apache-2.0
#include "commands/batch.hpp"

#include <cstdint>
#include <string_view>
#include <utility>

#include "base/strings.hpp"
#include "engine/page_budget.hpp"
#include "output/writer.hpp"

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

CrewOptions batch_crew(const limit::Limiter& limiter, std::size_t in_flight) {
  CrewOptions out;
  // Half as many threads again as requests in flight: for those that wait for their turn.
  out.threads = in_flight * 3 / 2 + 1;
  out.wants_thread = [&limiter](std::size_t groups) {
    constexpr std::size_t k_waiting = 4;
    return limiter.numbers().waiting < k_waiting * groups;
  };
  return out;
}

std::string batch_group(const CallLine& call) {
  return concat(call.globals.profile.value_or(""),
                '\n',
                call.globals.region.value_or(""),
                '\n',
                call.invocation.operation.service().name(),
                '\n',
                call.invocation.operation.name());
}

void size_pages(CallLine& call) {
  auto& invocation = call.invocation;
  auto& pagination = invocation.pagination;
  if (!call.globals.like_aws && !pagination.page_size && pagination.enabled) {
    pagination.page_size = engine::earned_page_size(invocation.operation, invocation.params);
  }
}

BatchAnswer answer_call(const CallLine& call,
                        engine::Session& session,
                        const Clock& clock,
                        cli::CallStyle style) {
  const auto begun = clock.steady_now();
  engine::CallNotes notes;
  style.notes = &notes;
  output::NullWriter nowhere;
  auto result = cli::fetch_result(call.invocation, call.globals, session, nowhere, style);
  const auto took = clock.steady_now() - begun;
  return {std::move(result),
          std::move(notes),
          std::chrono::duration_cast<std::chrono::microseconds>(took)};
}

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

}  // namespace virga::commands
