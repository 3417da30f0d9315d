// SPDX-License-Identifier: Apache-2.0
#include "commands/fan_out.hpp"

#include <algorithm>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "auth/credentials.hpp"
#include "base/crew.hpp"
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

/// What all places share.
struct Spread {
  const cli::Invocation& invocation;
  const std::string item_path;
  const std::optional<query::Expression>& query;
  SessionPool& sessions;
  cli::ResultPrinter& printer;
  Context& context;
  std::optional<Error> first_error{};  ///< of a place
  std::optional<Error> broken{};       ///< of printing
  std::size_t failed = 0;
};

/// Puts where an item is from in front of its members; an item's own member of such a name stays.
void tag(Value& item, const std::vector<std::pair<std::string, std::string>>& tags) {
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

class PlaceJob final : public Job {
 public:
  PlaceJob(Spread& spread, Place place) : spread_(spread), place_(std::move(place)) {}

  void run() override { items_ = fetch(); }

  void deliver() override {
    if (!items_) {
      fail_place(items_.error());
    } else if (!spread_.broken) {
      if (auto printed = spread_.printer.print_part(std::move(*items_), spread_.context.out);
          !printed) {
        spread_.broken = std::move(printed).error();
      }
    }
  }

 private:
  Result<Value> fetch() {
    VIRGA_TRY_ASSIGN(auto* const pooled, spread_.sessions.get(place_.globals));
    VIRGA_TRY_ASSIGN(
        auto result,
        cli::fetch_result(
            spread_.invocation, place_.globals, *pooled->session, spread_.context.out));
    if (spread_.query) {
      cli::format_timestamps(result, TimestampStyle::iso8601);
      VIRGA_TRY_ASSIGN(result, spread_.query->search(result));
    } else if (!spread_.item_path.empty()) {
      auto* const list = engine::find_path(result, spread_.item_path);
      result = list == nullptr ? Value() : std::move(*list);
    }
    const auto tags = tags_of(*pooled);
    if (result.is_null()) {
      return Value(List());
    }
    if (!result.is_list()) {
      result = List{std::move(result)};
    }
    for (auto& item : *result.as_list()) {
      tag(item, tags);
    }
    return result;
  }

  [[nodiscard]] std::vector<std::pair<std::string, std::string>> tags_of(
      const PooledSession& pooled) const {
    std::vector<std::pair<std::string, std::string>> out = {{"Region", place_.region}};
    if (pooled.globals.sign_request) {
      const auto identity = pooled.session->credentials().identity();
      const bool known = identity && *identity && !(*identity)->account.empty();
      out.emplace_back("Account", known ? (*identity)->account : "");
    }
    if (place_.profile) {
      out.emplace_back("Profile", *place_.profile);
    }
    return out;
  }

  void fail_place(Error& error) {
    std::string text(trim(error.message));
    std::replace(text.begin(), text.end(), '\n', ' ');
    if (const auto style =
            cli::error_style(spread_.context.settings, spread_.context.globals.color);
        cli::prints_records(style)) {
      Map place;
      place.append("Region", place_.region);
      if (place_.profile) {
        place.append("Profile", *place_.profile);
      }
      static_cast<void>(cli::print_error(error, style, spread_.context.err, place));
      count_failure(error);
      return;
    }
    const auto profile = place_.profile ? concat(", profile ", *place_.profile) : std::string();
    static_cast<void>(spread_.context.err.write(concat(place_.region, profile, ": ", text, "\n")));
    count_failure(error);
  }

  void count_failure(Error& error) {
    ++spread_.failed;
    if (!spread_.first_error) {
      spread_.first_error = std::move(error);
    }
  }

  Spread& spread_;
  Place place_;
  Result<Value> items_ = Value();
};

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
  Spread spread{invocation, std::move(shape.path), query, sessions, printer, context};
  const std::size_t count = places.size();
  {
    CrewOptions options;
    options.threads = static_cast<std::size_t>(sessions.cap());
    Crew crew(options);
    for (auto& place : places) {
      const std::string group = concat(place.profile.value_or(""), '\n', place.region);
      if (!crew.add(group, std::make_unique<PlaceJob>(spread, std::move(place)))) {
        break;
      }
    }
    crew.finish();
  }
  if (spread.broken) {
    return fail(std::move(*spread.broken));
  }
  if (spread.failed == count && spread.first_error) {
    return fail(std::move(*spread.first_error));
  }
  context.exit_status = spread.failed > 0 ? 1 : 0;
  return printer.finish_parts(context.out);
}

}  // namespace virga::commands
