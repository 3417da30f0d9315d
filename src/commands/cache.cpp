// SPDX-License-Identifier: Apache-2.0
// "virga cache": what is kept, why, and how to be rid of it.
#include "cache/cache.hpp"

#include <algorithm>
#include <map>
#include <string_view>
#include <utility>

#include "base/encoding.hpp"
#include "base/strings.hpp"
#include "cache/ttl_rule.hpp"
#include "cli/answer_cache.hpp"
#include "cli/exit_code.hpp"
#include "cli/result_printer.hpp"
#include "cli/service_names.hpp"
#include "cli/session_parts.hpp"
#include "commands/command.hpp"
#include "engine/cacheable.hpp"
#include "value/timestamp.hpp"

namespace virga::commands {
namespace {

constexpr std::string_view k_usage =
    "usage: virga cache list [PATTERN]\n"
    "       virga cache show KEY\n"
    "       virga cache stats\n"
    "       virga cache invalidate PATTERN [--older-than DURATION]\n"
    "       virga cache clear\n"
    "       virga cache policy [SERVICE [OPERATION]]\n"
    "       virga cache path\n"
    "       virga cache verify\n"
    "       virga cache warm [FILE] [--wait]\n"
    "\n"
    "PATTERN is SERVICE:OPERATION, or anything that stands in ACCOUNT/REGION/SERVICE/OPERATION; * "
    "and ? are wildcards.";

using Words = std::vector<std::string>;

tl::unexpected<Error> wrong(std::string_view what) {
  return fail(ErrorCode::usage, concat(k_usage, "\n\nvirga: error: ", what));
}

Result<std::unique_ptr<cli::AnswerCache>> open_cache(Context& context) {
  return cli::AnswerCache::open(
      context.globals, context.environment, {.clock = context.clock, .random = context.random});
}

Timestamp timestamp_of(TimePoint time) {
  const auto micros = time.time_since_epoch().count();
  return Timestamp{format_iso8601({micros, 0}), false};
}

/// Whether an entry is one of those that a pattern means: "s3:*" by service and operation, others
/// anywhere in the path. Names of operations may be written either way.
bool fits_pattern(std::string_view pattern, const cache::Found& found) {
  if (pattern.empty()) {
    return true;
  }
  const auto colon = pattern.find(':');
  if (colon != std::string_view::npos) {
    const auto plain = [](std::string_view name) { return replace_all(to_lower(name), "-", ""); };
    return cache::matches_glob(pattern.substr(0, colon), found.service) &&
           cache::matches_glob(plain(pattern.substr(colon + 1)),
                               plain(percent_decode(found.operation)));
  }
  const std::string path =
      concat(found.account, "/", found.region, "/", found.service, "/", found.operation);
  return cache::matches_glob(concat("*", pattern, "*"), path);
}

/// Which entries a command line means.
class Choice {
 public:
  /// A pattern, and --region and --profile where they are given. Errors: configuration.
  static Result<Choice> make(std::string pattern, Context& context) {
    Choice out;
    out.pattern_ = std::move(pattern);
    out.region_ = context.globals.region;
    if (!context.globals.profile) {
      return out;
    }
    VIRGA_TRY_ASSIGN(const auto* const catalog, context.catalog());
    const auto parts = cli::session_parts(
        context.globals, *catalog, context.settings, context.clock, context.random, context.err);
    VIRGA_TRY_ASSIGN(out.identity_, parts.credentials.identity());
    if (!out.identity_) {
      return fail(ErrorCode::configuration,
                  concat("The profile \"", *context.globals.profile, "\" has no credentials."));
    }
    return out;
  }

  /// The entry, opened, if it is meant and can be read.
  [[nodiscard]] std::unique_ptr<cache::StoredEntry> open(cache::Tier& tier,
                                                         const cache::Found& found) const {
    if ((region_ && *region_ != found.region) || !fits_pattern(pattern_, found)) {
      return nullptr;
    }
    auto entry = tier.open(found);
    const bool fits = entry != nullptr && (!identity_ || is_of(entry->metadata().question));
    return fits ? std::move(entry) : nullptr;
  }

 private:
  /// Answers to any identity of the account are the profile's.
  [[nodiscard]] bool is_of(const cache::Question& question) const {
    return question.identity == identity_->text ||
           (!identity_->account.empty() && question.account == identity_->account);
  }

  std::string pattern_;
  std::optional<std::string> region_;
  std::optional<auth::Identity> identity_;
};

Value describe(const cache::Found& found, const cache::Metadata& metadata, TimePoint now) {
  using std::chrono::duration_cast;
  using std::chrono::seconds;
  const auto age = duration_cast<seconds>(now - metadata.created).count();
  const auto ttl = duration_cast<seconds>(metadata.ttl).count();
  Map out;
  out.append("key", found.key.substr(0, 16));
  out.append("account", found.account);
  out.append("region", found.region);
  out.append("service", found.service);
  out.append("operation", metadata.question.operation);
  out.append("created", timestamp_of(metadata.created));
  out.append("age_seconds", age);
  out.append("ttl_seconds", ttl);
  out.append("fresh", age < ttl);
  out.append("complete", metadata.complete);
  out.append("pages", std::int64_t{metadata.pages});
  out.append("bytes", static_cast<std::int64_t>(found.bytes));
  out.append("accesses", std::int64_t{metadata.accesses});
  out.append("last_access", timestamp_of(metadata.last_access));
  return out;
}

Result<Value> list(const Words& words, Context& context) {
  if (words.size() > 2) {
    return wrong("list takes one pattern");
  }
  const std::string pattern = words.size() > 1 ? words[1] : "";
  VIRGA_TRY_ASSIGN(const auto choice, Choice::make(pattern, context));
  VIRGA_TRY_ASSIGN(const auto cache, open_cache(context));
  List rows;
  if (auto* const disk = cache->cache().disk()) {
    disk->visit([&](const cache::Found& found) {
      if (const auto entry = choice.open(*disk, found)) {
        rows.push_back(describe(found, entry->metadata(), context.clock.now()));
      }
      return true;
    });
  }
  return Value(std::move(rows));
}

Result<Value> show(const Words& words, Context& context) {
  if (words.size() != 2 || words[1].size() < 4) {
    return wrong("show takes a key as list prints it");
  }
  VIRGA_TRY_ASSIGN(const auto cache, open_cache(context));
  Value out;
  if (auto* const disk = cache->cache().disk()) {
    disk->visit([&](const cache::Found& found) {
      if (!found.key.starts_with(to_lower(words[1]))) {
        return true;
      }
      if (const auto entry = disk->open(found)) {
        const auto& metadata = entry->metadata();
        out = describe(found, metadata, context.clock.now());
        out.as_map()->set("key", found.key);
        out.as_map()->append("identity", metadata.question.identity);
        out.as_map()->append("endpoint", metadata.question.endpoint);
        out.as_map()->append("codec", cache::codec_name(metadata.codec));
        out.as_map()->append("raw_bytes", static_cast<std::int64_t>(metadata.raw_bytes));
        out.as_map()->append("params", metadata.question.params);
      }
      return out.is_null();
    });
  }
  if (out.is_null()) {
    return fail(ErrorCode::general, concat("No entry's key begins with \"", words[1], "\"."));
  }
  return out;
}

Result<Value> stats(const Words& words, Context& context) {
  if (words.size() > 1) {
    return wrong("stats takes nothing");
  }
  VIRGA_TRY_ASSIGN(const auto cache, open_cache(context));

  struct Count {
    std::int64_t entries = 0;
    std::int64_t bytes = 0;
  };

  std::map<std::string, Count> services;
  Count all;
  std::int64_t accesses = 0;
  if (auto* const disk = cache->cache().disk()) {
    disk->visit([&](const cache::Found& found) {
      auto& service = services[found.service];
      for (Count* count : {&service, &all}) {
        ++count->entries;
        count->bytes += static_cast<std::int64_t>(found.bytes);
      }
      if (const auto entry = disk->open(found)) {
        accesses += entry->metadata().accesses;
      }
      return true;
    });
  }
  List by_service;
  for (const auto& [name, count] : services) {
    Map row;
    row.append("service", name);
    row.append("entries", count.entries);
    row.append("bytes", count.bytes);
    by_service.emplace_back(std::move(row));
  }
  Map out;
  out.append("path", cache->cache().options().root);
  out.append("entries", all.entries);
  out.append("bytes", all.bytes);
  out.append("max_bytes", static_cast<std::int64_t>(cache->cache().options().disk_bytes));
  out.append("hits", accesses);
  out.append("services", std::move(by_service));
  return Value(std::move(out));
}

Result<Value> invalidate(const Words& words, Context& context) {
  std::string pattern;
  std::chrono::seconds older{0};
  for (std::size_t i = 1; i < words.size(); ++i) {
    if (words[i] == "--older-than" && i + 1 < words.size()) {
      const auto age = cache::parse_duration(words[++i]);
      if (!age) {
        return wrong(concat("\"", words[i], "\" is no duration; write 30s, 5m or 1h"));
      }
      older = *age;
    } else if (pattern.empty() && !words[i].starts_with("--")) {
      pattern = words[i];
    } else {
      return wrong(concat("unexpected \"", words[i], "\""));
    }
  }
  if (pattern.empty()) {
    return wrong("invalidate takes a pattern; \"virga cache clear\" drops everything");
  }
  VIRGA_TRY_ASSIGN(const auto choice, Choice::make(pattern, context));
  VIRGA_TRY_ASSIGN(const auto cache, open_cache(context));
  std::int64_t erased = 0;
  // Fetches that are under way must not be kept either: the empty selection begins a new epoch.
  cache::Selection nothing;
  nothing.test = [](const cache::Metadata&) { return false; };
  static_cast<void>(cache->cache().invalidate(nothing));
  if (auto* const disk = cache->cache().disk()) {
    disk->visit([&](const cache::Found& found) {
      const auto entry = choice.open(*disk, found);
      if (entry != nullptr && context.clock.now() - entry->metadata().created >= older) {
        erased += disk->erase(found) ? 1 : 0;
      }
      return true;
    });
  }
  Map out;
  out.append("erased", erased);
  return Value(std::move(out));
}

Result<Value> clear(const Words& words, Context& context) {
  if (words.size() > 1) {
    return wrong("clear takes nothing");
  }
  VIRGA_TRY_ASSIGN(const auto cache, open_cache(context));
  Map out;
  out.append("erased", static_cast<std::int64_t>(cache->cache().invalidate({})));
  return Value(std::move(out));
}

Map describe_rule(std::string_view service,
                  std::string_view operation,
                  const cache::TtlRule& rule) {
  Map out;
  out.append("service", service);
  out.append("operation", operation);
  out.append("ttl", cache::ttl_text(rule.ttl));
  out.append("scope", cache::to_text(rule.scope));
  out.append("reason", rule.reason);
  out.append("rule", rule.row);
  return out;
}

Result<Value> policy(const Words& words, Context& context) {
  if (words.size() > 3) {
    return wrong("policy takes a service and an operation");
  }
  VIRGA_TRY_ASSIGN(const auto cache, open_cache(context));
  if (words.size() == 1) {
    List rows;
    for (const auto& rule : cache->rules().user_rules()) {
      const cache::TtlRule row{
          rule.ttl, cache::TtlScope::account, "your configuration", rule.row, true};
      rows.emplace_back(describe_rule(rule.services, rule.operations, row));
    }
    for (const auto& rule : cache::ttl_table()) {
      rows.emplace_back(
          describe_rule(cache::row_services(rule.row), cache::row_operations(rule.row), rule));
    }
    return Value(std::move(rows));
  }
  VIRGA_TRY_ASSIGN(const auto* const catalog, context.catalog());
  auto service = cli::find_service_command(*catalog, words[1]);
  service = service ? service : catalog->find_service(words[1]);
  if (!service) {
    return wrong(concat("there is no service \"", words[1], "\""));
  }
  if (words.size() == 3) {
    auto operation =
        cli::find_operation_command(*service, words[1], words[2], context.globals.compat);
    operation = operation ? operation : service->find_operation(words[2]);
    if (!operation) {
      return wrong(concat("there is no operation \"", words[2], "\" of ", words[1]));
    }
    return describe_rule(
        service->name(), operation->name(), engine::ttl_rule(cache->rules(), *operation));
  }
  List rows;
  for (std::uint32_t i = 0; i < service->operation_count(); ++i) {
    const auto operation = service->operation(i);
    rows.emplace_back(describe_rule(
        service->name(), operation.name(), engine::ttl_rule(cache->rules(), operation)));
  }
  return Value(std::move(rows));
}

Result<Value> path(const Words&, Context& context) {
  return Value(cli::cache_root(context.environment));
}

/// Reads every page of every entry.
Result<Value> verify(const Words&, Context& context) {
  VIRGA_TRY_ASSIGN(const auto cache, open_cache(context));
  std::int64_t entries = 0;
  List damaged;
  if (auto* const disk = cache->cache().disk()) {
    disk->visit([&](const cache::Found& found) {
      ++entries;
      const auto entry = disk->open(found);
      bool intact = entry != nullptr;
      for (std::uint32_t i = 0; intact && i < entry->metadata().pages; ++i) {
        const auto frame = entry->frame(i);
        intact = frame && cache::read_page(entry->metadata().codec, frame->stored, frame->raw_size);
      }
      if (!intact) {
        damaged.emplace_back(concat(found.account,
                                    "/",
                                    found.region,
                                    "/",
                                    found.service,
                                    "/",
                                    found.operation,
                                    "/",
                                    found.key));
      }
      return true;
    });
  }
  if (!damaged.empty()) {
    context.exit_status = cli::exit_code(Error{ErrorCode::general, {}, {}}, context.globals.compat);
    VIRGA_TRY(context.err.write(
        "Damaged entries count as absent; \"virga cache clear\" removes them.\n"));
  }
  Map out;
  out.append("entries", entries);
  out.append("damaged", std::move(damaged));
  return Value(std::move(out));
}

Result<Value> sweep(const Words&, Context& context) {
  VIRGA_TRY_ASSIGN(const auto cache, open_cache(context));
  cache->cache().sweep();
  return Value();
}

Result<Value> warm(const Words& words, Context& context) {
  VIRGA_TRY(warm_cache(words, context));
  return Value();
}

struct Verb {
  std::string_view name;
  Result<Value> (*run)(const Words& words, Context& context);
};

constexpr Verb k_verbs[] = {
    {"clear", clear},
    {"invalidate", invalidate},
    {"list", list},
    {"path", path},
    {"policy", policy},
    {"show", show},
    {"stats", stats},
    {"sweep", sweep},  // what a call starts in the background when the folder has grown
    {"verify", verify},
    {"warm", warm},
};

}  // namespace

Result<Value> cache_result(const std::vector<std::string>& words, Context& context) {
  const auto* const verb =
      std::find_if(std::begin(k_verbs), std::end(k_verbs), [&](const Verb& row) {
        return !words.empty() && row.name == words.front();
      });
  if (verb == std::end(k_verbs)) {
    return wrong(words.empty() ? "a verb is missing"
                               : concat("unknown verb \"", words.front(), "\""));
  }
  return verb->run(words, context);
}

Status cache(const std::vector<std::string>& words, Context& context) {
  VIRGA_TRY_ASSIGN(Value result, cache_result(words, context));
  if (const auto* text = result.as_string()) {
    return context.out.write(*text + "\n");
  }
  if (result.is_null()) {
    return {};
  }
  VIRGA_TRY_ASSIGN(auto printer,
                   cli::ResultPrinter::make(context.globals, context.settings, words.front()));
  return printer.print(std::move(result), context.out);
}

}  // namespace virga::commands
