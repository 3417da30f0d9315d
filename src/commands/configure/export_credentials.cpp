// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <cstdlib>
#include <utility>

#include "auth/credentials.hpp"
#include "base/strings.hpp"
#include "cli/session_parts.hpp"
#include "commands/configure/configure.hpp"
#include "value/json_write.hpp"
#include "value/timestamp.hpp"

namespace virga::commands {
namespace {

/// Profiles whose credentials are being asked for, in the environment of credential processes: one
/// that asks this very command is noticed. The AWS CLI's name, so that both notice each other.
constexpr const char* k_chain = "_AWS_CLI_PROFILE_CHAIN";
constexpr std::size_t k_most_profiles = 4;

struct Format {
  std::string_view name;
  std::string_view before;  ///< around NAME and VALUE
  std::string_view between;
  std::string_view after;
};

constexpr Format k_formats[] = {
    {"process", "", "", ""},
    {"env", "export ", "=", ""},
    {"env-no-export", "", "=", ""},
    {"powershell", "$Env:", "=\"", "\""},
    {"windows-cmd", "set ", "=", ""},
    {"fish", "set -gx ", " ", ""},
};

constexpr std::string_view k_format_names[] = {
    "process", "env", "env-no-export", "powershell", "windows-cmd", "fish"};

/// A line of comma-separated values, as Python's csv module reads and writes it.
std::vector<std::string> read_csv(std::string_view line) {
  std::vector<std::string> out(line.empty() ? 0 : 1);
  bool quoted = false;
  for (std::size_t i = 0; i < line.size(); ++i) {
    const char c = line[i];
    if (quoted && c == '"' && i + 1 < line.size() && line[i + 1] == '"') {
      out.back().push_back('"');
      ++i;
    } else if (c == '"') {
      quoted = !quoted;
    } else if (c == ',' && !quoted) {
      out.emplace_back();
    } else {
      out.back().push_back(c);
    }
  }
  return out;
}

std::string write_csv(const std::vector<std::string>& values) {
  std::vector<std::string> out;
  out.reserve(values.size());
  for (const auto& value : values) {
    const bool plain = value.find_first_of(",\"\r\n ") == std::string::npos;
    out.push_back(plain ? value : concat("\"", replace_all(value, "\"", "\"\""), "\""));
  }
  return join(out, ",");
}

tl::unexpected<Error> configuration_error(std::string message) {
  return fail(ErrorCode::configuration, std::move(message));
}

Status enter_profile(const Context& context) {
  const std::string profile = context.settings.profile_name();
  auto seen = read_csv(context.environment.get(k_chain).value_or(""));
  if (seen.size() >= k_most_profiles) {
    return configuration_error(concat("Maximum recursive credential process resolution reached (",
                                      k_most_profiles,
                                      ").\nProfiles seen: ",
                                      join(seen, " -> ")));
  }
  const bool again = std::find(seen.begin(), seen.end(), profile) != seen.end();
  seen.push_back(profile);
  if (again) {
    return configuration_error(
        concat("Credential process resolution detected an infinite loop, profile cycle: ",
               join(seen, " -> "),
               "\n"));
  }
  // NOLINTNEXTLINE(concurrency-mt-unsafe): no other thread runs yet
  static_cast<void>(setenv(k_chain, write_csv(seen).c_str(), 1));
  return {};
}

std::string expiry_text(TimePoint expiry) {
  Moment moment;
  moment.microseconds = expiry.time_since_epoch().count();
  std::string text = format_iso8601(moment);
  text.pop_back();  // Z
  return text + "+00:00";
}

std::string print_process(const auth::Credentials& keys) {
  Value out = Map();
  auto& map = *out.as_map();
  map.append("Version", 1);
  map.append("AccessKeyId", keys.access_key_id);
  map.append("SecretAccessKey", keys.secret_access_key.reveal());
  if (!keys.session_token.empty()) {
    map.append("SessionToken", keys.session_token.reveal());
  }
  if (keys.expiry) {
    map.append("Expiration", expiry_text(*keys.expiry));
  }
  constexpr int k_indent = 2;
  return to_json(out, {.indent = k_indent, .ascii = true}) + "\n";
}

std::string print_lines(const auth::Credentials& keys, const Format& format) {
  std::string out;
  const auto line = [&](std::string_view name, std::string_view value) {
    append(out, format.before, name, format.between, value, format.after, '\n');
  };
  line("AWS_ACCESS_KEY_ID", keys.access_key_id);
  line("AWS_SECRET_ACCESS_KEY", keys.secret_access_key.reveal());
  if (!keys.session_token.empty()) {
    line("AWS_SESSION_TOKEN", keys.session_token.reveal());
  }
  if (keys.expiry) {
    line("AWS_CREDENTIAL_EXPIRATION", expiry_text(*keys.expiry));
  }
  return out;
}

}  // namespace

Status configure_export(const std::vector<std::string>& words, Context& context) {
  cli::ParserArgument argument{"format"};
  argument.choices = k_format_names;
  VIRGA_TRY_ASSIGN(const auto arguments, read_arguments(words, {&argument, 1}, context));
  const auto chosen = arguments.find("format");
  const std::string name = chosen == arguments.end() ? "process" : chosen->second;
  const auto* const format = std::find_if(std::begin(k_formats),
                                          std::end(k_formats),
                                          [&](const Format& row) { return row.name == name; });
  VIRGA_TRY(enter_profile(context));
  VIRGA_TRY_ASSIGN(const auto* const catalog, context.catalog());
  const auto parts = cli::session_parts(
      context.globals, *catalog, context.settings, context.clock, context.random, context.err);
  const auto unable = [](const Error& error) {
    return configuration_error(
        concat("Unable to retrieve credentials: ", trim(error.message), "\n"));
  };
  // Variables could hold keys, but a profile that does not exist is an error nevertheless.
  if (const auto profile = context.settings.profile(); !profile) {
    return unable(profile.error());
  }
  const auto keys = parts.credentials.load();
  if (!keys) {
    return unable(keys.error());
  }
  if (!*keys) {
    return configuration_error("Unable to retrieve credentials: no credentials found");
  }
  return context.out.write(name == "process" ? print_process(**keys)
                                             : print_lines(**keys, *format));
}

}  // namespace virga::commands
