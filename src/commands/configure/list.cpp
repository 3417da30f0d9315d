// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <optional>
#include <utility>

#include "base/strings.hpp"
#include "cli/session_parts.hpp"
#include "commands/configure/configure.hpp"

namespace virga::commands {
namespace {

using config::Setting;

constexpr std::string_view k_not_set = "<not set>";

struct Row {
  std::string value{k_not_set};
  std::string type = "None";
  std::string location = "None";
};

std::string right(std::string_view text, std::size_t width) {
  return concat(std::string(width - std::min(width, text.size()), ' '), text);
}

Status print(std::string_view name, const Row& row, output::Writer& out) {
  constexpr std::size_t k_name = 10;
  constexpr std::size_t k_value = 24;
  constexpr std::size_t k_type = 16;
  return out.write(concat(right(name, k_name),
                          " ",
                          right(row.value, k_value),
                          " ",
                          right(row.type, k_type),
                          "    ",
                          row.location,
                          "\n"));
}

/// The variables as Python prints their list, or the one.
std::string variables(Setting setting, bool v1) {
  const auto& row = config::setting_row(setting);
  const char* names = v1 && row.environment_v1 != nullptr ? row.environment_v1 : row.environment;
  std::vector<std::string> parts;
  for (const auto name : split(names, ' ')) {
    parts.emplace_back(name);
  }
  return parts.size() == 1 ? parts.front() : concat("['", join(parts, "', '"), "']");
}

std::optional<std::string> from_environment(Setting setting, const Context& context, bool v1) {
  const auto& row = config::setting_row(setting);
  const char* names = v1 && row.environment_v1 != nullptr ? row.environment_v1 : row.environment;
  for (const auto name : split(names, ' ')) {
    if (auto value = context.environment.get(std::string(name))) {
      return value;
    }
  }
  return std::nullopt;
}

Row profile_row(const Context& context, bool v1) {
  if (context.globals.profile) {
    return {*context.globals.profile, "manual", "--profile"};
  }
  if (auto value = from_environment(Setting::profile, context, v1)) {
    return {*std::move(value), "env", variables(Setting::profile, v1)};
  }
  return {};
}

Result<Row> region_row(Context& context, bool v1) {
  if (auto value = from_environment(Setting::region, context, v1)) {
    return Row{*std::move(value), "env", variables(Setting::region, v1)};
  }
  VIRGA_TRY_ASSIGN(const auto configured, context.settings.profile_text("region"));
  if (configured) {
    const auto file = context.environment.get("AWS_CONFIG_FILE");
    return Row{*configured, "config-file", file.value_or("~/.aws/config")};
  }
  if (v1) {
    return Row{};
  }
  VIRGA_TRY_ASSIGN(const auto region, context.settings.text(Setting::region));
  return region && !region->empty() ? Row{*region, "imds", ""} : Row{};
}

}  // namespace

Status configure_list(const std::vector<std::string>& words, Context& context) {
  VIRGA_TRY(read_arguments(words, {}, context));
  const bool v1 = context.globals.compat == cli::Compat::v1;
  VIRGA_TRY(context.settings.profiles());  // files that cannot be read leave nothing to be shown
  VIRGA_TRY(print("Name", {"Value", "Type", "Location"}, context.out));
  VIRGA_TRY(print("----", {"-----", "----", "--------"}, context.out));
  VIRGA_TRY(print("profile", profile_row(context, v1), context.out));
  VIRGA_TRY(context.settings.profile());  // one that is not there is an error
  VIRGA_TRY_ASSIGN(const auto* const catalog, context.catalog());
  const auto parts = cli::session_parts(
      context.globals, *catalog, context.settings, context.clock, context.random, context.err);
  VIRGA_TRY_ASSIGN(const auto keys, parts.credentials.load());
  VIRGA_TRY(print("access_key",
                  keys ? Row{masked(keys->access_key_id), keys->provider, ""} : Row(),
                  context.out));
  VIRGA_TRY(print("secret_key",
                  keys ? Row{masked(keys->secret_access_key.reveal()), keys->provider, ""} : Row(),
                  context.out));
  VIRGA_TRY_ASSIGN(const Row region, region_row(context, v1));
  return print("region", region, context.out);
}

}  // namespace virga::commands
