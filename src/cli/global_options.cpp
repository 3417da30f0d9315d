// SPDX-License-Identifier: Apache-2.0
#include "cli/global_options.hpp"

#include <algorithm>
#include <array>
#include <limits>
#include <utility>

#include "base/strings.hpp"
#include "cli/argument_parser.hpp"
#include "config/setting_check.hpp"
#include "params/python_numbers.hpp"
#include "params/python_repr.hpp"

namespace virga::cli {
namespace {

using Names = std::array<std::string_view, 2>;

constexpr std::array<std::string_view, 3> k_outputs_v1 = {"json", "text", "table"};
constexpr std::array<std::string_view, 8> k_outputs_v2 = {
    "json", "text", "table", "yaml", "yaml-stream", "off", "ndjson", "csv"};
constexpr std::array<std::string_view, 3> k_colors = {"on", "off", "auto"};
constexpr Names k_binary_formats = {"base64", "raw-in-base64-out"};
constexpr Names k_compats = {"v1", "v2"};

using Since = GlobalOption::Since;

// In the order of the AWS CLI's data/cli.json, which messages about ambiguous options show.
constexpr std::array<GlobalOption, 30> k_rows = {{
    {"debug", Arity::flag, {}, Since::v1},
    {"endpoint-url", Arity::one, {}, Since::v1},
    {"no-verify-ssl", Arity::flag, {}, Since::v1},
    {"no-paginate", Arity::flag, {}, Since::v1},
    {"output", Arity::one, k_outputs_v2, Since::v1},
    {"query", Arity::one, {}, Since::v1},
    {"profile", Arity::one, {}, Since::v1},
    {"region", Arity::one, {}, Since::v1},
    {"color", Arity::one, k_colors, Since::v1},
    {"no-sign-request", Arity::flag, {}, Since::v1},
    {"ca-bundle", Arity::one, {}, Since::v1},
    {"cli-read-timeout", Arity::one, {}, Since::v1},
    {"cli-connect-timeout", Arity::one, {}, Since::v1},
    {"v2-debug", Arity::flag, {}, Since::v1},
    {"cli-binary-format", Arity::one, k_binary_formats, Since::v2},
    {"cli-error-format", Arity::one, config::k_error_formats, Since::later_v2},
    {"no-cli-pager", Arity::flag, {}, Since::v2},
    {"cli-auto-prompt", Arity::flag, {}, Since::v2},
    {"no-cli-auto-prompt", Arity::flag, {}, Since::v2},
    {"version", Arity::flag, {}, Since::v1},
    {"compat", Arity::one, k_compats, Since::virga},
    {"no-cache", Arity::flag, {}, Since::virga},
    {"refresh", Arity::flag, {}, Since::virga},
    {"max-age", Arity::one, {}, Since::virga},
    {"offline", Arity::flag, {}, Since::virga},
    {"stale-if-error", Arity::flag, {}, Since::virga},
    {"stream", Arity::flag, {}, Since::virga},
    {"parallel", Arity::flag, {}, Since::virga},
    {"paginate-all", Arity::flag, {}, Since::virga},
    {"command", Arity::one, {}, Since::v1},
}};

/// Options of ours and of the other version are understood, but never by a prefix: what the AWS CLI
/// of that version takes for an abbreviation stays one.
ArgumentParser main_parser(Compat compat,
                           Abbreviations abbreviations,
                           std::span<const std::string> words) {
  ArgumentParser parser;
  // The one operation that has an option of a name of ours keeps it.
  const bool has_refresh =
      std::find(words.begin(), words.end(), "start-metadata-model-import") != words.end();
  for (const auto& row : k_rows) {
    if (row.name == "refresh" && has_refresh) {
      continue;
    }
    ParserArgument argument{row.name, row.arity, TextType::text, row.choices};
    argument.exact = abbreviations == Abbreviations::no || row.since == Since::virga ||
                     row.since == Since::later_v2 ||
                     (row.since == Since::v2 && compat == Compat::v1) ||
                     (row.name == "v2-debug" && compat == Compat::v2);
    if (row.name == "output" && compat == Compat::v1) {
      argument.choices = k_outputs_v1;
    }
    argument.stops = row.name == "version";
    argument.positional = argument.required = row.name == "command";
    parser.add(argument);
  }
  return parser;
}

Result<std::int64_t> seconds(const std::string& text) {
  VIRGA_TRY_ASSIGN(const auto number, params::python_int_of(text));
  const auto* small = number.as_integer();
  return small == nullptr ? std::numeric_limits<std::int64_t>::max() : *small;
}

Status check_endpoint_url(std::string_view url) {
  const auto colon = url.find(':');
  const auto scheme = colon == std::string_view::npos ? std::string_view() : url.substr(0, colon);
  const bool valid = !scheme.empty() && is_ascii_alpha(scheme.front()) &&
                     std::all_of(scheme.begin(), scheme.end(), [](char c) {
                       return is_ascii_alnum(c) || c == '+' || c == '-' || c == '.';
                     });
  if (!valid) {
    return fail(ErrorCode::validation,
                concat("Bad value for --endpoint-url \"",
                       url,
                       "\": scheme is missing.  Must be of the form http://<hostname>/ or "
                       "https://<hostname>/"));
  }
  return {};
}

void set_flag(GlobalOptions& globals, std::string_view name) {
  if (name == "no-verify-ssl") {
    globals.verify_ssl = false;
  } else if (name == "no-paginate") {
    globals.paginate = false;
  } else if (name == "no-sign-request") {
    globals.sign_request = false;
  } else if (name == "debug") {
    globals.debug = true;
  } else if (name == "no-cli-pager") {
    globals.no_cli_pager = true;
  } else if (name == "cli-auto-prompt") {
    globals.cli_auto_prompt = true;
  } else if (name == "no-cli-auto-prompt") {
    globals.no_cli_auto_prompt = true;
  } else if (name == "no-cache") {
    globals.no_cache = true;
  } else if (name == "refresh") {
    globals.refresh = true;
  } else if (name == "offline") {
    globals.offline = true;
  } else if (name == "stale-if-error") {
    globals.stale_if_error = true;
  } else if (name == "stream") {
    globals.stream = true;
  } else if (name == "parallel") {
    globals.parallel = true;
  } else if (name == "paginate-all") {
    globals.paginate_all = true;
  }
}

/// Takes --mock and the options that yield out of the words in front of the command. Behind the
/// command they may belong to the operation.
void take_yielding(std::vector<std::string>& words, GlobalOptions& out) {
  for (std::size_t i = 0; i < words.size() && words[i].starts_with("--");) {
    const auto equals = words[i].find('=');
    const auto name = std::string_view(words[i]).substr(0, equals).substr(2);
    auto* const text = find_yielding(out.yielding, name);
    const bool has_value = equals != std::string::npos || i + 1 < words.size();
    const auto at = words.begin() + static_cast<std::ptrdiff_t>(i);
    if (words[i] == "--mock") {
      out.mock = true;
      words.erase(at);
    } else if (text != nullptr && has_value) {
      const bool is_apart = equals == std::string::npos;
      *text = is_apart ? words[i + 1] : words[i].substr(equals + 1);
      words.erase(at, at + (is_apart ? 2 : 1));
    } else {
      const bool is_known = std::any_of(k_rows.begin(), k_rows.end(), [&](const GlobalOption& row) {
        return row.name == name && row.arity == Arity::one && equals == std::string::npos;
      });
      i += is_known ? 2U : 1U;  // with its value
    }
  }
}

Status set_text(MainArguments& out, std::string_view name, std::string word) {
  auto& globals = out.globals;
  if (name == "command") {
    out.command = std::move(word);
  } else if (name == "profile") {
    // Scripts pass "$PROFILE" on whether it is set or not; to the AWS CLI an empty one is none.
    globals.profile = word.empty() ? std::nullopt : std::optional(std::move(word));
  } else if (name == "region") {
    globals.region = std::move(word);
  } else if (name == "output") {
    globals.output = std::move(word);
  } else if (name == "query") {
    globals.query = std::move(word);
  } else if (name == "endpoint-url") {
    globals.endpoint_url = std::move(word);
  } else if (name == "ca-bundle") {
    globals.ca_bundle = std::move(word);
  } else if (name == "color") {
    globals.color = std::move(word);
  } else if (name == "max-age") {
    globals.max_age = std::move(word);
  } else if (name == "cli-binary-format") {
    globals.cli_binary_format = std::move(word);
  } else if (name == "cli-error-format") {
    globals.cli_error_format = std::move(word);
  } else if (name == "cli-read-timeout") {
    VIRGA_TRY_ASSIGN(globals.read_timeout_seconds, seconds(word));
  } else if (name == "cli-connect-timeout") {
    VIRGA_TRY_ASSIGN(globals.connect_timeout_seconds, seconds(word));
  }
  return {};
}

}  // namespace

std::span<const GlobalOption> global_option_rows() {
  return std::span(k_rows).first(k_rows.size() - 1);  // the last is the command itself
}

std::optional<std::string> word_behind(std::span<const std::string> words,
                                       std::string_view option) {
  std::optional<std::string> found;
  for (std::size_t i = 0; i < words.size(); ++i) {
    const std::string_view word = words[i];
    if (word == option && i + 1 < words.size()) {
      found = words[++i];
    } else if (word.starts_with(option) && word.substr(option.size()).starts_with("=")) {
      found = word.substr(option.size() + 1);
    }
  }
  return found;
}

std::optional<Compat> wanted_compat(std::span<const std::string> words) {
  std::optional<Compat> compat;
  constexpr std::string_view k_option = "--compat";
  for (std::size_t i = 0; i < words.size(); ++i) {
    std::string_view word = words[i];
    if (word == k_option && i + 1 < words.size()) {
      word = words[++i];
    } else if (word.starts_with("--compat=")) {
      word.remove_prefix(k_option.size() + 1);
    } else {
      continue;
    }
    if (word == "v1" || word == "v2") {
      compat = word == "v1" ? Compat::v1 : Compat::v2;
    }
  }
  return compat;
}

std::optional<std::string>* find_yielding(YieldingOptions& options, std::string_view name) {
  if (name == "regions") {
    return &options.regions;
  }
  if (name == "profiles") {
    return &options.profiles;
  }
  if (name == "max-concurrency") {
    return &options.limits.max_concurrency;
  }
  return name == "rate" ? &options.limits.rate : nullptr;
}

void merge_globals(const GlobalOptions& from, GlobalOptions& onto) {
  const auto merge = [](const auto& source, auto& target) {
    if (source) {
      target = source;
    }
  };
  merge(from.profile, onto.profile);
  merge(from.region, onto.region);
  merge(from.output, onto.output);
  merge(from.query, onto.query);
  merge(from.endpoint_url, onto.endpoint_url);
  merge(from.ca_bundle, onto.ca_bundle);
  merge(from.read_timeout_seconds, onto.read_timeout_seconds);
  merge(from.connect_timeout_seconds, onto.connect_timeout_seconds);
  merge(from.cli_binary_format, onto.cli_binary_format);
  merge(from.cli_error_format, onto.cli_error_format);
  if (from.color != GlobalOptions().color) {
    onto.color = from.color;
  }
  onto.verify_ssl = onto.verify_ssl && from.verify_ssl;
  onto.paginate = onto.paginate && from.paginate;
  onto.sign_request = onto.sign_request && from.sign_request;
  merge(from.debug, onto.debug);
  merge(from.no_cli_pager, onto.no_cli_pager);
  merge(from.cli_auto_prompt, onto.cli_auto_prompt);
  merge(from.no_cli_auto_prompt, onto.no_cli_auto_prompt);
  merge(from.mock, onto.mock);
  merge(from.max_age, onto.max_age);
  merge(from.no_cache, onto.no_cache);
  merge(from.refresh, onto.refresh);
  merge(from.offline, onto.offline);
  merge(from.stale_if_error, onto.stale_if_error);
  merge(from.stream, onto.stream);
  merge(from.parallel, onto.parallel);
  merge(from.paginate_all, onto.paginate_all);
  for (const auto name : k_yielding_options) {
    auto source = from.yielding;
    merge(*find_yielding(source, name), *find_yielding(onto.yielding, name));
  }
}

Result<MainArguments> parse_main(std::span<const std::string> given,
                                 Compat compat,
                                 Abbreviations abbreviations) {
  std::vector<std::string> words(given.begin(), given.end());
  MainArguments out;
  take_yielding(words, out.globals);
  compat = wanted_compat(words).value_or(compat);
  const auto parser = main_parser(compat, abbreviations, words);
  auto outcome = parser.parse(words);
  if (!outcome) {
    return fail(usage_error(compat, outcome.error().message));
  }
  out.globals.compat = compat;
  out.version = outcome->stopped;
  for (auto& occurrence : outcome->occurrences) {
    const auto& argument = parser.argument(occurrence.argument);
    if (argument.arity == Arity::flag) {
      set_flag(out.globals, argument.name);
    } else {
      VIRGA_TRY(set_text(out, argument.name, std::move(occurrence.words.front())));
    }
  }
  if (out.globals.endpoint_url) {
    VIRGA_TRY(check_endpoint_url(*out.globals.endpoint_url));
  }
  out.words = std::move(outcome->remaining);
  return out;
}

}  // namespace virga::cli
