// SPDX-License-Identifier: Apache-2.0
// Commands that show whether the plugin and the engine understand each other.
#include <chrono>
#include <condition_variable>
#include <mutex>

#include "nushell/host.hpp"

namespace virga::nushell {
namespace {

Map nu(std::string_view kind, Value value) {
  Map span;
  span.append("start", 0);
  span.append("end", 0);
  Map body;
  if (kind != "Nothing") {
    body.append(kind == "List" ? "vals" : "val", std::move(value));
  }
  body.append("span", std::move(span));
  Map out;
  out.append(std::string(kind), std::move(body));
  return out;
}

/// 1..5, as a string from 0.114 on.
Value range(EngineVersion engine) {
  if (engine.at_least(0, 114)) {
    return "1..5";
  }
  Map end;
  end.append("Included", 5);
  Map range;
  range.append("start", 1);
  range.append("step", 1);
  range.append("end", std::move(end));
  Map out;
  out.append("IntRange", std::move(range));
  return out;
}

Map path_member(std::string_view kind, Value value, bool optional, bool insensitive) {
  Map span;
  span.append("start", 0);
  span.append("end", 0);
  Map body;
  body.append("val", std::move(value));
  body.append("span", std::move(span));
  body.append("optional", optional);
  if (kind == "String") {
    body.append("casing", insensitive ? "Insensitive" : "Sensitive");
  }
  Map out;
  out.append(std::string(kind), std::move(body));
  return out;
}

/// $.a.0?.b!
Value cell_path(EngineVersion engine) {
  if (engine.at_least(0, 114)) {
    return "$.a.0?.b!";
  }
  List members;
  members.emplace_back(path_member("String", "a", false, false));
  members.emplace_back(path_member("Int", 0, true, false));
  members.emplace_back(path_member("String", "b", false, true));
  Map out;
  out.append("members", std::move(members));
  return out;
}

Status answer_types(CommandContext& context) {
  const auto engine = context.call.engine();
  Map record;
  record.append("bool", nu("Bool", true));
  record.append("int", nu("Int", 42));
  record.append("float", nu("Float", 1.5));
  record.append("string", nu("String", "h\u00e9"));
  record.append("filesize", nu("Filesize", 1048576));
  record.append("duration", nu("Duration", std::int64_t{90'000'000'000}));
  record.append("date", nu("Date", "2024-02-29T12:34:56.789+00:00"));
  record.append("list", nu("List", List{nu("Int", 1), nu("String", "a")}));
  Map inner;
  inner.append("k", nu("Int", 1));
  record.append("record", nu("Record", std::move(inner)));
  record.append("binary", nu("Binary", Blob{std::string("\x00\x01\xff", 3)}));
  record.append("nothing", nu("Nothing", nullptr));
  Map glob = nu("Glob", "*.txt");
  glob.find("Glob")->as_map()->append("no_expand", false);
  record.append("glob", std::move(glob));
  record.append("range", nu("Range", range(engine)));
  record.append("cellpath", nu("CellPath", cell_path(engine)));
  context.call.answer_tree(nu("Record", std::move(record)));
  return {};
}

Status sleep(CommandContext& context) {
  auto& call = context.call;
  VIRGA_TRY_ASSIGN(const auto duration, read_nu_value(call.request.positional.front()));
  const auto* nanoseconds = duration.payload == nullptr ? nullptr : duration.payload->as_integer();
  std::mutex mutex;
  std::condition_variable_any woken;
  std::unique_lock lock(mutex);
  woken.wait_for(
      lock, call.stop, std::chrono::nanoseconds(nanoseconds == nullptr ? 0 : *nanoseconds), [] {
        return false;
      });
  if (call.stop.stop_requested()) {
    return fail(ErrorCode::interrupted, "Interrupted.");
  }
  call.answer(*duration.payload);
  return {};
}

Status make_rows(CommandContext& context) {
  auto& call = context.call;
  VIRGA_TRY_ASSIGN(const auto count, read_nu_value(call.request.positional.front()));
  const auto* rows = count.payload == nullptr ? nullptr : count.payload->as_integer();
  Map row;
  row.append("Key", "data/part-00001.parquet");
  row.append("LastModified", Timestamp{"2024-01-24T13:54:49.000Z"});
  row.append("ETag", "\"d70d3259e4e1cb6345ceab7e97c2b4b8\"");
  row.append("Size", 1000);
  const Value item(std::move(row));
  const ServiceUnits units("s3");
  const auto stream = call.answer_stream(StreamKind::list);
  for (std::int64_t i = 0; rows != nullptr && i < *rows; ++i) {
    if (!stream->write(item, call.request.head, units, call.stop)) {
      return {};
    }
  }
  return {};
}

}  // namespace

PluginCommand debug_types_command() {
  SignatureRow row;
  row.name = "virga debug types";
  row.description = "One value of each type, to check the plugin against this version of Nushell.";
  row.input = "Nothing";
  return {row, answer_types};
}

PluginCommand debug_sleep_command() {
  SignatureRow row;
  row.name = "virga debug sleep";
  row.description = "Waits, to check that calls run at once and can be interrupted.";
  row.required = {{"duration", "Duration", "how long"}};
  return {row, sleep};
}

PluginCommand debug_rows_command() {
  SignatureRow row;
  row.name = "virga debug rows";
  row.description =
      "Rows as of a listing, without a service, to measure what the way into Nushell costs.";
  row.required = {{"count", "Int", "how many"}};
  return {row, make_rows};
}

}  // namespace virga::nushell
