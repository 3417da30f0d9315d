// SPDX-License-Identifier: Apache-2.0
#include "cli/call_runner.hpp"

#include <memory>
#include <optional>
#include <stop_token>
#include <string>
#include <utility>

#include "base/strings.hpp"
#include "cli/answer_cache.hpp"
#include "cli/limits.hpp"
#include "cli/result_printer.hpp"
#include "cli/session_parts.hpp"
#include "engine/page_merge.hpp"
#include "engine/pager.hpp"
#include "engine/parallel_listing.hpp"
#include "engine/session.hpp"
#include "http/file_body.hpp"
#include "value/json_write.hpp"

namespace virga::cli {
namespace {

/// The file that a streaming output goes to; a new one for each attempt, so that a retry starts
/// from nothing.
class OutputFile {
 public:
  explicit OutputFile(std::string path) : path_(std::move(path)) {}

  Result<http::BodySink*> open() {
    sink_ = std::make_unique<http::FileSink>(path_);
    VIRGA_TRY(sink_->open());
    return static_cast<http::BodySink*>(sink_.get());
  }

  Status write(std::string_view bytes) {
    if (!sink_) {
      VIRGA_TRY(open());
    }
    return sink_->write(bytes);
  }

  /// The AWS CLI leaves an empty file behind where the answer had no bytes.
  Status finish() {
    if (!sink_) {
      VIRGA_TRY(open());
    }
    return sink_->finish();
  }

 private:
  std::string path_;
  std::unique_ptr<http::FileSink> sink_;
};

Result<engine::Call> make_call(const Invocation& invocation, OutputFile* outfile) {
  engine::Call call{invocation.operation, Value(invocation.params)};
  call.json_members = invocation.json_members;
  for (const auto& [member, path] : invocation.stream_files) {
    VIRGA_TRY_ASSIGN(call.body, http::open_file_source(path));
  }
  if (outfile != nullptr) {
    call.open_sink = [outfile] { return outfile->open(); };
  }
  return call;
}

const PostAction* find_action(const Invocation& invocation, PostAction::Kind kind) {
  for (const auto& action : invocation.post_actions) {
    if (action.kind == kind) {
      return &action;
    }
  }
  return nullptr;
}

/// Events are printed as they come, one JSON object a line; those of select-object-content are
/// bytes for a file.
void take_events(const Invocation& invocation,
                 output::Writer& out,
                 OutputFile& records,
                 engine::Call& call) {
  if (!invocation.operation.event_stream_output()) {
    return;
  }
  const bool save = find_action(invocation, PostAction::Kind::save_records) != nullptr;
  call.on_event = [&out, &records, save](const Value& event) -> Status {
    if (!save) {
      return out.write(to_json(event) + "\n");
    }
    const auto* record = event.find("Records");
    const auto* payload = record == nullptr ? nullptr : record->find("Payload");
    const auto* blob = payload == nullptr ? nullptr : payload->as_blob();
    return blob == nullptr ? Status() : records.write(blob->bytes);
  };
}

bool is_paginated(const Invocation& invocation, const GlobalOptions& globals) {
  return globals.paginate && invocation.pagination.enabled &&
         !invocation.operation.paginator().is_null();
}

engine::PageLimits page_limits(const PaginationOptions& pagination) {
  engine::PageLimits out;
  out.max_items = pagination.max_items;
  out.starting_token = pagination.starting_token;
  out.page_size = pagination.page_size;
  return out;
}

/// What --parallel needs of a call besides its parameters, which the listing itself looks at.
Status check_parallel(const Invocation& invocation, const GlobalOptions& globals) {
  const auto refuse = [](std::string_view why) {
    return fail(ErrorCode::usage, concat("--parallel ", why));
  };
  VIRGA_TRY(engine::ParallelListing::check_operation(invocation.operation));
  if (invocation.wait) {
    return refuse("does not go with a waiter.");
  }
  if (!globals.stream) {
    return refuse("prints objects as they come, not one result: add --stream.");
  }
  if (!globals.paginate) {
    return refuse("does not go with --no-paginate: it lists all pages.");
  }
  if (globals.offline) {
    return refuse("does not go with --offline: it always asks the service.");
  }
  return {};
}

Status run_parallel(const Invocation& invocation,
                    ResultPrinter& printer,
                    engine::Session& session,
                    const RunnerParts& parts) {
  VIRGA_TRY_ASSIGN(auto call, make_call(invocation, nullptr));
  std::stop_source stop;
  call.stop = stop.get_token();
  VIRGA_TRY_ASSIGN(
      auto listing,
      engine::ParallelListing::start(
          session, std::move(call), page_limits(invocation.pagination), std::move(stop), [&parts] {
            return parts.out.is_closed();
          }));
  return printer.print_parallel(*listing, parts.out, parts.notes);
}

Result<Value> fetch(const Invocation& invocation,
                    const GlobalOptions& globals,
                    engine::Session& session,
                    output::Writer& out,
                    const CallStyle& style) {
  const auto* records = find_action(invocation, PostAction::Kind::save_records);
  std::string path = records != nullptr ? records->path : invocation.outfile.value_or("");
  if (path == "-" && globals.compat == Compat::v1) {
    path = "./-";  // to the AWS CLI a name like any other
  }
  OutputFile outfile(std::move(path));
  VIRGA_TRY_ASSIGN(auto call, make_call(invocation, invocation.outfile ? &outfile : nullptr));
  take_events(invocation, out, outfile, call);
  call.priority = style.priority;
  call.notes = style.notes;
  call.stop = style.stop;
  if (is_paginated(invocation, globals)) {
    VIRGA_TRY_ASSIGN(auto pager,
                     session.pages(std::move(call), page_limits(invocation.pagination)));
    return engine::merge_pages(*pager, *pager);
  }
  VIRGA_TRY_ASSIGN(auto page, session.call(call));
  if (invocation.outfile || records != nullptr) {
    VIRGA_TRY(outfile.finish());
  }
  return std::move(page.output);
}

/// cloudfront's --default-root-object: changes one member of the configuration that is there.
Status merge_root_object(Invocation& invocation, engine::Caller& caller) {
  const auto current = invocation.operation.service().find_operation("GetDistributionConfig");
  if (!current) {
    return fail(ErrorCode::models, "The models lack cloudfront's GetDistributionConfig.");
  }
  engine::Call call{*current};
  const auto* id = invocation.params.find("Id");
  call.params.as_map()->set("Id", id == nullptr ? Value() : *id);
  VIRGA_TRY_ASSIGN(auto page, caller.call(call));
  invocation.params.set("IfMatch", page.output.text("ETag"));
  if (auto* configuration = page.output.as_map()->find("DistributionConfig");
      configuration != nullptr) {
    if (auto* members = configuration->as_map()) {
      members->set("DefaultRootObject", *invocation.new_root_object);
    }
    invocation.params.set("DistributionConfig", std::move(*configuration));
  }
  return {};
}

}  // namespace

Result<Value> fetch_result(const Invocation& given,
                           const GlobalOptions& globals,
                           engine::Session& session,
                           output::Writer& out,
                           const CallStyle& style) {
  std::optional<Invocation> changed;
  if (given.new_root_object) {
    changed = given;
    VIRGA_TRY(merge_root_object(*changed, session));
  }
  const auto& invocation = changed ? *changed : given;
  VIRGA_TRY_ASSIGN(Value result, fetch(invocation, globals, session, out, style));
  VIRGA_TRY(apply_post_actions(invocation.post_actions, result));
  return result;
}

Status fetch_pages(const Invocation& invocation,
                   const GlobalOptions& globals,
                   engine::Session& session,
                   const CallStyle& style,
                   const std::function<Status(Value answer)>& take) {
  VIRGA_TRY_ASSIGN(auto call, make_call(invocation, nullptr));
  call.priority = style.priority;
  call.notes = style.notes;
  call.stop = style.stop;
  if (!is_paginated(invocation, globals)) {
    VIRGA_TRY_ASSIGN(auto page, session.call(call));
    return take(std::move(page.output));
  }
  VIRGA_TRY_ASSIGN(auto pager, session.pages(std::move(call), page_limits(invocation.pagination)));
  for (;;) {
    VIRGA_TRY_ASSIGN(auto page, pager->next());
    if (!page) {
      return {};
    }
    VIRGA_TRY(take(std::move(page->output)));
  }
}

Status run_call(const Invocation& invocation,
                const GlobalOptions& globals,
                const RunnerParts& parts) {
  VIRGA_TRY_ASSIGN(auto printer,
                   ResultPrinter::make(globals, parts.settings, invocation.operation));
  if (globals.parallel) {
    VIRGA_TRY(check_parallel(invocation, globals));
  }
  auto session_made_of =
      session_parts(globals, parts.catalog, parts.settings, parts.clock, parts.random, parts.notes);
  VIRGA_TRY_ASSIGN(const auto cache,
                   AnswerCache::open(globals,
                                     parts.settings.environment(),
                                     {.clock = parts.clock,
                                      .random = parts.random,
                                      .is_watched = parts.is_watched,
                                      .revalidates = parts.is_watched,
                                      .debug = session_made_of.debug}));
  VIRGA_TRY_ASSIGN(
      session_made_of.limiter,
      make_limiter(
          invocation.yielding.limits, cache->config(), parts.settings.environment(), parts.clock));
  if (globals.parallel) {
    session_made_of.is_batch = true;  // patient: many requests at once are what S3 slows down
    engine::Session session(std::move(session_made_of));
    return run_parallel(invocation, printer, session, parts);
  }
  engine::CacheReport report;
  session_made_of.cache.emplace(cache->for_session([&](const engine::CacheReport& made) {
    report = made;
    const bool asked_for = report.outcome == cache::Outcome::stale_hit && globals.stale_if_error;
    if (parts.is_watched || asked_for) {
      static_cast<void>(parts.notes.write(cache_note(report)));
    }
  }));
  engine::Session session(std::move(session_made_of));
  if (invocation.wait) {
    VIRGA_TRY_ASSIGN(auto call, make_call(invocation, nullptr));
    const auto& request = *invocation.wait;
    return request.waiter.wait(
        session, std::move(call), {globals.like_aws, request.delay, request.timeout}, parts.clock);
  }
  if (is_paginated(invocation, globals) && invocation.post_actions.empty()) {
    std::stop_source stop;
    VIRGA_TRY_ASSIGN(auto call, make_call(invocation, nullptr));
    call.stop = stop.get_token();
    VIRGA_TRY_ASSIGN(auto pager,
                     session.pages(std::move(call), page_limits(invocation.pagination)));
    VIRGA_TRY(printer.print_pages(*pager, std::move(stop), parts.out, parts.notes));
    after_answer(cache->cache(), report, parts.words);
    return {};
  }
  VIRGA_TRY_ASSIGN(Value result, fetch_result(invocation, globals, session, parts.out));
  if (invocation.outfile == "-" && globals.compat != Compat::v1) {
    return {};  // standard output is the object's
  }
  VIRGA_TRY(printer.print(std::move(result), parts.out));
  after_answer(cache->cache(), report, parts.words);
  return {};
}

}  // namespace virga::cli
