// SPDX-License-Identifier: Apache-2.0
// "virga bulk": many calls, a line each, at the rate that the services allow.
#include <algorithm>
#include <limits>
#include <memory>
#include <mutex>
#include <optional>
#include <utility>

#include <unistd.h>

#include "base/crew.hpp"
#include "base/encoding.hpp"
#include "base/strings.hpp"
#include "cli/listing.hpp"
#include "cli/session_parts.hpp"
#include "commands/arguments.hpp"
#include "commands/batch.hpp"
#include "commands/bulk/journal.hpp"
#include "commands/bulk/line_reader.hpp"
#include "commands/bulk/progress.hpp"
#include "commands/bulk/record.hpp"
#include "commands/call_line.hpp"
#include "commands/command.hpp"
#include "commands/session_pool.hpp"
#include "query/expression.hpp"

namespace virga::commands {
namespace {

/// What all calls of a run share.
struct BulkRun {
  Context& context;
  Tally& tally;
  Crew& crew;
  Journal* journal;    ///< null without one
  std::string common;  ///< what holds for all lines, as the journal knows it
  bool fail_fast;
  std::mutex mutex{};
  std::optional<Error> error{};            ///< that ended the run; guarded by mutex
  std::uint64_t failed_line = 0;           ///< the first one; guarded by mutex
  std::vector<std::uint64_t> not_begun{};  ///< lines; once the crew has finished

  /// Ends the run: something besides a call went wrong.
  void break_off(Error reason) {
    const std::lock_guard lock(mutex);
    if (!error) {
      error = std::move(reason);
    }
    crew.stop();
  }
};

/// A line of the input, from reading to the line of its result.
class LineJob : public Job {
 public:
  LineJob(BulkRun& run, std::uint64_t line, std::uint64_t end, std::string text)
      : run_(run), line_(line), end_(end), text_(std::move(text)) {}

  LineJob(const LineJob&) = delete;
  LineJob& operator=(const LineJob&) = delete;

  ~LineJob() override {
    if (!begun_) {
      run_.not_begun.push_back(line_);  // by the thread that ends the crew
    }
  }

  void run() final {
    begun_ = true;
    make(record_);
    if (run_.fail_fast && !record_.ok) {
      const std::lock_guard lock(run_.mutex);
      run_.failed_line = run_.failed_line == 0 ? line_ : std::min(run_.failed_line, line_);
      run_.crew.stop();
    }
  }

  void deliver() final {
    ++run_.tally.done;
    run_.tally.failed += record_.ok ? 0 : 1;
    run_.tally.input_done = std::max(run_.tally.input_done.load(), end_);
    record_.json += '\n';
    if (auto written = run_.context.out.write(record_.json); !written) {
      run_.break_off(std::move(written).error());
    } else if (run_.context.out.is_closed()) {
      run_.crew.stop();
    }
  }

  [[nodiscard]] std::size_t bytes() const final { return record_.json.size(); }

 protected:
  virtual void make(Journal::Record& record) = 0;

  /// Keeps what came of the line, before anybody hears of it.
  void keep(const Journal::Record& record) {
    if (run_.journal != nullptr) {
      if (auto kept = run_.journal->append(line_, text_ + run_.common, record); !kept) {
        run_.break_off(std::move(kept).error());
      }
    }
  }

  // NOLINTBEGIN: members of two small jobs
  BulkRun& run_;
  const std::uint64_t line_;
  // NOLINTEND

 private:
  const std::uint64_t end_;
  const std::string text_;
  Journal::Record record_;
  bool begun_ = false;
};

/// What is known already: the result that an earlier run had, or why a line is no call.
class KnownJob final : public LineJob {
 public:
  KnownJob(BulkRun& run, std::uint64_t line, std::uint64_t end, Journal::Record known)
      : LineJob(run, line, end, {}), known_(std::move(known)) {}

 private:
  void make(Journal::Record& record) override { record = std::move(known_); }

  Journal::Record known_;
};

class CallJob final : public LineJob {
 public:
  CallJob(BulkRun& run,
          std::uint64_t line,
          std::uint64_t end,
          std::string text,
          CallLine call,
          PooledSession& session)
      : LineJob(run, line, end, std::move(text)), call_(std::move(call)), session_(session) {}

 private:
  void make(Journal::Record& record) override {
    auto answer = answer_call(
        call_, *session_.session, run_.context.clock, {.priority = limit::Priority::bulk});
    run_.tally.retries += static_cast<std::uint64_t>(std::max(0, answer.notes.attempts - 1));
    if (answer.result) {
      mark_bytes(*answer.result);
    }
    if (answer.result && call_.query) {
      cli::format_timestamps(*answer.result, TimestampStyle::iso8601);
      answer.result = call_.query->search(*answer.result);
    }
    record.ok = answer.result.has_value();
    record.json = result_line(std::move(call_.id),
                              std::move(call_.request),
                              std::move(answer.result),
                              answer.notes,
                              answer.duration);
    keep(record);
  }

  /// A streamed body is text if it is UTF-8; base64 must not look like it.
  void mark_bytes(Value& result) const {
    const auto body = call_.invocation.operation.streaming_output();
    auto* const members = body ? result.as_map() : nullptr;
    auto* const value = members == nullptr ? nullptr : members->find(body->name());
    if (const auto* blob = value == nullptr ? nullptr : value->as_blob()) {
      Map marked;
      marked.append("base64", base64_encode(blob->bytes));
      *value = std::move(marked);
    }
  }

  CallLine call_;
  PooledSession& session_;
};

/// What holds for all lines that say nothing else, and so is part of which call a line is.
std::string common_of(const Context& context) {
  config::Settings settings = context.settings;
  cli::apply_globals(context.globals, settings);
  const auto region = settings.text(config::Setting::region);  // lines may have better profiles
  return concat('\n',
                settings.profile_name(),
                '\n',
                region ? region->value_or("") : "",
                '\n',
                context.globals.endpoint_url.value_or(""),
                '\n',
                context.globals.query.value_or(""));
}

struct Options {
  std::string file = "-";
  bool ordered = true;
  bool fail_fast = false;
  bool retry_failed = false;
  std::optional<std::string> journal;
  cli::LimitOptions limits;
};

Result<Options> parse_options(const std::vector<std::string>& words, const Context& context) {
  using cli::Arity;
  VIRGA_TRY_ASSIGN(
      const auto arguments,
      Arguments::parse(words,
                       {{.name = "unordered", .arity = Arity::flag},
                        {.name = "fail-fast", .arity = Arity::flag},
                        {.name = "retry-failed", .arity = Arity::flag},
                        {.name = "resume"},
                        {.name = "max-concurrency"},
                        {.name = "rate"},
                        {.name = "file", .arity = Arity::at_most_one, .positional = true}},
                       context.globals.compat));
  Options out;
  out.ordered = !arguments.has("unordered");
  out.fail_fast = arguments.has("fail-fast");
  out.retry_failed = arguments.has("retry-failed");
  out.limits = context.globals.yielding.limits;
  const auto take = [&](std::string_view name, std::optional<std::string>& text) {
    if (const auto* given = arguments.find(name)) {
      text = *given;
    }
  };
  take("resume", out.journal);
  take("max-concurrency", out.limits.max_concurrency);
  take("rate", out.limits.rate);
  if (const auto* file = arguments.find("file")) {
    out.file = *file;
  }
  if (out.retry_failed && !out.journal) {
    return fail(ErrorCode::usage, "--retry-failed needs --resume.");
  }
  return out;
}

/// The number of a line as its id, where it has no other.
Value id_or_number(Value id, std::uint64_t line) {
  return id.is_null() ? Value(static_cast<std::int64_t>(line)) : std::move(id);
}

/// A line as a call that can be made. Errors: what is wrong with the line.
Result<std::pair<CallLine, PooledSession*>> prepare(const std::string& line,
                                                    BulkRun& run,
                                                    SessionPool& sessions,
                                                    Value& id) {
  VIRGA_TRY_ASSIGN(auto call, parse_call_line(line, run.context, id));
  VIRGA_TRY_ASSIGN(auto* const session, sessions.get(call.globals));
  size_pages(call);
  return std::pair(std::move(call), session);
}

/// Hands the lines of the input to the crew. Returns whether it came to the end.
Result<bool> read_lines(LineReader& reader,
                        const Options& options,
                        BulkRun& run,
                        SessionPool& sessions) {
  const auto is_over = [&run] { return run.crew.is_stopped() || run.context.out.is_closed(); };
  while (true) {
    VIRGA_TRY_ASSIGN(auto read, reader.next(is_over));
    if (!read) {
      if (!reader.is_at_end()) {
        run.crew.stop();
      }
      return reader.is_at_end();
    }
    std::string text(trim(*read));
    if (text.empty() || text.front() == '#') {
      continue;
    }
    const auto line = reader.number();
    std::unique_ptr<LineJob> job;
    std::string group;
    auto known = run.journal != nullptr ? run.journal->find(line, text + run.common) : std::nullopt;
    if (known && (known->ok || !options.retry_failed)) {
      job = std::make_unique<KnownJob>(run, line, reader.offset(), std::move(*known));
    } else {
      Value id;
      auto prepared = prepare(text, run, sessions, id);
      if (prepared) {
        auto& [call, session] = *prepared;
        call.id = id_or_number(std::move(call.id), line);
        group = batch_group(call);
        job = std::make_unique<CallJob>(
            run, line, reader.offset(), std::move(text), std::move(call), *session);
      } else {
        Journal::Record record;
        record.json = result_line(id_or_number(std::move(id), line),
                                  std::move(text),
                                  fail(std::move(prepared).error()),
                                  {},
                                  {});
        job = std::make_unique<KnownJob>(run, line, reader.offset(), std::move(record));
      }
    }
    if (!run.crew.add(group, std::move(job))) {
      return false;
    }
  }
}

/// "3, 7-9".
std::string ranges_of(std::vector<std::uint64_t> lines) {
  std::sort(lines.begin(), lines.end());
  std::string out;
  for (std::size_t first = 0; first < lines.size();) {
    std::size_t last = first;
    while (last + 1 < lines.size() && lines[last + 1] == lines[last] + 1) {
      ++last;
    }
    append(out, out.empty() ? "" : ", ", lines[first]);
    if (last > first) {
      append(out, "-", lines[last]);
    }
    first = last + 1;
  }
  return out;
}

Status report(const BulkRun& run, const Options& options, bool at_end, Context& context) {
  if (run.tally.failed == 0) {
    return {};
  }
  context.exit_status = 1;
  std::string text =
      concat(run.tally.failed.load(), " of ", run.tally.done.load(), " calls failed");
  if (options.fail_fast && run.failed_line > 0) {
    append(text, "; stopped at line ", run.failed_line);
    const auto lines = ranges_of(run.not_begun);
    if (!lines.empty()) {
      append(text, "; not run: ", run.not_begun.size() == 1 ? "line " : "lines ", lines);
      text += at_end ? "" : " and all after";
    } else if (!at_end) {
      text += "; the rest of the input was not read";
    }
  }
  return context.err.write(text + ".\n");
}

}  // namespace

Status bulk(const std::vector<std::string>& words, Context& context) {
  VIRGA_TRY_ASSIGN(const auto options, parse_options(words, context));
  if (context.globals.yielding.are_places()) {
    return fail(ErrorCode::usage,
                "--regions and --profiles do not go with bulk: give each line its own.");
  }
  VIRGA_TRY_ASSIGN(const auto* const catalog, context.catalog());
  SessionPool sessions(context, *catalog);
  VIRGA_TRY(sessions.set_limits(options.limits));
  VIRGA_TRY_ASSIGN(auto reader, LineReader::open(options.file));
  std::unique_ptr<Journal> journal;
  std::string common;
  if (options.journal) {
    common = common_of(context);
    VIRGA_TRY_ASSIGN(journal, Journal::open(*options.journal));
  }
  CrewOptions crew_options =
      batch_crew(*sessions.limiter(), static_cast<std::size_t>(sessions.cap()));
  crew_options.window = std::max<std::size_t>(1024, 4 * crew_options.threads);
  crew_options.ordered = options.ordered;
  Tally tally;
  tally.input_size = reader.size();
  Crew crew(crew_options);
  BulkRun run{context, tally, crew, journal.get(), std::move(common), options.fail_fast};
  Result<bool> read = false;
  {
    std::optional<Progress> progress;
    if (isatty(STDERR_FILENO) == 1 && !context.globals.debug) {
      progress.emplace(tally, sessions.limiter(), context.clock, context.err);
    }
    read = read_lines(reader, options, run, sessions);
    crew.finish();
  }
  if (run.error) {
    return fail(std::move(*run.error));
  }
  VIRGA_TRY_ASSIGN(const bool at_end, std::move(read));
  return report(run, options, at_end, context);
}

}  // namespace virga::commands
