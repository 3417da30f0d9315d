// SPDX-License-Identifier: Apache-2.0
#include "auth/credentials.hpp"

#include <atomic>
#include <mutex>
#include <utility>

#include "auth/providers/context.hpp"
#include "auth/providers/temporary.hpp"
#include "base/strings.hpp"

namespace virga::auth {
namespace {

/// A search that found nothing, or failed, is not repeated for so long: the parts of one call ask
/// more than once, and each time might mean a timeout or a question to the user.
constexpr auto k_failure_memory = std::chrono::seconds(5);

using Found = Result<std::optional<Credentials>>;

}  // namespace

std::string ProviderContext::in_home(std::string_view path) const {
  return concat(environment().home(), "/", path);
}

std::string ProviderContext::in_cache(std::string_view path) const {
  const auto base = environment().get("XDG_CACHE_HOME").value_or("");
  return concat(base.empty() ? in_home(".cache") : base, "/virga/", path);
}

struct CredentialChain::State {
  std::unique_ptr<ProviderContext> context;
  std::vector<std::unique_ptr<CredentialProvider>> providers;

  std::atomic<std::chrono::microseconds::rep> skew{0};
  std::mutex fetching;  ///< held while providers are asked
  std::mutex mutex;     ///< guards what follows
  std::optional<Credentials> held;
  CredentialProvider* source = nullptr;  ///< of `held`
  RefreshWindow window{};
  std::optional<Found> failure;
  TimePoint failed_at{};

  enum class Due { no, advisory, mandatory };

  [[nodiscard]] TimePoint now() const {
    return context ? context->now()
                   : std::chrono::time_point_cast<std::chrono::microseconds>(
                         std::chrono::system_clock::now());
  }

  [[nodiscard]] Due due() const {
    if (!held) {
      return Due::mandatory;
    }
    if (!held->expiry) {
      return Due::no;
    }
    const auto left = *held->expiry - now();
    if (left >= window.advisory) {
      return Due::no;
    }
    return left >= window.mandatory ? Due::advisory : Due::mandatory;
  }

  /// What can be answered without asking a provider.
  [[nodiscard]] std::optional<Found> at_hand() {
    const std::lock_guard lock(mutex);
    if (due() == Due::no) {
      return Found(held);
    }
    const auto age = now() - failed_at;
    const bool recent = failure && age >= age.zero() && age < k_failure_memory;
    if (!recent) {
      return std::nullopt;
    }
    return due() == Due::advisory ? Found(held) : *failure;
  }

  /// The first that has credentials, or the one that had them last time.
  [[nodiscard]] std::pair<Found, CredentialProvider*> search() {
    if (source != nullptr) {
      return {source->load(), source};
    }
    for (const auto& provider : providers) {
      auto found = provider->load();
      if (!found || *found) {
        return {std::move(found), provider.get()};
      }
    }
    return {Found(std::nullopt), nullptr};
  }

  [[nodiscard]] Found take(Found found, CredentialProvider* from) {
    const std::lock_guard lock(mutex);
    if (found && *found && (*found)->expiry && *(*found)->expiry <= now()) {
      found = fail(ErrorCode::general,
                   "Credentials were refreshed, but the refreshed credentials are still expired.");
    }
    if (!found || !*found) {
      failure = found;
      failed_at = now();
      return due() == Due::advisory ? Found(held) : found;
    }
    failure.reset();
    held = *std::move(found);
    source = from;
    if (held->expiry) {
      window = refresh_window(held->issued.value_or(now()), *held->expiry);
    }
    return Found(held);
  }

  [[nodiscard]] Found current() {
    if (auto answer = at_hand()) {
      return *std::move(answer);
    }
    std::unique_lock fetch(fetching, std::try_to_lock);
    if (!fetch.owns_lock()) {
      {
        const std::lock_guard lock(mutex);
        if (due() == Due::advisory) {
          return Found(held);
        }
      }
      fetch.lock();
    }
    if (auto answer = at_hand()) {
      return *std::move(answer);
    }
    auto [found, from] = search();
    return take(std::move(found), from);
  }
};

CredentialChain::CredentialChain(std::vector<std::unique_ptr<CredentialProvider>> providers)
    : CredentialChain(std::move(providers), nullptr) {}

CredentialChain::CredentialChain(std::vector<std::unique_ptr<CredentialProvider>> providers,
                                 std::unique_ptr<ProviderContext> context)
    : state_(std::make_unique<State>()) {
  state_->context = std::move(context);
  state_->providers = std::move(providers);
}

CredentialChain::CredentialChain(CredentialChain&&) noexcept = default;
CredentialChain& CredentialChain::operator=(CredentialChain&&) noexcept = default;
CredentialChain::~CredentialChain() = default;

Result<std::optional<Credentials>> CredentialChain::load() const { return state_->current(); }

Result<std::optional<Identity>> CredentialChain::identity() const {
  for (const auto& provider : state_->providers) {
    VIRGA_TRY_ASSIGN(auto claim, provider->claim());
    if (!claim) {
      continue;
    }
    if (!claim->needs_credentials) {
      return std::optional(std::move(claim->identity));
    }
    VIRGA_TRY_ASSIGN(const auto credentials, load());
    if (!credentials) {
      return std::nullopt;
    }
    Identity out = std::move(claim->identity);
    if (out.account.empty()) {
      out.account =
          credentials->account_id.value_or(account_of_access_key(credentials->access_key_id));
    }
    if (!out.account.empty()) {
      append(out.text, ";account=", out.account);
    }
    // An account has many who may see different things: without the role's name the key says who.
    append(out.text,
           credentials->role.empty() ? concat(";key=", credentials->access_key_id)
                                     : concat(";role=", credentials->role));
    return std::optional(std::move(out));
  }
  return std::nullopt;
}

Result<std::optional<Secret>> CredentialChain::session_token() const {
  if (!state_->context) {
    return std::nullopt;
  }
  const std::lock_guard fetch(state_->fetching);
  return sso_session_token(*state_->context, state_->context->settings().profile_name());
}

void CredentialChain::learn_clock_skew(std::chrono::microseconds skew) const {
  state_->skew = skew.count();
  if (state_->context) {
    state_->context->learn_clock_skew(skew);
  }
}

std::chrono::microseconds CredentialChain::clock_skew() const {
  return std::chrono::microseconds(state_->skew.load());
}

std::vector<std::string_view> CredentialChain::names() const {
  std::vector<std::string_view> names;
  names.reserve(state_->providers.size());
  for (const auto& provider : state_->providers) {
    names.push_back(provider->name());
  }
  return names;
}

std::vector<Provider> profile_providers(ProviderContext& context,
                                        const std::string& profile,
                                        bool use_environment) {
  std::vector<Provider> out;
  out.push_back(web_identity_provider(context, profile, use_environment));
  out.push_back(sso_provider(context, profile));
  out.push_back(shared_credentials_provider(context, profile));
  out.push_back(login_provider(context, profile));
  out.push_back(process_provider(context, profile));
  out.push_back(config_file_provider(context, profile));
  return out;
}

/// In the order of the AWS CLI.
std::vector<Provider> default_providers(ProviderContext& context,
                                        const config::Settings& settings) {
  const std::string profile = settings.profile_name();
  // A profile that an option names hides the environment's keys; one that AWS_PROFILE names does
  // not. Source: botocore/credentials.py, create_credential_resolver.
  const bool use_environment = !settings.profile_from_option();
  std::vector<Provider> providers;
  if (use_environment) {
    providers.push_back(environment_provider(context));
  }
  providers.push_back(assume_role_provider(context, profile));
  for (auto& provider : profile_providers(context, profile, use_environment)) {
    providers.push_back(std::move(provider));
  }
  providers.push_back(ec2_file_provider(context));
  providers.push_back(boto_provider(context));
  providers.push_back(container_provider(context));
  providers.push_back(instance_provider(context));
  return providers;
}

CredentialChain default_chain(const ChainParts& parts) {
  auto context = std::make_unique<ProviderContext>(parts);
  auto providers = default_providers(*context, parts.settings);
  return CredentialChain(std::move(providers), std::move(context));
}

Result<std::optional<Identity>> known_identity(const ChainParts& parts) {
  ProviderContext context(parts);
  for (const auto& provider : default_providers(context, parts.settings)) {
    VIRGA_TRY_ASSIGN(auto claim, provider->claim());
    if (claim) {
      return claim->needs_credentials ? std::nullopt : std::optional(std::move(claim->identity));
    }
  }
  return std::nullopt;
}

std::string account_of_access_key(std::string_view access_key_id) {
  // Behind the four letters of the kind: base32, in whose first 48 bits the account stands at bit 7
  // and above. Ids with a fifth letter before Q are of the older kind and say nothing.
  constexpr std::size_t k_length = 20;
  constexpr std::size_t k_prefix = 4;
  const bool known = access_key_id.starts_with("AKIA") || access_key_id.starts_with("ASIA");
  if (!known || access_key_id.size() < k_length || access_key_id[k_prefix] < 'Q') {
    return {};
  }
  std::uint64_t bits = 0;
  for (const char c : access_key_id.substr(k_prefix, 10)) {  // 50 bits
    unsigned digit = 0;
    if (c >= 'A' && c <= 'Z') {
      digit = static_cast<unsigned>(c - 'A');
    } else if (c >= '2' && c <= '7') {
      digit = static_cast<unsigned>(c - '2') + 26;
    } else {
      return {};
    }
    bits = bits << 5U | digit;
  }
  const std::uint64_t account = (bits >> 2U & 0x7fffffffff80U) >> 7U;
  constexpr std::size_t k_digits = 12;
  const std::string text = concat(account);
  return text.size() > k_digits ? std::string() : std::string(k_digits - text.size(), '0') + text;
}

Error no_credentials_error() {
  return Error{ErrorCode::configuration,
               "Unable to locate credentials. You can configure credentials by running \"aws "
               "configure\".",
               std::nullopt};
}

std::optional<Secret> bearer_token_from_environment(const config::Environment& environment,
                                                    std::string_view signing_name) {
  if (trim(signing_name).empty()) {
    return std::nullopt;
  }
  std::string name = concat("AWS_BEARER_TOKEN_", to_upper(signing_name));
  for (char& c : name) {
    if (c == '-' || c == ' ') {
      c = '_';
    }
  }
  auto token = environment.get(name);
  return token ? std::optional(Secret(*std::move(token))) : std::nullopt;
}

Error no_token_error() {
  return Error{ErrorCode::general, "Unable to locate authorization token", std::nullopt};
}

}  // namespace virga::auth
