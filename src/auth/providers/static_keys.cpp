// SPDX-License-Identifier: Apache-2.0
#include "auth/providers/static_keys.hpp"

#include <utility>

#include "auth/providers/context.hpp"
#include "base/strings.hpp"

namespace virga::auth {
namespace {

using PartOfProfile = const config::ConfigSection* (config::Profile::*)() const;

/// Static keys of a profile in one of the two shared files.
class ProfileKeysProvider final : public CredentialProvider {
 public:
  ProfileKeysProvider(const ProviderContext& context,
                      std::string profile,
                      std::string_view name,
                      PartOfProfile part)
      : context_(context), profile_(std::move(profile)), name_(name), part_(part) {}

  [[nodiscard]] std::string_view name() const override { return name_; }

  [[nodiscard]] Result<std::optional<Credentials>> load() override { return keys(); }

  [[nodiscard]] Result<std::optional<Claim>> claim() const override {
    VIRGA_TRY_ASSIGN(const auto found, keys());
    return found ? std::optional(claim_of_keys(*found)) : std::nullopt;
  }

 private:
  [[nodiscard]] Result<std::optional<Credentials>> keys() const {
    VIRGA_TRY_ASSIGN(const auto profile, context_.profile(profile_));
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

  const ProviderContext& context_;
  std::string profile_;
  std::string_view name_;
  PartOfProfile part_;
};

}  // namespace

Claim claim_of_keys(const Credentials& keys) {
  Claim out;
  out.identity.text = concat("key=", keys.access_key_id);
  out.identity.account = keys.account_id.value_or(account_of_access_key(keys.access_key_id));
  return out;
}

Provider shared_credentials_provider(ProviderContext& context, std::string profile) {
  return std::make_unique<ProfileKeysProvider>(context,
                                               std::move(profile),
                                               "shared-credentials-file",
                                               &config::Profile::credentials_section);
}

Provider config_file_provider(ProviderContext& context, std::string profile) {
  return std::make_unique<ProfileKeysProvider>(
      context, std::move(profile), "config-file", &config::Profile::config_section);
}

}  // namespace virga::auth
