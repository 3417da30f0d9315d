// SPDX-License-Identifier: Apache-2.0
#include <array>
#include <cstdint>
#include <ctime>
#include <memory>
#include <optional>
#include <stop_token>
#include <string>
#include <string_view>
#include <utility>

#include "base/strings.hpp"
#include "cli/limits.hpp"
#include "cli/session_parts.hpp"
#include "commands/arguments.hpp"
#include "commands/command.hpp"
#include "commands/s3/size.hpp"
#include "commands/s3/uri.hpp"
#include "config/virga_config.hpp"
#include "engine/pager.hpp"
#include "engine/parallel_listing.hpp"
#include "engine/read_ahead.hpp"
#include "engine/session.hpp"
#include "params/python_numbers.hpp"
#include "value/timestamp.hpp"

namespace virga::commands {
namespace {

void append_right_aligned(std::string& out, std::string_view text, std::size_t width) {
  out.append(text.size() < width ? width - text.size() : 0, ' ');
  out += text;
}

/// Writes times in the local time zone. The C library takes long for each; a day without a change
/// of the zone's offset, as nearly all are, is asked for once. Thread-compatible.
class LocalTimes {
 public:
  /// Appends "2024-01-02 03:04:05".
  void append(std::string& out, std::int64_t seconds) {
    Day& day = days_[static_cast<std::size_t>(seconds / k_day) % days_.size()];
    const std::int64_t start = seconds / k_day * k_day;
    if (day.start != start) {
      day = {start, parts_of(start), parts_of(start + k_day - 1)};
    }
    const auto& first = day.first;
    const bool is_even = first.tm_gmtoff == day.last.tm_gmtoff;
    const auto since = seconds - start + first.tm_hour * 3600 + first.tm_min * 60 + first.tm_sec;
    if (!is_even || seconds < 0) {
      append(out, parts_of(seconds));
      return;
    }
    std::tm parts = since < k_day ? first : day.last;
    const auto rest = since % k_day;
    parts.tm_hour = static_cast<int>(rest / 3600);
    parts.tm_min = static_cast<int>(rest / 60 % 60);
    parts.tm_sec = static_cast<int>(rest % 60);
    append(out, parts);
  }

 private:
  static constexpr std::int64_t k_day = 86400;

  /// A day of UTC: the local times of its first and its last second.
  struct Day {
    std::int64_t start = -1;
    std::tm first{};
    std::tm last{};
  };

  static std::tm parts_of(std::int64_t seconds) {
    const std::time_t time = seconds;
    std::tm parts{};
    localtime_r(&time, &parts);
    return parts;
  }

  static void append(std::string& out, const std::tm& parts) {
    virga::append(out, parts.tm_year + 1900);
    for (const auto& [mark, number] : {std::pair('-', parts.tm_mon + 1),
                                       std::pair('-', parts.tm_mday),
                                       std::pair(' ', parts.tm_hour),
                                       std::pair(':', parts.tm_min),
                                       std::pair(':', parts.tm_sec)}) {
      const std::array<char, 3> digits{
          mark, static_cast<char>('0' + number / 10), static_cast<char>('0' + number % 10)};
      out.append(digits.data(), digits.size());
    }
  }

  std::array<Day, 1024> days_{};
};

std::int64_t seconds_of(const Value* value) {
  const auto* timestamp = value == nullptr ? nullptr : value->as_timestamp();
  const auto moment = timestamp == nullptr ? std::nullopt : parse_timestamp(*timestamp);
  return moment ? moment->seconds() : 0;
}

/// The text behind the last '/' but `above`.
std::string_view last_part(std::string_view key) {
  const auto slash = key.rfind('/');
  return slash == std::string_view::npos ? key : key.substr(slash + 1);
}

/// One listing: prints a page at a time, and counts.
class Listing {
 public:
  Listing(const Arguments& arguments, Context& context)
      : is_recursive_(arguments.has("recursive")),
        is_human_(arguments.has("human-readable")),
        context_(context) {}

  Status print_buckets(const Value& output) {
    const auto* buckets = output.find("Buckets");
    const auto* list = buckets == nullptr ? nullptr : buckets->as_list();
    std::string text;
    for (const auto& bucket : list == nullptr ? List() : *list) {
      times_.append(text, seconds_of(bucket.find("CreationDate")));
      append(text, " ", bucket.text("Name"), "\n");
    }
    return context_.out.write(text);
  }

  Status print_objects(const Value& output) {
    std::string text;
    const auto* prefixes = output.find("CommonPrefixes");
    if (const auto* list = prefixes == nullptr ? nullptr : prefixes->as_list()) {
      for (const auto& entry : *list) {
        std::string_view prefix = entry.text("Prefix");
        prefix = prefix.substr(0, prefix.rfind('/'));
        append_right_aligned(text, "PRE", 30);
        append(text, " ", last_part(prefix), "/\n");
      }
    }
    const auto* contents = output.find("Contents");
    if (const auto* list = contents == nullptr ? nullptr : contents->as_list()) {
      for (const auto& object : *list) {
        print_object(object, text);
      }
    }
    found_ = found_ || !text.empty();
    return context_.out.write(text);
  }

  Status print_summary() {
    return context_.out.write(
        concat("\nTotal Objects: ", objects_, "\n   Total Size: ", size_text(bytes_), "\n"));
  }

  [[nodiscard]] bool found() const { return found_; }

 private:
  void print_object(const Value& object, std::string& text) {
    const auto* size = object.find("Size");
    const auto* number = size == nullptr ? nullptr : size->as_integer();
    const std::int64_t bytes = number == nullptr ? 0 : *number;
    bytes_ += bytes;
    ++objects_;
    const std::string_view key = object.text("Key");
    times_.append(text, seconds_of(object.find("LastModified")));
    text += ' ';
    append_right_aligned(text, size_text(bytes), 10);
    append(text, " ", is_recursive_ ? key : last_part(key), "\n");
  }

  [[nodiscard]] std::string size_text(std::int64_t bytes) const {
    return is_human_ ? human_size(bytes) : concat(bytes);
  }

  bool is_recursive_;
  bool is_human_;
  Context& context_;
  LocalTimes times_;
  std::int64_t objects_ = 0;
  std::int64_t bytes_ = 0;
  bool found_ = false;
};

/// The call for a place, or for the list of buckets.
Result<engine::Call> make_call(const Arguments& arguments,
                               const S3Place& place,
                               const model::Service& s3) {
  const auto operation = s3.find_operation(place.bucket.empty() ? "ListBuckets" : "ListObjectsV2");
  if (!operation) {
    return fail(ErrorCode::models, "The models lack the operations that list buckets and objects.");
  }
  engine::Call call{*operation};
  auto& params = *call.params.as_map();
  if (place.bucket.empty()) {
    for (const auto& [option, member] :
         {std::pair("bucket-name-prefix", "Prefix"), std::pair("bucket-region", "BucketRegion")}) {
      if (const auto* text = arguments.find(option); text != nullptr && !text->empty()) {
        params.append(member, *text);
      }
    }
    return call;
  }
  params.append("Bucket", place.bucket);
  params.append("Prefix", place.key);
  if (!arguments.has("recursive")) {
    params.append("Delimiter", "/");
  }
  if (arguments.has("request-payer")) {
    params.append("RequestPayer", "requester");
  }
  return call;
}

/// Prints what `call` lists, page by page while somebody reads.
Status print_all(engine::Session& session,
                 engine::Call call,
                 const engine::PageLimits& limits,
                 Listing& listing,
                 Context& context) {
  const bool is_buckets = call.operation.name() == "ListBuckets";
  if (call.operation.paginator().is_null()) {  // models of before buckets came in pages
    VIRGA_TRY_ASSIGN(const auto page, session.call(call));
    return listing.print_buckets(page.output);
  }
  std::stop_source stop;
  call.stop = stop.get_token();
  const auto has_left = [&context] { return context.out.is_closed(); };
  std::unique_ptr<engine::Pager> pager;
  std::unique_ptr<engine::Pages> pages;
  if (context.globals.parallel) {
    VIRGA_TRY_ASSIGN(pages,
                     engine::ParallelListing::start(
                         session, std::move(call), limits, std::move(stop), has_left));
  } else {
    VIRGA_TRY_ASSIGN(pager, session.pages(std::move(call), limits));
    pages = std::make_unique<engine::ReadAhead>(*pager, std::move(stop), has_left);
  }
  for (;;) {
    VIRGA_TRY_ASSIGN(const auto page, pages->next());
    if (!page || context.out.is_closed()) {
      return {};
    }
    VIRGA_TRY(is_buckets ? listing.print_buckets(page->output)
                         : listing.print_objects(page->output));
  }
}

}  // namespace

/// "s3 ls". Source: awscli: customizations/s3/subcommands.py.
Status s3_ls(const std::vector<std::string>& words, Context& context) {
  using cli::Arity;
  static constexpr std::array<std::string_view, 1> k_payers = {"requester"};
  VIRGA_TRY_ASSIGN(
      const auto arguments,
      Arguments::parse(words,
                       {{.name = "paths", .arity = Arity::at_most_one, .positional = true},
                        {.name = "recursive", .arity = Arity::flag},
                        {.name = "page-size"},
                        {.name = "human-readable", .arity = Arity::flag},
                        {.name = "summarize", .arity = Arity::flag},
                        {.name = "request-payer", .arity = Arity::at_most_one, .choices = k_payers},
                        {.name = "bucket-name-prefix"},
                        {.name = "bucket-region"}},
                       context.globals.compat));
  engine::PageLimits limits;
  if (const auto* size = arguments.find("page-size")) {
    VIRGA_TRY_ASSIGN(limits.page_size, params::python_int_of(*size));
  }
  const auto* path = arguments.find("paths");
  VIRGA_TRY_ASSIGN(const auto place, parse_s3_place(path == nullptr ? "" : *path));
  if (context.globals.parallel && (place.bucket.empty() || !arguments.has("recursive"))) {
    return fail(
        ErrorCode::usage,
        "s3 ls --parallel lists the objects of a bucket: it needs s3://BUCKET and --recursive.");
  }
  if (context.globals.offline) {
    return fail(ErrorCode::usage, "--offline: answers of s3 ls are never cached.");
  }
  VIRGA_TRY_ASSIGN(const auto* const catalog, context.catalog());
  const auto s3 = catalog->find_service("s3");
  if (!s3) {
    return fail(ErrorCode::models, "The models lack s3.");
  }
  VIRGA_TRY_ASSIGN(auto call, make_call(arguments, place, *s3));
  auto parts = cli::session_parts(
      context.globals, *catalog, context.settings, context.clock, context.random, context.err);
  VIRGA_TRY_ASSIGN(const auto config, config::read_virga_config(context.environment));
  VIRGA_TRY_ASSIGN(
      parts.limiter,
      cli::make_limiter(
          context.globals.yielding.limits, config, context.environment, context.clock));
  parts.is_batch = context.globals.parallel;  // patient with a service that slows it down
  engine::Session session(std::move(parts));
  Listing listing(arguments, context);
  VIRGA_TRY(print_all(session, std::move(call), limits, listing, context));
  if (arguments.has("summarize")) {
    VIRGA_TRY(listing.print_summary());
  }
  if (!place.bucket.empty() && !place.key.empty() && !listing.found()) {
    context.exit_status = 1;
  }
  return {};
}

}  // namespace virga::commands
