// SPDX-License-Identifier: Apache-2.0
#include "config/profiles.hpp"

#include <utility>

#include <sys/stat.h>

#include "base/files.hpp"

namespace virga::config {
namespace {

Result<ConfigSections> load_sections(const std::string& path) {
  struct stat info {};

  if (stat(path.c_str(), &info) != 0 || !S_ISREG(info.st_mode)) {
    return ConfigSections();
  }
  const auto bytes = read_file_if_exists(path);
  if (!bytes || !*bytes) {
    // Not readable: the AWS CLI goes on without it.
    return ConfigSections();
  }
  return parse_config(**bytes, path);
}

bool starts_with(const std::string& text, std::string_view prefix) {
  return text.compare(0, prefix.size(), prefix) == 0;
}

}  // namespace

const ConfigValue* Profile::find(std::string_view key) const {
  const ConfigValue* value = credentials_ == nullptr ? nullptr : credentials_->find(key);
  return value != nullptr || config_ == nullptr ? value : config_->find(key);
}

const std::string* Profile::text(std::string_view key) const {
  const ConfigValue* value = find(key);
  return value == nullptr || value->block ? nullptr : &value->text;
}

const std::string* Profile::text(std::string_view block, std::string_view key) const {
  // Blocks are not merged: the credentials file's hides the config file's.
  const bool in_credentials = credentials_ != nullptr && credentials_->find(block) != nullptr;
  const ConfigSection* section = in_credentials ? credentials_ : config_;
  return section == nullptr ? nullptr : section->text(block, key);
}

Profiles::Profiles(ConfigSections config, ConfigSections credentials)
    : config_(std::move(config)), credentials_(std::move(credentials)) {
  const auto add_named = [this](Index& index, std::size_t i) {
    auto words = split_words(config_[i].first);
    if (words && words->size() == 2) {
      if (index.insert_or_assign((*words)[1], i).second && &index == &profiles_) {
        names_.push_back((*words)[1]);
      }
    }
  };
  for (std::size_t i = 0; i < config_.size(); ++i) {
    const std::string& header = config_[i].first;
    // By prefix, as botocore does it: [profiles x] is a profile too.
    if (starts_with(header, "profile")) {
      add_named(profiles_, i);
    } else if (starts_with(header, "sso-session")) {
      add_named(sso_sessions_, i);
    } else if (starts_with(header, "services")) {
      add_named(services_, i);
    } else if (header == "default") {
      if (profiles_.insert_or_assign(header, i).second) {
        names_.push_back(header);
      }
    } else {
      others_.insert_or_assign(header, i);
    }
  }
  for (std::size_t i = 0; i < credentials_.size(); ++i) {
    credential_profiles_.insert_or_assign(credentials_[i].first, i);
    if (!profiles_.contains(credentials_[i].first)) {
      names_.push_back(credentials_[i].first);
    }
  }
}

Result<Profiles> Profiles::load(const std::string& config_path,
                                const std::string& credentials_path) {
  VIRGA_TRY_ASSIGN(auto config, load_sections(config_path));
  VIRGA_TRY_ASSIGN(auto credentials, load_sections(credentials_path));
  return Profiles(std::move(config), std::move(credentials));
}

const ConfigSection* Profiles::look_up(const Index& index,
                                       const ConfigSections& sections,
                                       std::string_view name) {
  const auto found = index.find(name);
  return found == index.end() ? nullptr : &sections[found->second].second;
}

std::optional<Profile> Profiles::find(std::string_view name) const {
  const ConfigSection* credentials = look_up(credential_profiles_, credentials_, name);
  const ConfigSection* config = look_up(profiles_, config_, name);
  if (credentials == nullptr && config == nullptr) {
    return std::nullopt;
  }
  return Profile(credentials, config);
}

std::vector<std::string> Profiles::names() const { return names_; }

const ConfigSection* Profiles::sso_session(std::string_view name) const {
  return look_up(sso_sessions_, config_, name);
}

const ConfigSection* Profiles::services(std::string_view name) const {
  return look_up(services_, config_, name);
}

const ConfigSection* Profiles::section(std::string_view name) const {
  return look_up(others_, config_, name);
}

}  // namespace virga::config
