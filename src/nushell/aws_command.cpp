// SPDX-License-Identifier: Apache-2.0
// "virga aws": any operation of any service, typed values in and out.
#include <algorithm>
#include <cerrno>
#include <cstdio>
#include <cstdlib>
#include <functional>
#include <memory>
#include <stop_token>
#include <utility>
#include <variant>
#include <vector>

#include <fcntl.h>
#include <unistd.h>

#include "base/files.hpp"
#include "base/strings.hpp"
#include "cli/command_line.hpp"
#include "cli/global_options.hpp"
#include "cli/skeleton.hpp"
#include "engine/page_merge.hpp"
#include "engine/pager.hpp"
#include "engine/read_ahead.hpp"
#include "engine/result_path.hpp"
#include "http/file_body.hpp"
#include "nushell/host.hpp"
#include "nushell/typed_words.hpp"
#include "nushell/words.hpp"
#include "query/expression.hpp"

namespace virga::nushell {
namespace {

/// The body of an answer as a byte stream of the pipeline: announced when the service has said that
/// there is one.
class StreamSink final : public http::BodySink {
 public:
  explicit StreamSink(RunningCall& call) : call_(call) {}

  Result<http::BodySink*> open() {
    if (stream_) {
      return fail(ErrorCode::network,
                  "The answer broke off, and its first bytes are in the pipeline already.");
    }
    stream_ = call_.answer_stream(StreamKind::binary);
    return this;
  }

  Status write(std::string_view bytes) override {
    if (!stream_->write_bytes(bytes, call_.stop)) {
      return fail(ErrorCode::interrupted, "Nobody reads the answer any more.");
    }
    return {};
  }

  [[nodiscard]] OutputStream* stream() { return stream_.get(); }

 private:
  RunningCall& call_;
  std::shared_ptr<OutputStream> stream_;
};

/// A file without a name for a body; -1 if none can be made.
int open_spool() {
  const char* const folder =
      std::getenv("TMPDIR");  // NOLINT(concurrency-mt-unsafe): nothing sets variables
  return open(folder == nullptr ? "/tmp" : folder, O_TMPFILE | O_RDWR | O_CLOEXEC, 0600);
}

Status write_all(int file, std::string_view bytes) {
  while (!bytes.empty()) {
    const ssize_t put = write(file, bytes.data(), bytes.size());
    if (put < 0 && errno != EINTR) {
      return fail(ErrorCode::io, errno_text(errno, "cannot keep the pipeline's input"));
    }
    bytes.remove_prefix(put < 0 ? 0 : static_cast<std::size_t>(put));
  }
  return {};
}

/// The pipeline's input as bytes, part by part. Errors: usage, for what is neither text nor bytes.
Status take_bytes(RunningCall& call, const std::function<Status(std::string_view)>& take) {
  const auto refuse = [](std::string_view what) {
    return fail(ErrorCode::usage,
                concat("The pipeline's input is the body: it must be text or binary data, not ",
                       what,
                       ". Convert it (\"to json\"), or name a file."));
  };
  const auto& header = call.request.input;
  if (header.kind == PipelineHeader::Kind::value) {
    Span at = header.span;
    VIRGA_TRY_ASSIGN(const auto value, from_nu_value(header.value, at));
    if (const auto* blob = value.as_blob()) {
      return take(blob->bytes);
    }
    const auto* text = value.as_string();
    return text == nullptr ? refuse(value.is_map() ? "a record" : "such a value") : take(*text);
  }
  if (header.kind == PipelineHeader::Kind::list_stream) {
    return refuse("a list");
  }
  for (;;) {
    VIRGA_TRY_ASSIGN(const auto chunk, call.input->next(call.stop));
    if (!chunk) {
      return {};
    }
    if (const auto* blob = chunk->as_blob()) {
      VIRGA_TRY(take(blob->bytes));
    }
  }
}

/// The pipeline's input as the body of a request, which needs their number before the first one: in
/// a file without a name meanwhile.
Result<std::shared_ptr<http::BodySource>> body_of(RunningCall& call) {
  const int file = open_spool();
  if (file < 0) {
    return fail(ErrorCode::io, errno_text(errno, "cannot make a file for the pipeline's input"));
  }
  auto kept = take_bytes(call, [file](std::string_view bytes) { return write_all(file, bytes); });
  auto source = kept ? http::open_file_source(concat("/proc/self/fd/", file))
                     : Result<std::shared_ptr<http::BodySource>>(fail(std::move(kept).error()));
  close(file);
  return source;
}

bool has_input(const RunningCall& call) {
  const auto& header = call.request.input;
  if (header.kind != PipelineHeader::Kind::value) {
    return header.kind != PipelineHeader::Kind::empty;
  }
  const auto value = read_nu_value(header.value);
  return value && value->payload != nullptr;
}

/// Whether a page has something to show, and no list among it.
bool is_no_list(const std::vector<std::string>& keys, const Value& page) {
  bool shows = false;
  for (const auto& key : keys) {
    const auto* found = engine::find_path(page, key);
    if (found != nullptr && found->is_list()) {
      return false;
    }
    shows = shows || (found != nullptr && !found->is_null());
  }
  return shows;
}

/// One run of the command.
class AwsRun {
 public:
  AwsRun(CommandContext& context, Words words)
      : context_(context),
        words_(std::move(words)),
        on_interrupt_(context.call.stop, [this] { stop_.request_stop(); }) {}

  Status run();

 private:
  Result<cli::Invocation> parse(const config::Environment& environment);
  Status stream_pages(const cli::Invocation& invocation, engine::Call call);
  Status answer_single(const cli::Invocation& invocation, engine::Call call);
  Status answer_query(const Value& result);
  Status answer_merged(const engine::Pager& pager,
                       engine::Pages& pages,
                       Result<std::optional<engine::Page>> page);
  bool write_page(const std::vector<std::string>& keys,
                  const Value& output,
                  OutputStream& stream,
                  engine::ReadAhead& pages);
  [[nodiscard]] LabeledError explain(const Error& error) const;

  CommandContext& context_;
  Words words_;
  cli::MainArguments main_;
  std::shared_ptr<OwnedSession> session_;
  std::string service_;
  bool whole_pages_ = false;
  std::stop_source stop_;  // Ctrl-C, or a reader that has enough
  std::stop_callback<std::function<void()>> on_interrupt_;
};

LabeledError AwsRun::explain(const Error& error) const {
  return labeled(error, service_, words_.place_of(error, context_.call.request.head));
}

Result<cli::Invocation> AwsRun::parse(const config::Environment& environment) {
  params::TextOptions text;
  VIRGA_TRY_ASSIGN(const auto format, session_->settings.text(config::Setting::cli_binary_format));
  text.blobs_are_base64 = format.value_or("base64") == "base64" || words_.has_binary();
  text.environment = [&environment](const std::string& name) { return environment.get(name); };
  const cli::World world{environment, session_->clock, session_->random};
  auto command = cli::parse_command(context_.catalog, main_, text, world);
  if (!command && command.error().message.find("outfile") != std::string::npos) {
    main_.words.emplace_back("-");  // the body goes into the pipeline
    command = cli::parse_command(context_.catalog, main_, text, world);
  }
  if (!command) {
    return fail(std::move(command).error());
  }
  if (auto* invocation = std::get_if<cli::Invocation>(&*command)) {
    return std::move(*invocation);
  }
  return fail(ErrorCode::usage,
              concat("\"",
                     main_.command,
                     main_.words.empty() ? "" : " ",
                     main_.words.empty() ? "" : main_.words.front(),
                     "\" is no single operation; run ^virga for it."));
}

bool AwsRun::write_page(const std::vector<std::string>& keys,
                        const Value& output,
                        OutputStream& stream,
                        engine::ReadAhead& pages) {
  auto& call = context_.call;
  const ServiceUnits units(service_);
  if (whole_pages_) {
    return stream.write(output, call.request.head, units, call.stop);
  }
  std::vector<const List*> lists;
  std::size_t left = 0;
  for (const auto& key : keys) {
    const auto* found = engine::find_path(output, key);
    if (const auto* list = found == nullptr ? nullptr : found->as_list()) {
      lists.push_back(list);
      left += list->size();
    }
  }
  // Who takes so much of a page will take the next one, too; `first 3` does not.
  constexpr std::size_t k_enough = 200;
  const std::size_t left_then = left - std::min(left / 2, k_enough);
  for (const List* list : lists) {
    for (const auto& item : *list) {
      if (left-- == left_then) {
        pages.go_on();
      }
      if (!stream.write(item, call.request.head, units, call.stop)) {
        return false;
      }
    }
  }
  return true;
}

Status AwsRun::stream_pages(const cli::Invocation& invocation, engine::Call call) {
  engine::PageLimits limits;
  limits.max_items = invocation.pagination.max_items;
  limits.starting_token = invocation.pagination.starting_token;
  limits.page_size = invocation.pagination.page_size;
  VIRGA_TRY_ASSIGN(auto pager, session_->session.pages(std::move(call), limits));
  if (main_.globals.query) {
    VIRGA_TRY_ASSIGN(auto result, engine::merge_pages(*pager, *pager));
    return answer_query(result);
  }
  engine::ReadAhead pages(*pager, stop_, {}, engine::ReadAhead::Begin::when_told);
  // The first page decides whether the call failed as a whole.
  auto page = pages.next();
  if (!page) {
    return fail(std::move(page).error());
  }
  if (!whole_pages_ && *page && is_no_list(pager->result_keys(), (*page)->output)) {
    return answer_merged(*pager, pages, std::move(page));
  }
  const auto stream = context_.call.answer_stream(StreamKind::list);
  stream->on_drop([source = stop_]() mutable { source.request_stop(); });
  while (page && *page) {
    if (!write_page(pager->result_keys(), (*page)->output, *stream, pages)) {
      return {};
    }
    stream->flush();
    page = pages.next();
  }
  if (!page) {
    stream->fail_with(explain(page.error()), context_.call.request.head);
  }
  return {};
}

/// Pages of what is no list (the text of a log file, a count): one answer, as the AWS CLI joins it.
Status AwsRun::answer_merged(const engine::Pager& pager,
                             engine::Pages& pages,
                             Result<std::optional<engine::Page>> page) {
  engine::PageMerge merge;
  while (page && *page) {
    for (const auto& key : pager.result_keys()) {
      merge.add((*page)->output, key);
    }
    page = pages.next();
  }
  if (!page) {
    return fail(std::move(page).error());
  }
  const Value whole = merge.finish(pager.non_aggregate_part(), pager.resume_token());
  context_.call.answer(whole, ServiceUnits(service_));
  return {};
}

Status AwsRun::answer_query(const Value& result) {
  VIRGA_TRY_ASSIGN(const auto expression, query::Expression::compile(*main_.globals.query));
  VIRGA_TRY_ASSIGN(const auto found, expression.search(result));
  context_.call.answer(found, ServiceUnits(service_));
  return {};
}

Status AwsRun::answer_single(const cli::Invocation& invocation, engine::Call call) {
  auto& running = context_.call;
  StreamSink sink(running);
  std::unique_ptr<http::FileSink> file;
  if (invocation.outfile && *invocation.outfile == "-") {
    call.open_sink = [&sink] { return sink.open(); };
  } else if (invocation.outfile) {
    call.open_sink = [&file, &invocation]() -> Result<http::BodySink*> {
      file = std::make_unique<http::FileSink>(*invocation.outfile);
      VIRGA_TRY(file->open());
      return static_cast<http::BodySink*>(file.get());
    };
  }
  std::shared_ptr<OutputStream> events;
  if (invocation.operation.event_stream_output()) {
    call.on_event = [&](const Value& event) -> Status {
      if (!events) {
        events = running.answer_stream(StreamKind::list);
      }
      const bool wanted =
          events->write(event, running.request.head, ServiceUnits(service_), running.stop);
      events->flush();
      return wanted ? Status() : fail(ErrorCode::interrupted, "Nobody reads the events any more.");
    };
  }
  auto page = session_->session.call(call);
  if (!page && running.is_answered()) {
    auto* const stream = events ? events.get() : sink.stream();
    if (!stream->is_dropped()) {
      stream->fail_with(explain(page.error()), running.request.head);
    }
    return {};
  }
  if (!page) {
    return fail(std::move(page).error());
  }
  if (file) {
    VIRGA_TRY(file->finish());
  }
  if (running.is_answered()) {
    return {};
  }
  VIRGA_TRY(cli::apply_post_actions(invocation.post_actions, page->output));
  if (main_.globals.query) {
    return answer_query(page->output);
  }
  if (const auto* map = page->output.as_map(); map != nullptr && map->empty()) {
    running.answer_empty();
  } else {
    running.answer(page->output, ServiceUnits(service_));
  }
  return {};
}

Status AwsRun::run() {
  auto& running = context_.call;
  whole_pages_ = words_.wants_pages();
  VIRGA_TRY_ASSIGN(main_, cli::parse_main(words_.texts(), cli::Compat::v2));
  VIRGA_TRY_ASSIGN(const auto environment, environment_of(running));
  VIRGA_TRY(enter_current_folder(running));
  if (main_.globals.parallel) {
    return fail(ErrorCode::usage,
                "--parallel is an option of virga's own command line, not of Nushell's.");
  }
  main_.globals.mock =
      main_.globals.mock || running.request.is_on("mock") || wants_mock(environment);
  VIRGA_TRY_ASSIGN(session_, context_.sessions.get(environment, main_.globals));
  VIRGA_TRY_ASSIGN(auto invocation, parse(session_->environment));
  service_ = invocation.operation.service().name();
  for (const auto name : cli::k_yielding_options) {
    if (*cli::find_yielding(invocation.yielding, name)) {
      return fail(ErrorCode::usage,
                  concat("--",
                         name,
                         " is an option of virga's own command line: run ^virga, or go over a list "
                         "with par-each and --region."));
    }
  }
  if (invocation.outfile && invocation.outfile->starts_with("~/")) {
    invocation.outfile =
        concat(session_->environment.get("HOME").value_or(""), invocation.outfile->substr(1));
  }
  if (invocation.skeleton) {
    running.answer(invocation.skeleton == "output" ? cli::output_skeleton(invocation.operation)
                                                   : cli::input_skeleton(invocation.operation),
                   ServiceUnits(service_));
    return {};
  }
  engine::Call call{invocation.operation, Value(invocation.params)};
  call.stop = stop_.get_token();
  call.json_members = invocation.json_members;
  for (const auto& [member, path] : invocation.stream_files) {
    VIRGA_TRY_ASSIGN(call.body, http::open_file_source(path));
  }
  if (invocation.wait) {
    const auto& wait = *invocation.wait;
    VIRGA_TRY(wait.waiter.wait(session_->session,
                               std::move(call),
                               {main_.globals.like_aws, wait.delay, wait.timeout},
                               session_->clock));
    running.answer_empty();
    return {};
  }
  const auto streamed = invocation.operation.streaming_input();
  if (streamed && has_input(running) && invocation.stream_files.empty()) {
    VIRGA_TRY_ASSIGN(call.body, body_of(running));
    call.params.as_map()->set(streamed->name(), Blob());
  }
  const bool paginate = main_.globals.paginate && invocation.pagination.enabled &&
                        !invocation.operation.paginator().is_null();
  return paginate ? stream_pages(invocation, std::move(call))
                  : answer_single(invocation, std::move(call));
}

Status run_aws(CommandContext& context) {
  auto& call = context.call;
  VIRGA_TRY(restore_typed_words(call));
  Span at = call.request.head;
  auto words = Words::of(call.request, at);
  if (!words) {
    call.answer_error(labeled(words.error(), "", at));
    return {};
  }
  if (words->asks_for_help()) {
    VIRGA_TRY_ASSIGN(const auto answer, call.ask(Value("GetHelp")));
    const auto* data = answer.payload.find("PipelineData");
    VIRGA_TRY_ASSIGN(const auto header, read_header(data == nullptr ? Value("Empty") : *data));
    call.answer_tree(header.value);
    return {};
  }
  const Words places = *words;
  AwsRun run(context, std::move(*words));
  const Status status = run.run();
  if (!status && !call.is_answered()) {
    const auto& error = status.error();
    call.answer_error(labeled(error, places.service(), places.place_of(error, call.request.head)));
  }
  return {};
}

}  // namespace

PluginCommand aws_command() {
  SignatureRow row;
  row.name = "virga aws";
  row.description = "Calls an operation of an AWS service and gives its result as native values.";
  row.extra =
      "Words are those of the AWS CLI: service, operation, --flags with their values. Records, "
      "lists, "
      "dates, sizes and binary data can be given as they are. Listings stream their items; --pages "
      "gives whole pages. A body is a byte stream, unless a file is named for it.";
  row.search_terms = {"aws", "cloud", "amazon"};
  row.is_catch_all = true;
  row.completes_externally = true;
  row.flags = {
      {"profile", "String", "the profile of the AWS configuration"},
      {"region", "String", "the region to call"},
      {"endpoint-url", "String", "another endpoint"},
      {"query", "String", "a JMESPath expression to apply to the result"},
      {"ca-bundle", "String", "a file of certificate authorities"},
      {"cli-read-timeout", "Int", "seconds of silence before a call fails"},
      {"cli-connect-timeout", "Int", "seconds to wait for a connection"},
      {"cli-binary-format",
       "String",
       "base64 or raw-in-base64-out",
       '\0',
       {"base64", "raw-in-base64-out"}},
      {"no-paginate", "", "one call, and its answer as it is"},
      {"no-sign-request", "", "call without credentials"},
      {"no-verify-ssl", "", "do not check certificates"},
      {"paginate-all", "", "all pages of reads without a paginator too"},
      {"pages", "", "whole pages instead of their items"},
      {"no-cache", "", "neither use nor keep cached answers"},
      {"refresh", "", "ask the service, and keep its answer"},
      {"offline", "", "answer from the cache or fail"},
      {"max-age", "String", "the oldest cached answer that will do: 30s, 5m"},
      {"stale-if-error", "", "a stale answer will do where the network fails"},
      {"mock", "", "answers made up inside the program"},
      {"debug", "", "print what happens to standard error"},
  };
  row.examples = {
      {"virga aws ec2 describe-instances | get Instances | flatten", "all instances as a table"},
      {"virga aws s3api list-objects-v2 --bucket b | first 3",
       "the first keys; no more is fetched"},
      {"virga aws dynamodb get-item --table-name t --key {id: {S: '1'}}",
       "a record as a parameter"},
  };
  return {row, run_aws};
}

}  // namespace virga::nushell
