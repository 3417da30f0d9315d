// SPDX-License-Identifier: Apache-2.0
#include <utility>

#include "auth/credentials.hpp"
#include "base/strings.hpp"

namespace virga::auth {
namespace {

using PartOfProfile = const config::ConfigSection* (config::Profile::*)() const;

/// Static keys of the chosen profile in one of the two shared files.
class ProfileKeysProvider final : public CredentialProvider {
 public:
  ProfileKeysProvider(const config::Settings& settings, std::string_view name, PartOfProfile part)
      : settings_(settings), name_(name), part_(part) {}

  [[nodiscard]] std::string_view name() const override { return name_; }

  [[nodiscard]] Result<std::optional<Credentials>> load() override {
    VIRGA_TRY_ASSIGN(const config::Profiles* profiles, settings_.profiles());
    const auto profile = profiles->find(settings_.profile_name());
    const config::ConfigSection* section = profile ? ((*profile).*part_)() : nullptr;
    const std::string* id = section == nullptr ? nullptr : section->text("aws_access_key_id");
    if (id == nullptr) {
      return std::nullopt;
    }
    const std::string* secret = section->text("aws_secret_access_key");
    if (secret == nullptr) {
      return fail(
          ErrorCode::general,
          concat("Partial credentials found in ", name_, ", missing: aws_secret_access_key"));
    }
    Credentials out;
    out.provider = name_;
    out.access_key_id = *id;
    out.secret_access_key = Secret(*secret);
    const std::string* token = section->text("aws_security_token");
    if (token == nullptr) {
      token = section->text("aws_session_token");
    }
    if (token != nullptr) {
      out.session_token = Secret(*token);
    }
    if (const std::string* account = section->text("aws_account_id")) {
      out.account_id = *account;
    }
    return out;
  }

 private:
  const config::Settings& settings_;
  std::string_view name_;
  PartOfProfile part_;
};

}  // namespace

std::unique_ptr<CredentialProvider> shared_credentials_provider(const config::Settings& settings) {
  return std::make_unique<ProfileKeysProvider>(
      settings, "shared-credentials-file", &config::Profile::credentials_section);
}

std::unique_ptr<CredentialProvider> config_file_provider(const config::Settings& settings) {
  return std::make_unique<ProfileKeysProvider>(
      settings, "config-file", &config::Profile::config_section);
}

}  // namespace virga::auth
