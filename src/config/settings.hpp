// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>

#include "base/result.hpp"
#include "config/environment.hpp"
#include "config/profiles.hpp"

namespace virga::config {

/// Which AWS CLI to be like where versions 1 and 2 differ.
enum class Compat { v2, v1 };

/// The settings of settings.def.
enum class Setting : std::uint8_t {
#define VIRGA_SETTING(name, ...) name,
#include "config/settings.def"
#undef VIRGA_SETTING
};

enum class SettingType : std::uint8_t { text, boolean, integer, real, block };

/// A row of settings.def; see there.
struct SettingRow {
  std::string_view name;
  SettingType type;
  const char* environment;
  const char* environment_v1;
  const char* key;
  const char* fallback;
  const char* fallback_v1;
  std::string_view doc;
};

[[nodiscard]] const SettingRow& setting_row(Setting setting);
[[nodiscard]] std::size_t setting_count();

/// The values of settings, each from the first of: an option of the command line, environment
/// variables, the profile in the shared files, the default. The files are read when a setting is
/// asked for that nothing before them answers, and only once.
///
/// Errors (every getter): what is wrong with a file, the profile or the value, in the AWS CLI's
/// words, for example `The config profile (NAME) could not be found`.
/// Threads: safe, once the options have been set. A copy has options of its own and shares the
/// files, so it is cheap.
class Settings {
 public:
  /// `environment` is borrowed and must outlive this object.
  explicit Settings(const Environment& environment, Compat compat = Compat::v2)
      : environment_(environment), compat_(compat) {}

  /// The value that an option gave; it wins over everything else.
  void set_option(Setting setting, std::string value);
  void clear_option(Setting setting);

  [[nodiscard]] bool is_option(Setting setting) const { return options_.contains(setting); }

  /// Where the region comes from if nothing else says it (the AWS CLI asks the instance that it
  /// runs on). Asked at most once; none and errors mean that there is none.
  void set_region_source(std::function<Result<std::optional<std::string>>()> source);

  /// The value as it was written, after checking that the setting may have it; none if unset and
  /// without default. Settings whose values are compared without case come in lower case.
  [[nodiscard]] Result<std::optional<std::string>> text(Setting setting) const;
  /// True for "true" in any case, false for everything else, as the AWS CLI has it.
  [[nodiscard]] Result<std::optional<bool>> boolean(Setting setting) const;
  [[nodiscard]] Result<std::optional<std::int64_t>> integer(Setting setting) const;
  [[nodiscard]] Result<std::optional<double>> real(Setting setting) const;
  /// A boolean whose absence means false.
  [[nodiscard]] Result<bool> flag(Setting setting) const;

  /// The endpoint URL that is configured for a service ("DynamoDB", "Elastic Load Balancing v2":
  /// the model's serviceId), unless configured ones are to be ignored; an option for
  /// Setting::endpoint_url wins. Order: AWS_ENDPOINT_URL_<SERVICE>, AWS_ENDPOINT_URL, the profile's
  /// services section, the profile.
  [[nodiscard]] Result<std::optional<std::string>> endpoint_url(std::string_view service_id) const;

  /// A key of the profile that has no row, for example "role_arn"; none if absent.
  [[nodiscard]] Result<std::optional<std::string>> profile_text(std::string_view key) const;

  /// The chosen profile's name; "default" if none was chosen.
  [[nodiscard]] std::string profile_name() const;
  /// Whether an option chose the profile: credentials of the environment are then left aside.
  [[nodiscard]] bool profile_from_option() const;
  /// The chosen profile; empty if none was chosen and there is no [default].
  [[nodiscard]] Result<Profile> profile() const;
  /// Both files; read on the first call.
  [[nodiscard]] Result<const Profiles*> profiles() const;
  /// The files' paths, expanded.
  [[nodiscard]] std::string path_of(Setting file_setting) const;

  [[nodiscard]] const Environment& environment() const { return environment_; }

  [[nodiscard]] Compat compat() const { return compat_; }

 private:
  [[nodiscard]] std::optional<std::string> from_options(Setting setting) const;
  [[nodiscard]] std::optional<std::string> from_environment(Setting setting) const;
  [[nodiscard]] std::optional<std::string> from_region_source() const;
  [[nodiscard]] Result<std::optional<std::string>> from_profile(Setting setting) const;
  [[nodiscard]] Result<std::optional<std::string>> services_endpoint_url(
      const Profile& profile, std::string_view service) const;

  const Environment& environment_;
  Compat compat_;
  std::map<Setting, std::string> options_;

  /// What is found out once, for all copies.
  struct Shared {
    std::once_flag loaded;
    std::optional<Result<Profiles>> profiles;
    std::once_flag located;
    std::function<Result<std::optional<std::string>>()> region_source;
    std::optional<std::string> region;
  };

  std::shared_ptr<Shared> shared_ = std::make_shared<Shared>();
};

}  // namespace virga::config
