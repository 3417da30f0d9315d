// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.hpp"
#include "config/config_file.hpp"

namespace virga::config {

/// One profile as the AWS CLI sees it: the credentials file's keys over those of the config file.
/// Either part may be absent. Valid as long as the Profiles it comes from.
class Profile {
 public:
  Profile() = default;

  Profile(const ConfigSection* credentials, const ConfigSection* config)
      : credentials_(credentials), config_(config) {}

  /// The key's value, or null.
  [[nodiscard]] const ConfigValue* find(std::string_view key) const;
  /// The same as text; a block counts as absent.
  [[nodiscard]] const std::string* text(std::string_view key) const;
  /// A key of a block, for example ("s3", "addressing_style").
  [[nodiscard]] const std::string* text(std::string_view block, std::string_view key) const;

  /// The parts by file; null where the file does not have the profile.
  [[nodiscard]] const ConfigSection* credentials_section() const { return credentials_; }

  [[nodiscard]] const ConfigSection* config_section() const { return config_; }

 private:
  const ConfigSection* credentials_ = nullptr;
  const ConfigSection* config_ = nullptr;
};

/// What the shared config file and the shared credentials file say together. In the config file
/// [default] and [profile NAME] are profiles; in the credentials file every section is one.
/// Immutable, so safe to read from any number of threads. Source: botocore/configloader.py.
class Profiles {
 public:
  Profiles() = default;
  Profiles(ConfigSections config, ConfigSections credentials);
  Profiles(Profiles&&) noexcept = default;
  Profiles& operator=(Profiles&&) noexcept = default;
  Profiles(const Profiles&) = delete;
  Profiles& operator=(const Profiles&) = delete;
  ~Profiles() = default;

  /// Reads both files; one that is not there, is no regular file or may not be read is empty.
  /// Errors: general, `Unable to parse config file: PATH`.
  [[nodiscard]] static Result<Profiles> load(const std::string& config_path,
                                             const std::string& credentials_path);

  [[nodiscard]] std::optional<Profile> find(std::string_view name) const;
  /// The config file's first, each in its file's order.
  [[nodiscard]] std::vector<std::string> names() const;

  /// [sso-session NAME], [services NAME] and other sections ("preview", "plugins") of the config
  /// file; null if there is none.
  [[nodiscard]] const ConfigSection* sso_session(std::string_view name) const;
  [[nodiscard]] const ConfigSection* services(std::string_view name) const;
  [[nodiscard]] const ConfigSection* section(std::string_view name) const;

 private:
  using Index = std::map<std::string, std::size_t, std::less<>>;

  static const ConfigSection* look_up(const Index& index,
                                      const ConfigSections& sections,
                                      std::string_view name);

  ConfigSections config_;
  ConfigSections credentials_;
  Index profiles_;  // into config_
  Index sso_sessions_;
  Index services_;
  Index others_;
  Index credential_profiles_;  // into credentials_
  std::vector<std::string> names_;
};

}  // namespace virga::config
