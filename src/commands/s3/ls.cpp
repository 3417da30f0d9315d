// SPDX-License-Identifier: Apache-2.0
#include <array>
#include <cstdio>
#include <ctime>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

#include "base/strings.hpp"
#include "cli/session_parts.hpp"
#include "commands/arguments.hpp"
#include "commands/command.hpp"
#include "commands/s3/size.hpp"
#include "commands/s3/uri.hpp"
#include "engine/pager.hpp"
#include "engine/session.hpp"
#include "params/python_numbers.hpp"
#include "value/timestamp.hpp"

namespace virga::commands {
namespace {

/// "2024-01-02 03:04:05" in the local time zone.
std::string local_time(const Value* value) {
  const auto* timestamp = value == nullptr ? nullptr : value->as_timestamp();
  const auto moment = timestamp == nullptr ? std::nullopt : parse_timestamp(*timestamp);
  const std::time_t seconds = moment ? moment->seconds() : 0;
  std::tm parts{};
  localtime_r(&seconds, &parts);
  std::array<char, 64> text{};
  std::snprintf(text.data(),
                text.size(),
                "%d-%02d-%02d %02d:%02d:%02d",
                parts.tm_year + 1900,
                parts.tm_mon + 1,
                parts.tm_mday,
                parts.tm_hour,
                parts.tm_min,
                parts.tm_sec);
  return text.data();
}

std::string right_aligned(std::string text, std::size_t width) {
  text.insert(0, text.size() < width ? width - text.size() : 0, ' ');
  return text;
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
      append(text, local_time(bucket.find("CreationDate")), " ", bucket.text("Name"), "\n");
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
        append(text, right_aligned("PRE", 30), " ", last_part(prefix), "/\n");
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
    return context_.out.write(concat("\nTotal Objects: ",
                                     objects_,
                                     "\n",
                                     right_aligned("Total Size: ", 15),
                                     size_text(bytes_),
                                     "\n"));
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
    append(text,
           local_time(object.find("LastModified")),
           " ",
           right_aligned(size_text(bytes), 10),
           " ",
           is_recursive_ ? key : last_part(key),
           "\n");
  }

  [[nodiscard]] std::string size_text(std::int64_t bytes) const {
    return is_human_ ? human_size(bytes) : concat(bytes);
  }

  bool is_recursive_;
  bool is_human_;
  Context& context_;
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
  VIRGA_TRY_ASSIGN(const auto* const catalog, context.catalog());
  const auto s3 = catalog->find_service("s3");
  if (!s3) {
    return fail(ErrorCode::models, "The models lack s3.");
  }
  VIRGA_TRY_ASSIGN(auto call, make_call(arguments, place, *s3));
  engine::Session session(cli::session_parts(
      context.globals, *catalog, context.settings, context.clock, context.random, context.err));
  Listing listing(arguments, context);
  VIRGA_TRY_ASSIGN(auto pages, session.pages(std::move(call), limits));
  while (true) {
    VIRGA_TRY_ASSIGN(const auto page, pages->next());
    if (!page) {
      break;
    }
    VIRGA_TRY(place.bucket.empty() ? listing.print_buckets(page->output)
                                   : listing.print_objects(page->output));
  }
  if (arguments.has("summarize")) {
    VIRGA_TRY(listing.print_summary());
  }
  if (!place.bucket.empty() && !place.key.empty() && !listing.found()) {
    context.exit_status = 1;
  }
  return {};
}

}  // namespace virga::commands
