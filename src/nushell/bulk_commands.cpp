// SPDX-License-Identifier: Apache-2.0
// "virga bulk" and "virga cache warm": many calls, an item of the pipeline each, a row for each.
#include <algorithm>
#include <array>
#include <atomic>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <stop_token>
#include <utility>
#include <vector>

#include "base/crew.hpp"
#include "base/strings.hpp"
#include "cli/session_parts.hpp"
#include "commands/batch.hpp"
#include "commands/call_line.hpp"
#include "commands/command.hpp"
#include "nushell/host.hpp"

namespace virga::nushell {
namespace {

/// What the pipeline gives, item by item. Borrows the call. Thread-compatible.
class Items {
 public:
  /// Errors: usage, for what has no items; `at` is its place.
  static Result<Items> of(RunningCall& call, Span& at) {
    const auto& header = call.request.input;
    constexpr std::string_view k_want =
        "takes records {service, operation, params} or command lines, as a list or a stream";
    Items out(call);
    at = header.span;
    if (header.kind == PipelineHeader::Kind::value) {
      VIRGA_TRY_ASSIGN(const auto value, read_nu_value(header.value));
      at = value.span;
      if (value.kind_view == "List" && value.payload->is_list()) {
        out.list_ = std::span(*value.payload->as_list());
        return out;
      }
      if (value.kind_view == "Record" || value.kind_view == "String") {
        out.list_ = std::span(&header.value, 1);
        return out;
      }
    } else if (header.kind == PipelineHeader::Kind::list_stream) {
      return out;
    } else if (header.kind == PipelineHeader::Kind::byte_stream) {
      return fail(ErrorCode::usage,
                  concat(call.request.name, " ", k_want, "; send text through \"lines\"."));
    } else {
      at = call.request.head;
    }
    return fail(ErrorCode::usage, concat(call.request.name, " ", k_want, "."));
  }

  /// Nothing at the end. Waits. Errors: interrupted; those of the connection.
  Result<std::optional<Value>> next(const std::stop_token& stop) {
    if (call_.input) {
      return call_.input->next(stop);
    }
    return stop.stop_requested() ? std::optional<Value>() : rest();
  }

  /// What is left of a list; nothing for a stream, whose end nobody knows.
  std::optional<Value> rest() {
    if (call_.input || list_.empty()) {
      return std::nullopt;
    }
    const Value& first = list_.front();
    list_ = list_.subspan(1);
    return first;
  }

  void drop() {
    if (call_.input) {
      call_.input->drop();
    }
  }

 private:
  explicit Items(RunningCall& call) : call_(call) {}

  RunningCall& call_;
  std::span<const Value> list_;
};

/// An item, as its row repeats it.
struct Item {
  std::uint64_t number = 0;  ///< from 1 on
  Span span;
  Value id;       ///< its own, else its number
  Value request;  ///< what is called; an item that is no call, as it is
};

/// What a row says beside id and request.
struct RowParts {
  Value result;
  Value error;
  Value request_id;
  std::string_view cache;
  std::int64_t attempts = 0;
  std::chrono::nanoseconds duration{0};
};

Value text_or_null(std::string_view text) { return text.empty() ? Value() : Value(text); }

Value error_record(std::string_view code, std::string message) {
  Map out;
  out.append("code", code);
  out.append("message", std::move(message));
  out.append("status", Value());
  out.append("request_id", Value());
  return out;
}

/// The same columns for every failure.
Value describe(const Error& error, Span span) {
  const Value known = commands::describe_error(error);
  std::string message(known.text("message"));
  if (!error.service) {
    auto shown = labeled(error, "", span);
    message = std::move(shown.message);
    append(message, shown.help.empty() ? "" : " ", shown.help);
  }
  Value out = error_record(known.text("code"), std::move(message));
  for (auto& [name, value] : *out.as_map()) {
    if (const auto* given = known.find(name); given != nullptr && value.is_null()) {
      value = *given;
    }
  }
  return out;
}

/// One run of "virga bulk", or of "virga cache warm".
class BulkRun {
 public:
  BulkRun(CommandContext& context,
          std::map<std::string, std::string> environment,
          std::shared_ptr<OwnedSession> session,
          Items items,
          std::size_t in_flight);

  void run();

 private:
  class ItemJob;

  struct Ready {
    commands::CallLine call;
    std::shared_ptr<OwnedSession> session;
  };

  void read();
  std::unique_ptr<ItemJob> take(const Value& tree, std::string& group);
  Result<Ready> prepare(const Value& tree, Item& item);
  Result<std::shared_ptr<OwnedSession>> session_for(const cli::GlobalOptions& globals);
  Item item_of(const Value& tree);
  void name_what_was_not_run();
  std::string pack(const Item& item, RowParts parts, std::string_view service) const;
  void note_failure(std::uint64_t number);

  CommandContext& context_;
  const std::map<std::string, std::string> environment_;
  const std::shared_ptr<OwnedSession> session_;  ///< of items without options of their own
  std::map<std::string, std::shared_ptr<OwnedSession>> sessions_;
  commands::Context program_;
  Items items_;
  const bool is_warm_;
  const bool fail_fast_;
  std::uint64_t number_ = 0;
  std::atomic<std::uint64_t> failed_item_ = 0;  ///< that ended the run
  std::vector<Item> not_run_;                   ///< of the thread that reads
  std::optional<Value> broken_;                 ///< the error that the input ended with
  std::shared_ptr<OutputStream> stream_;
  std::stop_source calls_;    ///< Ctrl-C, or a reader that has enough
  std::stop_source reading_;  ///< no more items are wanted
  Crew crew_;
  std::stop_callback<std::function<void()>> on_interrupt_;
  std::stop_callback<std::function<void()>> on_end_;
};

/// An item, from reading to its row.
class BulkRun::ItemJob final : public Job {
 public:
  ItemJob(BulkRun& run, Item item, Result<Ready> ready)
      : run_(run), item_(std::move(item)), ready_(std::move(ready)) {}

  ItemJob(const ItemJob&) = delete;
  ItemJob& operator=(const ItemJob&) = delete;

  ~ItemJob() override {
    if (!begun_) {
      run_.not_run_.push_back(std::move(item_));  // by the thread that ends the crew
    }
  }

  void run() override {
    begun_ = true;
    if (!ready_) {
      finish({}, ready_.error(), {});
      return;
    }
    auto& [call, session] = *ready_;
    const auto priority = run_.is_warm_ ? limit::Priority::prefetch : limit::Priority::bulk;
    auto answer = commands::answer_call(call,
                                        session->session,
                                        session->clock,
                                        {.priority = priority, .stop = run_.calls_.get_token()});
    if (answer.result && call.query) {
      answer.result = call.query->search(*answer.result);
    }
    RowParts parts;
    parts.attempts = answer.notes.attempts;
    parts.cache = answer.notes.cache;
    parts.duration = answer.duration;
    const std::string service(call.invocation.operation.service().name());
    if (answer.result) {
      parts.result = std::move(*answer.result);
      parts.request_id = text_or_null(answer.notes.request_id);
      row_ = run_.pack(item_, std::move(parts), service);
    } else {
      finish(std::move(parts), answer.result.error(), service);
    }
  }

  void deliver() override {
    if (!run_.stream_->write_packed(row_, run_.calls_.get_token())) {
      run_.calls_.request_stop();
    }
  }

  [[nodiscard]] std::size_t bytes() const override { return row_.size(); }

 private:
  void finish(RowParts parts, const Error& error, std::string_view service) {
    parts.error = describe(error, item_.span);
    row_ = run_.pack(item_, std::move(parts), service);
    run_.note_failure(item_.number);
  }

  BulkRun& run_;
  Item item_;
  Result<Ready> ready_;
  std::string row_;
  bool begun_ = false;
};

CrewOptions crew_options(const limit::Limiter& limiter, std::size_t in_flight, bool ordered) {
  CrewOptions out = commands::batch_crew(limiter, in_flight);
  // An item is read when it can be called and the pipeline has taken the rows before it.
  out.window = in_flight;
  out.ordered = ordered;
  return out;
}

BulkRun::BulkRun(CommandContext& context,
                 std::map<std::string, std::string> environment,
                 std::shared_ptr<OwnedSession> session,
                 Items items,
                 std::size_t in_flight)
    : context_(context),
      environment_(std::move(environment)),
      session_(std::move(session)),
      program_{session_->environment,
               session_->settings,
               session_->globals,
               session_->clock,
               session_->random,
               session_->notes,
               session_->notes},
      items_(items),
      is_warm_(context.call.request.name.ends_with("warm")),
      fail_fast_(context.call.request.is_on("fail-fast")),
      stream_(context.call.answer_stream(StreamKind::list, static_cast<std::int64_t>(in_flight))),
      crew_(crew_options(
          *context.sessions.limiter(), in_flight, !context.call.request.is_on("unordered"))),
      on_interrupt_(context.call.stop, [this] { calls_.request_stop(); }),
      on_end_(calls_.get_token(), [this] {
        reading_.request_stop();
        crew_.stop();
      }) {
  program_.shared_catalog = &context.catalog;
}

/// May be called by several threads.
void BulkRun::note_failure(std::uint64_t number) {
  if (!fail_fast_ || calls_.stop_requested()) {
    return;
  }
  std::uint64_t none = 0;
  failed_item_.compare_exchange_strong(none, number);
  reading_.request_stop();
  crew_.stop();
}

std::string BulkRun::pack(const Item& item, RowParts parts, std::string_view service) const {
  const ServiceUnits units(service);
  std::vector<Column> columns;
  columns.push_back({"id", item.id});
  columns.push_back({"request", item.request});
  if (!is_warm_) {
    columns.push_back({"result", std::move(parts.result), units});
  }
  columns.push_back({"error", std::move(parts.error)});
  if (!is_warm_) {
    columns.push_back({"request_id", std::move(parts.request_id)});
  }
  columns.push_back({"attempts", parts.attempts});
  columns.push_back({"cache", text_or_null(parts.cache)});
  columns.push_back(
      {"duration", std::int64_t{parts.duration.count()}, no_units(), Unit::nanoseconds});
  std::string out;
  pack_nu_row(out, columns, item.span);
  return out;
}

/// Credentials and connections are those of all calls with the same options.
Result<std::shared_ptr<OwnedSession>> BulkRun::session_for(const cli::GlobalOptions& globals) {
  constexpr std::size_t k_most = 64;
  std::string key = cli::session_key(globals);
  if (const auto known = sessions_.find(key); known != sessions_.end()) {
    return known->second;
  }
  if (sessions_.size() >= k_most) {
    sessions_.clear();
  }
  VIRGA_TRY_ASSIGN(auto session, context_.sessions.get(environment_, globals, Purpose::batch));
  return sessions_.emplace(std::move(key), std::move(session)).first->second;
}

/// The next item as it came; what cannot be shown is left out.
Item BulkRun::item_of(const Value& tree) {
  Item out;
  out.number = ++number_;
  out.id = static_cast<std::int64_t>(number_);
  Span ignored;
  if (const auto nu = read_nu_value(tree)) {
    out.span = nu->span;
    const auto* own = nu->kind_view == "Record" ? nu->payload->find("id") : nullptr;
    if (auto id = own == nullptr ? Value() : from_nu_value(*own, ignored).value_or(Value());
        !id.is_null()) {
      out.id = std::move(id);
    }
  }
  if (out.span == Span()) {
    out.span = context_.call.request.head;
  }
  out.request = from_nu_value(tree, ignored).value_or(Value());
  return out;
}

Result<BulkRun::Ready> BulkRun::prepare(const Value& tree, Item& item) {
  VIRGA_TRY_ASSIGN(const auto nu, read_nu_value(tree));
  if (nu.kind_view != "Record" && nu.kind_view != "String") {
    return fail(ErrorCode::usage,
                concat("An item must be a record {service, operation, params} or a command line, "
                       "and no ",
                       to_lower(nu.kind_view),
                       "."));
  }
  VIRGA_TRY_ASSIGN(const auto line, word_of(tree, item.span));
  Value id;
  auto call = commands::parse_call_line(trim(line), program_, id);
  if (!id.is_null() && nu.kind_view == "String") {
    item.id = std::move(id);  // of a line of JSON
  }
  if (!call) {
    return fail(std::move(call).error());
  }
  VIRGA_TRY_ASSIGN(auto session, session_for(call->globals));
  commands::size_pages(*call);
  item.request = std::move(call->request);
  return Ready{std::move(*call), std::move(session)};
}

/// Null for a line that is empty or a comment.
std::unique_ptr<BulkRun::ItemJob> BulkRun::take(const Value& tree, std::string& group) {
  Item item = item_of(tree);
  if (const auto* text = item.request.as_string()) {
    const auto line = trim(*text);
    if (line.empty() || line.front() == '#') {
      return nullptr;
    }
  }
  auto ready = prepare(tree, item);
  group = ready ? commands::batch_group(ready->call) : std::string();
  return std::make_unique<ItemJob>(*this, std::move(item), std::move(ready));
}

void BulkRun::read() {
  while (true) {
    auto tree = items_.next(reading_.get_token());
    if (!tree || !*tree) {
      return;
    }
    if ((*tree)->find("Error") != nullptr) {
      broken_ = std::move(**tree);
      return;
    }
    std::string group;
    auto job = take(**tree, group);
    if (job && !crew_.add(group, std::move(job))) {
      return;
    }
  }
}

void BulkRun::name_what_was_not_run() {
  while (const auto tree = items_.rest()) {
    not_run_.push_back(item_of(*tree));
  }
  std::sort(not_run_.begin(), not_run_.end(), [](const Item& a, const Item& b) {
    return a.number < b.number;
  });
  for (const auto& item : not_run_) {
    RowParts parts;
    parts.error =
        error_record("not_run", concat("Not run: item ", failed_item_.load(), " failed."));
    if (!stream_->write_packed(pack(item, std::move(parts), ""), calls_.get_token())) {
      return;
    }
  }
}

void BulkRun::run() {
  stream_->on_drop([source = calls_]() mutable { source.request_stop(); });
  read();
  if (reading_.stop_requested()) {
    items_.drop();
  }
  crew_.finish();
  if (calls_.stop_requested()) {
    return;
  }
  if (failed_item_ != 0) {
    name_what_was_not_run();
  } else if (broken_) {
    stream_->fail_with_tree(*broken_);
  }
}

/// How many calls may be under way. Errors: usage; `at` is then the place of the value.
Result<std::size_t> in_flight_of(const RunRequest& request,
                                 const limit::Limiter& limiter,
                                 Span& at) {
  std::int64_t wanted = limiter.cap();
  if (const auto* flag = request.flag("max-concurrency"); flag != nullptr && flag->value) {
    VIRGA_TRY_ASSIGN(const auto value, read_nu_value(*flag->value));
    at = value.span;
    const auto* number = value.payload == nullptr ? nullptr : value.payload->as_integer();
    if (number == nullptr || *number < 1) {
      return fail(ErrorCode::usage, "--max-concurrency must be a number from 1 on.");
    }
    wanted = std::min(wanted, *number);
  }
  return static_cast<std::size_t>(wanted);
}

Status run_bulk(CommandContext& context) {
  auto& call = context.call;
  Span at = call.request.head;
  const auto refuse = [&](const Error& error) {
    call.answer_error(labeled(error, "", at));
    return Status();
  };
  const auto items = Items::of(call, at);
  if (!items) {
    return refuse(items.error());
  }
  VIRGA_TRY_ASSIGN(auto environment, environment_of(call));
  VIRGA_TRY(enter_current_folder(call));
  auto globals = globals_of(call.request);
  globals.mock = globals.mock || wants_mock(environment);
  VIRGA_TRY_ASSIGN(auto session, context.sessions.get(environment, globals, Purpose::batch));
  const auto in_flight = in_flight_of(call.request, *context.sessions.limiter(), at);
  if (!in_flight) {
    return refuse(in_flight.error());
  }
  BulkRun run(context, std::move(environment), std::move(session), *items, *in_flight);
  run.run();
  return {};
}

const ArgumentRow k_max_concurrency = {
    "max-concurrency", "Int", "how many calls may be under way (default 256)"};

std::vector<ArgumentRow> flags_with_globals(std::vector<ArgumentRow> flags) {
  flags.insert(flags.end(),
               {{"profile", "String", "the profile of items that name none"},
                {"region", "String", "the region of items that name none"},
                {"endpoint-url", "String", "another endpoint"},
                {"refresh", "", "ask the services, and keep their answers"},
                {"mock", "", "answers made up inside the program"}});
  return flags;
}

}  // namespace

PluginCommand bulk_command() {
  SignatureRow row;
  row.name = "virga bulk";
  row.description = "Makes a call for each item of the pipeline, at the rate the services allow.";
  row.extra =
      "An item is a record {service, operation, params?, region?, profile?, id?} or a command line "
      "of the AWS CLI. Rows come in the order of the items, a failed call has its error in its "
      "row. "
      "Items are read as they are needed: the input may be endless.";
  row.search_terms = {"aws", "batch", "parallel"};
  row.flags =
      flags_with_globals({{"fail-fast", "", "begin no other call once one has failed"},
                          {"unordered", "", "rows as they come"},
                          k_max_concurrency,
                          {"no-cache", "", "neither use nor keep cached answers"},
                          {"offline", "", "answer from the cache or fail"},
                          {"max-age", "String", "the oldest cached answer that will do: 30s, 5m"}});
  row.examples = {
      {"$ids | each {|id| {service: dynamodb, operation: GetItem, params: {TableName: t, Key: {id: "
       "{S: $id}}}} } | virga bulk | where error == null | get result.Item",
       "the items of many keys"},
      {"open calls.txt | lines | virga bulk --fail-fast", "command lines of a file"},
  };
  return {row, run_bulk};
}

PluginCommand warm_command() {
  SignatureRow row;
  row.name = "virga cache warm";
  row.description = "Makes a call for each item of the pipeline, so that its answer is kept.";
  row.extra =
      "Items are those of \"virga bulk\". The calls go behind all others. Rows say what the cache "
      "did for each.";
  row.search_terms = {"aws", "cache", "prefetch"};
  row.flags = flags_with_globals({k_max_concurrency});
  row.examples = {{"[\"ec2 describe-instances\" \"s3api list-buckets\"] | virga cache warm",
                   "fetches two listings ahead"}};
  return {row, run_bulk};
}

}  // namespace virga::nushell
