// SPDX-License-Identifier: Apache-2.0
#include "commands/fan_out.hpp"

#include <algorithm>
#include <atomic>
#include <chrono>
#include <condition_variable>
#include <deque>
#include <functional>
#include <limits>
#include <mutex>
#include <optional>
#include <stop_token>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include "auth/credentials.hpp"
#include "base/strings.hpp"
#include "cache/invalidation.hpp"
#include "cli/call_runner.hpp"
#include "cli/error_format.hpp"
#include "cli/item_shape.hpp"
#include "cli/listing.hpp"
#include "cli/result_printer.hpp"
#include "commands/places.hpp"
#include "commands/session_pool.hpp"
#include "engine/page_budget.hpp"
#include "engine/result_path.hpp"
#include "query/expression.hpp"

namespace virga::commands {
namespace {

Status check(const cli::Invocation& invocation) {
  const auto& operation = invocation.operation;
  const auto refuse = [](std::string_view what) {
    return fail(ErrorCode::usage, concat("--regions and --profiles do not go with ", what, "."));
  };
  if (cache::is_write(operation.service().name(), operation.name())) {
    return refuse("calls that write");
  }
  if (invocation.wait) {
    return refuse("waiters");
  }
  if (invocation.outfile || !invocation.stream_files.empty() || !invocation.post_actions.empty() ||
      operation.event_stream_output()) {
    return refuse("calls that read or write files");
  }
  if (invocation.pagination.starting_token) {
    return refuse("--starting-token");
  }
  return {};
}

/// What is the same for all places.
struct Spread {
  const cli::Invocation& invocation;
  const std::string item_path;
  const std::optional<query::Expression>& query;
  SessionPool& sessions;
  Context& context;

  /// With --stream a query is asked of each item; else of the whole answer, which waits for all
  /// pages.
  [[nodiscard]] bool is_queried_whole() const { return query && !context.globals.stream; }
};

using Tags = std::vector<std::pair<std::string, std::string>>;

/// Puts where an item is from in front of its members; an item's own member of such a name stays.
void tag(Value& item, const Tags& tags) {
  Map out;
  auto* const members = item.as_map();
  for (const auto& [name, value] : tags) {
    const bool is_taken = members != nullptr && members->contains(name);
    out.append(is_taken ? concat("Call", name) : name, value);
  }
  if (members == nullptr) {
    out.append("Value", std::move(item));
  } else {
    for (auto& [name, value] : *members) {
      out.append(name, std::move(value));
    }
  }
  item = std::move(out);
}

/// The items of all places on their way from those who fetch them, a thread for each place, to the
/// one that prints them, place by place. Whoever is far ahead of the printing waits: a place holds
/// what came last, and all together no more than some thousand items.
///
/// Threads: safe; pop() and leave() are for one thread.
class ItemQueues {
 public:
  explicit ItemQueues(std::size_t places) : queues_(places) {}

  /// Waits for room. False once nobody wants more.
  bool push(std::size_t place, List items) {
    std::unique_lock lock(mutex_);
    auto& queue = queues_[place];
    room_.wait(lock, [&] { return is_over_ || has_room(place); });
    if (is_over_) {
      return false;
    }
    held_ += items.size();
    queue.parts.push_back(std::move(items));
    ready_.notify_one();
    return true;
  }

  /// Nothing more comes of the place.
  void finish(std::size_t place, Status outcome) {
    const std::lock_guard lock(mutex_);
    queues_[place].outcome = std::move(outcome);
    ready_.notify_one();
  }

  /// The next items of the place whose turn it is; nothing at its end, or once `has_left` says that
  /// nobody wants more.
  std::optional<List> pop(const std::function<bool()>& has_left) {
    constexpr auto k_look = std::chrono::milliseconds(100);
    std::unique_lock lock(mutex_);
    auto& queue = queues_[front_];
    while (queue.parts.empty() && !queue.outcome) {
      if (!ready_.wait_for(
              lock, k_look, [&] { return !queue.parts.empty() || queue.outcome.has_value(); }) &&
          has_left()) {
        return std::nullopt;
      }
    }
    if (queue.parts.empty()) {
      return std::nullopt;
    }
    List out = std::move(queue.parts.front());
    queue.parts.pop_front();
    held_ -= out.size();
    room_.notify_all();
    return out;
  }

  /// Once pop() gave nothing: how the place ended. The next one has its turn.
  Status leave() {
    const std::lock_guard lock(mutex_);
    room_.notify_all();
    auto& outcome = queues_[front_++].outcome;
    return outcome ? std::move(*outcome) : Status();
  }

  void end() {
    const std::lock_guard lock(mutex_);
    is_over_ = true;
    room_.notify_all();
  }

 private:
  struct Queue {
    std::deque<List> parts;
    std::optional<Status> outcome;
  };

  [[nodiscard]] bool has_room(std::size_t place) const {
    constexpr std::size_t k_most_held = 8192;  // items, of all places
    const auto& parts = queues_[place].parts;
    return parts.empty() || (place == front_ ? parts.size() < 2 : held_ < k_most_held);
  }

  std::mutex mutex_;  // guards all below
  std::condition_variable ready_;
  std::condition_variable room_;
  std::vector<Queue> queues_;
  std::size_t front_ = 0;
  std::size_t held_ = 0;
  bool is_over_ = false;
};

Tags tags_of(const Place& place, const PooledSession& pooled) {
  Tags out = {{"Region", place.region}};
  if (pooled.globals.sign_request) {
    const auto identity = pooled.session->credentials().identity();
    const bool known = identity && *identity && !(*identity)->account.empty();
    out.emplace_back("Account", known ? (*identity)->account : "");
  }
  if (place.profile) {
    out.emplace_back("Profile", *place.profile);
  }
  return out;
}

/// The items that an answer, or one page of it, is to show.
Result<List> items_of(const Spread& spread, Value answer) {
  if (spread.query) {
    cli::format_timestamps(answer, TimestampStyle::iso8601);
  }
  if (spread.is_queried_whole()) {
    VIRGA_TRY_ASSIGN(answer, spread.query->search(answer));
  } else if (!spread.item_path.empty()) {
    auto* const list = engine::find_path(answer, spread.item_path);
    answer = list == nullptr ? Value() : std::move(*list);
  }
  if (answer.is_null()) {
    return List();
  }
  if (!answer.is_list()) {
    answer = List{std::move(answer)};
  }
  if (!spread.query || spread.is_queried_whole()) {
    return std::move(*answer.as_list());
  }
  List found;
  for (const auto& item : *answer.as_list()) {
    VIRGA_TRY_ASSIGN(auto result, spread.query->search(item));
    if (!result.is_null()) {
      found.push_back(std::move(result));
    }
  }
  return found;
}

/// Fetches what the place at `number` has.
Status fetch_place(const Spread& spread,
                   const Place& place,
                   std::size_t number,
                   ItemQueues& queues,
                   const std::stop_token& stop) {
  VIRGA_TRY_ASSIGN(auto* const pooled, spread.sessions.get(place.globals));
  std::optional<Tags> tags;
  const auto take = [&](Value answer) -> Status {
    VIRGA_TRY_ASSIGN(auto items, items_of(spread, std::move(answer)));
    if (!tags) {
      tags = tags_of(place, *pooled);  // who signs is known now
    }
    for (auto& item : items) {
      tag(item, *tags);
    }
    return queues.push(number, std::move(items)) ? Status()
                                                 : fail(ErrorCode::interrupted, "interrupted");
  };
  const cli::CallStyle style{.stop = stop};
  if (!spread.is_queried_whole() && !spread.item_path.empty()) {
    return cli::fetch_pages(spread.invocation, place.globals, *pooled->session, style, take);
  }
  VIRGA_TRY_ASSIGN(
      auto whole,
      cli::fetch_result(
          spread.invocation, place.globals, *pooled->session, spread.context.out, style));
  return take(std::move(whole));
}

/// Threads that fetch the places, in their order; at the end of its life all calls are ended.
class Fetchers {
 public:
  Fetchers(const Spread& spread,
           const std::vector<Place>& places,
           std::size_t most,
           ItemQueues& queues)
      : queues_(queues) {
    for (std::size_t i = 0; i < std::min(most, places.size()); ++i) {
      threads_.emplace_back([this, &spread, &places] {
        for (auto number = next_++; number < places.size(); number = next_++) {
          queues_.finish(number,
                         fetch_place(spread, places[number], number, queues_, stop_.get_token()));
        }
      });
    }
  }

  Fetchers(const Fetchers&) = delete;
  Fetchers& operator=(const Fetchers&) = delete;

  ~Fetchers() {
    next_ = std::numeric_limits<std::size_t>::max() / 2;
    queues_.end();
    stop_.request_stop();
    for (auto& thread : threads_) {
      thread.join();
    }
  }

 private:
  ItemQueues& queues_;
  std::stop_source stop_;
  std::atomic<std::size_t> next_ = 0;
  std::vector<std::thread> threads_;
};

void tell_failure(const Place& place, const Error& error, Context& context) {
  if (const auto style = cli::error_style(context.settings, context.globals.color);
      cli::prints_records(style)) {
    Map where;
    where.append("Region", place.region);
    if (place.profile) {
      where.append("Profile", *place.profile);
    }
    static_cast<void>(cli::print_error(error, style, context.err, where));
    return;
  }
  std::string text(trim(error.message));
  std::replace(text.begin(), text.end(), '\n', ' ');
  std::string where = place.region;
  if (place.profile) {
    append(where, where.empty() ? "" : ", ", "profile ", *place.profile);
  }
  static_cast<void>(context.err.write(concat(where, where.empty() ? "" : ": ", text, "\n")));
}

}  // namespace

Status fan_out(const cli::Invocation& given, const model::Catalog& catalog, Context& context) {
  VIRGA_TRY(check(given));
  cli::Invocation invocation = given;
  auto& pagination = invocation.pagination;
  if (!context.globals.like_aws && pagination.enabled && !pagination.page_size) {
    pagination.page_size = engine::earned_page_size(invocation.operation, invocation.params);
  }
  auto shape = cli::item_shape(invocation.operation);
  std::vector<std::string> columns = {"Region", "Account", "Profile"};
  columns.insert(columns.end(), shape.columns.begin(), shape.columns.end());
  std::optional<query::Expression> query;
  if (context.globals.query) {
    auto compiled = query::Expression::compile(*context.globals.query);
    if (!compiled) {
      return fail(std::move(compiled).error().context(
          concat("Bad value for --query ", *context.globals.query)));
    }
    query = std::move(*compiled);
  }
  cli::GlobalOptions unqueried = context.globals;
  unqueried.query.reset();
  VIRGA_TRY_ASSIGN(auto printer,
                   cli::ResultPrinter::make(unqueried,
                                            context.settings,
                                            std::string(invocation.operation.name()),
                                            {{}, std::move(columns)}));
  SessionPool sessions(context, catalog);
  VIRGA_TRY(sessions.set_limits(invocation.yielding.limits));
  VIRGA_TRY_ASSIGN(
      auto places,
      find_places(invocation.yielding, invocation.operation.service(), catalog, sessions, context));
  const Spread spread{invocation, std::move(shape.path), query, sessions, context};
  std::optional<Error> first_error;
  std::size_t failed = 0;
  const auto has_left = [&context] { return context.out.is_closed(); };
  ItemQueues queues(places.size());
  const Fetchers fetchers(spread, places, static_cast<std::size_t>(sessions.cap()), queues);
  for (const auto& place : places) {
    while (auto items = queues.pop(has_left)) {
      VIRGA_TRY(printer.print_part(std::move(*items), context.out));
      if (has_left()) {
        return {};
      }
    }
    if (has_left()) {
      return {};
    }
    if (auto outcome = queues.leave(); !outcome) {
      tell_failure(place, outcome.error(), context);
      ++failed;
      first_error = first_error ? std::move(first_error) : std::move(outcome).error();
    }
  }
  if (failed == places.size() && first_error) {
    return fail(std::move(*first_error));
  }
  context.exit_status = failed > 0 ? 1 : 0;
  return printer.finish_parts(context.out);
}

}  // namespace virga::commands
