// SPDX-License-Identifier: Apache-2.0
#include "config/settings.hpp"

#include <utility>

#include "base/strings.hpp"
#include "config/setting_check.hpp"

namespace virga::config {
namespace {

constexpr SettingRow k_rows[] = {
#define VIRGA_SETTING(name, type, environment, environment_v1, key, fallback, fallback_v1, doc) \
  {#name, SettingType::type, environment, environment_v1, key, fallback, fallback_v1, doc},
#include "config/settings.def"
#undef VIRGA_SETTING
};

const char* environment_names(const SettingRow& row, Compat compat) {
  const bool v1 = compat == Compat::v1 && row.environment_v1 != nullptr;
  const char* names = v1 ? row.environment_v1 : row.environment;
  return names == nullptr ? "" : names;
}

const char* fallback_of(const SettingRow& row, Compat compat) {
  const bool v1 = compat == Compat::v1 && row.fallback_v1 != nullptr;
  return v1 ? row.fallback_v1 : row.fallback;
}

/// "Elastic Load Balancing v2" → "elastic_load_balancing_v2".
std::string snake_case(std::string_view service_id) {
  std::string out = to_lower(service_id);
  for (char& c : out) {
    if (c == ' ' || c == '-') {
      c = '_';
    }
  }
  return out;
}

std::optional<std::string> unless_empty(const std::string* text) {
  return text == nullptr || text->empty() ? std::nullopt : std::optional(*text);
}

}  // namespace

const SettingRow& setting_row(Setting setting) { return k_rows[static_cast<std::size_t>(setting)]; }

std::size_t setting_count() { return std::size(k_rows); }

void Settings::set_option(Setting setting, std::string value) {
  options_.insert_or_assign(setting, std::move(value));
}

void Settings::clear_option(Setting setting) { options_.erase(setting); }

void Settings::set_region_source(std::function<Result<std::optional<std::string>>()> source) {
  shared_->region_source = std::move(source);
}

std::optional<std::string> Settings::from_region_source() const {
  std::call_once(shared_->located, [this] {
    auto found = shared_->region_source ? shared_->region_source() : std::nullopt;
    shared_->region = found ? *std::move(found) : std::nullopt;
  });
  return shared_->region;
}

std::optional<std::string> Settings::from_options(Setting setting) const {
  const auto found = options_.find(setting);
  return found == options_.end() ? std::nullopt : std::optional(found->second);
}

std::optional<std::string> Settings::from_environment(Setting setting) const {
  for (const auto name : split(environment_names(setting_row(setting), compat_), ' ')) {
    if (name.empty()) {
      continue;
    }
    if (auto value = environment_.get(std::string(name))) {
      return value;
    }
  }
  return std::nullopt;
}

Result<std::optional<std::string>> Settings::from_profile(Setting setting) const {
  const char* keys = setting_row(setting).key;
  if (keys == nullptr) {
    return std::nullopt;
  }
  VIRGA_TRY_ASSIGN(const Profile profile, this->profile());
  for (const auto key : split(keys, ' ')) {
    const auto dot = key.find('.');
    const std::string* value = dot == std::string_view::npos
                                   ? profile.text(key)
                                   : profile.text(key.substr(0, dot), key.substr(dot + 1));
    if (value != nullptr) {
      return *value;
    }
  }
  return std::nullopt;
}

Result<std::optional<std::string>> Settings::text(Setting setting) const {
  auto value = from_options(setting);
  if (!value) {
    value = from_environment(setting);
  }
  if (!value) {
    VIRGA_TRY_ASSIGN(value, from_profile(setting));
  }
  if (!value && setting == Setting::region) {
    return from_region_source();
  }
  if (!value) {
    const char* fallback = fallback_of(setting_row(setting), compat_);
    return fallback == nullptr ? std::nullopt : std::optional<std::string>(fallback);
  }
  VIRGA_TRY_ASSIGN(std::string checked, check_setting(setting, *std::move(value), compat_));
  return checked;
}

Result<std::optional<bool>> Settings::boolean(Setting setting) const {
  VIRGA_TRY_ASSIGN(const auto value, text(setting));
  return value ? std::optional(equals_ignore_case(*value, "true")) : std::nullopt;
}

Result<std::optional<std::int64_t>> Settings::integer(Setting setting) const {
  VIRGA_TRY_ASSIGN(const auto value, text(setting));
  if (!value) {
    return std::nullopt;
  }
  VIRGA_TRY_ASSIGN(const std::int64_t number, read_python_int(*value));
  return number;
}

Result<std::optional<double>> Settings::real(Setting setting) const {
  VIRGA_TRY_ASSIGN(const auto value, text(setting));
  if (!value) {
    return std::nullopt;
  }
  const auto number = parse_double(trim(*value));
  if (!number) {
    return fail(ErrorCode::general, concat("could not convert string to float: '", *value, "'"));
  }
  return *number;
}

Result<bool> Settings::flag(Setting setting) const {
  VIRGA_TRY_ASSIGN(const auto value, boolean(setting));
  return value.value_or(false);
}

Result<std::optional<std::string>> Settings::services_endpoint_url(const Profile& profile,
                                                                   std::string_view service) const {
  const std::string* name = profile.text("services");
  if (name == nullptr) {
    return std::nullopt;
  }
  VIRGA_TRY_ASSIGN(const Profiles* all, profiles());
  const ConfigSection* section = all->services(*name);
  if (section == nullptr || section->empty()) {
    return fail(ErrorCode::general,
                concat("The profile is configured to use the services section but the \"",
                       *name,
                       "\" services configuration does not exist."));
  }
  return unless_empty(section->text(service, "endpoint_url"));
}

Result<std::optional<std::string>> Settings::endpoint_url(std::string_view service_id) const {
  if (auto option = from_options(Setting::endpoint_url)) {
    return option;
  }
  VIRGA_TRY_ASSIGN(const bool ignored, flag(Setting::ignore_configured_endpoint_urls));
  if (ignored) {
    return std::nullopt;
  }
  const std::string service = snake_case(service_id);
  auto value = environment_.get(concat("AWS_ENDPOINT_URL_", to_upper(service)));
  if (!value || value->empty()) {
    value = environment_.get("AWS_ENDPOINT_URL");
  }
  if (value && !value->empty()) {
    return value;
  }
  VIRGA_TRY_ASSIGN(const Profile profile, this->profile());
  VIRGA_TRY_ASSIGN(value, services_endpoint_url(profile, service));
  return value ? value : unless_empty(profile.text("endpoint_url"));
}

Result<std::optional<std::string>> Settings::profile_text(std::string_view key) const {
  VIRGA_TRY_ASSIGN(const Profile profile, this->profile());
  const std::string* value = profile.text(key);
  return value == nullptr ? std::nullopt : std::optional(*value);
}

std::string Settings::profile_name() const {
  auto name = from_options(Setting::profile);
  if (!name) {
    name = from_environment(Setting::profile);
  }
  return name && !name->empty() ? *std::move(name) : "default";
}

bool Settings::profile_from_option() const { return options_.contains(Setting::profile); }

Result<Profile> Settings::profile() const {
  VIRGA_TRY_ASSIGN(const Profiles* all, profiles());
  auto name = from_options(Setting::profile);
  if (!name) {
    name = from_environment(Setting::profile);
  }
  auto found = all->find(name ? *name : "default");
  if (!found && name) {
    return fail(ErrorCode::general, concat("The config profile (", *name, ") could not be found"));
  }
  return found.value_or(Profile());
}

Result<const Profiles*> Settings::profiles() const {
  auto& loaded = shared_->profiles;
  std::call_once(shared_->loaded, [this, &loaded] {
    loaded = Profiles::load(path_of(Setting::config_file), path_of(Setting::credentials_file));
  });
  if (!*loaded) {
    return fail(loaded->error());
  }
  return &loaded->value();
}

std::string Settings::path_of(Setting file_setting) const {
  auto path = from_options(file_setting);
  if (!path) {
    path = from_environment(file_setting);
  }
  return expand_path(path ? *path : setting_row(file_setting).fallback, environment_);
}

}  // namespace virga::config
