// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <mutex>
#include <set>
#include <utility>

#include "auth/providers/context.hpp"
#include "auth/providers/sts.hpp"
#include "auth/providers/temporary.hpp"
#include "base/strings.hpp"
#include "base/terminal.hpp"
#include "config/setting_check.hpp"
#include "value/json_write.hpp"

namespace virga::auth {
namespace {

constexpr std::string_view k_name = "assume-role";

/// What AssumeRole is called with, but for what changes from call to call.
struct RoleOrder {
  std::string profile;
  std::string role_arn;
  std::optional<std::string> session_name;
  std::optional<std::string> external_id;
  std::optional<std::string> mfa_serial;
  std::optional<std::int64_t> duration_seconds;

  /// The arguments in the order of their names.
  [[nodiscard]] Value arguments() const {
    Value out = Map();
    auto& map = *out.as_map();
    if (duration_seconds) {
      map.append("DurationSeconds", *duration_seconds);
    }
    if (external_id) {
      map.append("ExternalId", *external_id);
    }
    map.append("RoleArn", role_arn);
    if (session_name) {
      map.append("RoleSessionName", *session_name);
    }
    if (mfa_serial) {
      map.append("SerialNumber", *mfa_serial);
    }
    return out;
  }

  /// What the AWS CLI's cache knows the credentials by.
  [[nodiscard]] std::string cache_key() const { return to_json(arguments(), {.ascii = true}); }
};

/// The MFA devices whose code was asked for: once in a process, as in botocore. Thread-safe.
class Asked {
 public:
  /// Whether this is the first time.
  bool insert(const std::string& profile) {
    const std::lock_guard lock(mutex_);
    return profiles_.insert(profile).second;
  }

 private:
  std::mutex mutex_;
  std::set<std::string> profiles_;  // guarded by mutex_
};

/// The first of the providers that a source profile has.
class SourceProfile final : public CredentialProvider {
 public:
  SourceProfile(std::string profile, std::vector<Provider> providers)
      : profile_(std::move(profile)), providers_(std::move(providers)) {}

  [[nodiscard]] std::string_view name() const override { return "source-profile"; }

  [[nodiscard]] Result<std::optional<Credentials>> load() override {
    for (const auto& provider : providers_) {
      VIRGA_TRY_ASSIGN(auto found, provider->load());
      if (found) {
        return found;
      }
    }
    return nobody();
  }

  [[nodiscard]] Result<std::optional<Claim>> claim() const override {
    for (const auto& provider : providers_) {
      VIRGA_TRY_ASSIGN(auto found, provider->claim());
      if (found) {
        return found;
      }
    }
    return nobody();
  }

 private:
  [[nodiscard]] tl::unexpected<Error> nobody() const {
    return config_error(concat("The source profile \"", profile_, "\" must have credentials."));
  }

  std::string profile_;
  std::vector<Provider> providers_;
};

/// A role and where the credentials to ask for it come from.
class Role final : public CredentialProvider {
 public:
  Role(ProviderContext& context, Asked& asked, RoleOrder order, Provider source, std::string hint)
      : context_(context),
        asked_(asked),
        order_(std::move(order)),
        source_(std::move(source)),
        named_source_(std::move(hint)) {}

  [[nodiscard]] std::string_view name() const override { return k_name; }

  [[nodiscard]] Result<std::optional<Credentials>> load() override {
    VIRGA_TRY_ASSIGN(Credentials out,
                     fetch_stored(context_, cli_cache_place(context_, order_.cache_key()), [this] {
                       return ask();
                     }));
    out.provider = k_name;
    if (std::string account = account_of_arn(order_.role_arn);
        !out.account_id && !account.empty()) {
      out.account_id = std::move(account);
    }
    return out;
  }

  /// The role is the same whoever of its source asks for it, so what the source would have to be
  /// asked for does not matter.
  [[nodiscard]] Result<std::optional<Claim>> claim() const override {
    VIRGA_TRY_ASSIGN(const auto source, source_->claim());
    Claim out;
    out.identity.text = concat("role=",
                               order_.cache_key(),
                               ";from=",
                               named_source_,
                               source ? source->identity.text : std::string());
    out.identity.account = account_of_arn(order_.role_arn);
    return out;
  }

 private:
  Result<Value> ask() {
    VIRGA_TRY_ASSIGN(const auto source, source_->load());
    if (!source) {
      return retrieval_error(named_source_,
                             concat("No credentials found in credential_source referenced in "
                                    "profile ",
                                    order_.profile));
    }
    ServiceRequest request;
    request.service = "sts";
    request.operation = "AssumeRole";
    request.credentials = &*source;
    request.params = order_.arguments();
    auto& params = *request.params.as_map();
    if (!order_.session_name) {
      params.append("RoleSessionName", default_session_name(context_));
    }
    if (order_.mfa_serial) {
      VIRGA_TRY_ASSIGN(std::string code, mfa_code(*order_.mfa_serial));
      params.append("TokenCode", std::move(code));
    }
    return call_sts(context_, request, k_name);
  }

  Result<std::string> mfa_code(const std::string& serial) {
    if (!asked_.insert(order_.profile)) {
      return fail(ErrorCode::general, "Cannot refresh credentials: MFA token required.");
    }
    const std::string question = concat("Enter MFA code for ", serial, ": ");
    const auto& ask = context_.parts().ask;
    return ask ? ask(question) : ask_secret(question);
  }

  ProviderContext& context_;
  Asked& asked_;
  RoleOrder order_;
  Provider source_;
  std::string named_source_;  // a credential_source, or empty
};

/// Follows a profile to the end of its chain. Source: botocore/credentials.py, AssumeRoleProvider.
class ChainReader {
 public:
  ChainReader(ProviderContext& context, Asked& asked, const std::string& profile)
      : context_(context), asked_(asked), visited_{profile} {}

  /// The role of a profile that has one.
  Result<Provider> read(const std::string& name, const config::Profile& profile) {
    const auto text = [&profile](const char* key) {
      const std::string* value = profile.text(key);
      return value == nullptr ? std::nullopt : std::optional(*value);
    };
    RoleOrder order;
    order.profile = name;
    order.role_arn = text("role_arn").value_or("");
    order.external_id = text("external_id");
    order.mfa_serial = text("mfa_serial");
    order.session_name = text("role_session_name");
    if (order.session_name && order.session_name->empty()) {
      order.session_name.reset();
    }
    if (const auto duration = text("duration_seconds")) {
      if (const auto seconds = config::read_python_int(*duration)) {
        order.duration_seconds = *seconds;
      }
    }
    const auto source_profile = text("source_profile");
    const auto credential_source = text("credential_source");
    if (source_profile && credential_source) {
      return config_error(
          concat("The profile \"", name, "\" contains both source_profile and credential_source."));
    }
    if (credential_source) {
      VIRGA_TRY_ASSIGN(Provider source, named_source(name, *credential_source));
      return role(std::move(order), std::move(source), *credential_source);
    }
    if (!source_profile) {
      return fail(ErrorCode::general,
                  "Partial credentials found in assume-role, missing: source_profile or "
                  "credential_source");
    }
    VIRGA_TRY_ASSIGN(Provider source, from_profile(name, *source_profile));
    return role(std::move(order), std::move(source), "");
  }

  static bool has_role(const config::Profile& profile) {
    return profile.find("role_arn") != nullptr &&
           profile.find("web_identity_token_file") == nullptr;
  }

 private:
  Provider role(RoleOrder order, Provider source, std::string named_source) {
    return std::make_unique<Role>(
        context_, asked_, std::move(order), std::move(source), std::move(named_source));
  }

  static bool has_keys(const config::Profile& profile) {
    return profile.find("aws_access_key_id") != nullptr ||
           profile.find("aws_secret_access_key") != nullptr;
  }

  Result<Provider> named_source(const std::string& profile, const std::string& source) {
    if (source == "Environment") {
      return environment_provider(context_);
    }
    if (source == "EcsContainer") {
      return container_provider(context_);
    }
    if (source == "Ec2InstanceMetadata") {
      return instance_provider(context_);
    }
    return config_error(concat("The credential source \"",
                               source,
                               "\" referenced in profile \"",
                               profile,
                               "\" is not valid."));
  }

  Result<Provider> from_profile(const std::string& parent, const std::string& name) {
    VIRGA_TRY_ASSIGN(const auto profile, context_.profile(name));
    if (!profile) {
      return config_error(concat("The source_profile \"",
                                 name,
                                 "\" referenced in the profile \"",
                                 parent,
                                 "\" does not exist."));
    }
    // A profile may name itself where it has keys: only they are then meant.
    const bool visited = std::find(visited_.begin(), visited_.end(), name) != visited_.end();
    if (visited && (name != parent || !has_keys(*profile))) {
      return config_error(
          concat("Infinite loop in credential configuration detected. Attempting to load from "
                 "profile ",
                 name,
                 " which has already been visited. Visited profiles: ['",
                 join(visited_, "', '"),
                 "']"));
    }
    visited_.push_back(name);
    if (!has_keys(*profile) && has_role(*profile)) {
      return read(name, *profile);
    }
    return Provider(
        std::make_unique<SourceProfile>(name, profile_providers(context_, name, false)));
  }

  ProviderContext& context_;
  Asked& asked_;
  std::vector<std::string> visited_;
};

class AssumeRoleProvider final : public CredentialProvider {
 public:
  AssumeRoleProvider(ProviderContext& context, std::string profile)
      : context_(context), profile_(std::move(profile)) {}

  [[nodiscard]] std::string_view name() const override { return k_name; }

  [[nodiscard]] Result<std::optional<Credentials>> load() override {
    VIRGA_TRY_ASSIGN(const auto role, find_role());
    return role ? role->load() : Result<std::optional<Credentials>>(std::nullopt);
  }

  [[nodiscard]] Result<std::optional<Claim>> claim() const override {
    VIRGA_TRY_ASSIGN(const auto role, find_role());
    return role ? role->claim() : Result<std::optional<Claim>>(std::nullopt);
  }

 private:
  /// Null if the profile asks for none.
  [[nodiscard]] Result<Provider> find_role() const {
    VIRGA_TRY_ASSIGN(const auto profile, context_.profile(profile_));
    if (!profile || !ChainReader::has_role(*profile)) {
      return nullptr;
    }
    return ChainReader(context_, asked_, profile_).read(profile_, *profile);
  }

  ProviderContext& context_;
  mutable Asked asked_;
  std::string profile_;
};

}  // namespace

Provider assume_role_provider(ProviderContext& context, std::string profile) {
  return std::make_unique<AssumeRoleProvider>(context, std::move(profile));
}

}  // namespace virga::auth
