// SPDX-License-Identifier: Apache-2.0
#include "auth/providers/temporary.hpp"

#include <algorithm>
#include <utility>

#include <sys/stat.h>

#include "base/encoding.hpp"
#include "base/file_lock.hpp"
#include "base/files.hpp"
#include "base/hash.hpp"
#include "base/strings.hpp"
#include "value/json_read.hpp"
#include "value/json_write.hpp"
#include "value/timestamp.hpp"

namespace virga::auth {
namespace {

/// How long a process waits for another that renews the same credentials, at an MFA prompt perhaps.
constexpr auto k_patience = std::chrono::minutes(1);

/// What is left of credentials that another process has got this very moment may be little.
constexpr auto k_least_life = std::chrono::minutes(1);

struct Stored {
  std::string bytes;
  Credentials credentials;
};

std::optional<Stored> read_stored(const StoredPlace& place) {
  struct stat info {};

  if (stat(place.path.c_str(), &info) != 0 || !S_ISREG(info.st_mode)) {
    return std::nullopt;
  }
  auto bytes = read_file(place.path);
  if (!bytes) {
    return std::nullopt;
  }
  const auto document = read_json(*bytes);
  if (!document) {
    return std::nullopt;
  }
  auto credentials = read_document(*document, place.token_optional);
  if (!credentials || !credentials->expiry) {
    return std::nullopt;
  }
  credentials->issued = TimePoint(std::chrono::seconds(info.st_mtime));
  return Stored{*std::move(bytes), *std::move(credentials)};
}

enum class Freshness { fresh, usable, stale };

Freshness freshness(const std::optional<Stored>& stored, TimePoint now) {
  if (!stored) {
    return Freshness::stale;
  }
  const auto& credentials = stored->credentials;
  const auto left = *credentials.expiry - now;
  const auto window = refresh_window(credentials.issued.value_or(now), *credentials.expiry);
  if (left >= window.advisory) {
    return Freshness::fresh;
  }
  return left >= window.mandatory ? Freshness::usable : Freshness::stale;
}

std::optional<TimePoint> moment_of(const Value& value) {
  std::optional<Moment> moment;
  if (const auto* text = value.as_string()) {
    return parse_expiry(*text);
  }
  if (const auto* timestamp = value.as_timestamp()) {
    moment = parse_timestamp(*timestamp);
  }
  return moment ? std::optional(TimePoint(std::chrono::microseconds(moment->microseconds)))
                : std::nullopt;
}

}  // namespace

RefreshWindow refresh_window(TimePoint issued, TimePoint expiry) {
  constexpr std::chrono::microseconds k_advisory = std::chrono::minutes(15);
  constexpr std::chrono::microseconds k_mandatory = std::chrono::minutes(10);
  const std::chrono::microseconds life = expiry - issued;
  if (life <= std::chrono::microseconds(0)) {
    return {k_advisory, k_mandatory};  // a clock or a file's time is wrong
  }
  return {std::min(k_advisory, life / 2), std::min(k_mandatory, life / 3)};
}

std::optional<TimePoint> parse_expiry(std::string_view text) {
  std::string spelled(text);
  if (spelled.ends_with("UTC")) {
    spelled.replace(spelled.size() - 3, 3, "Z");
  }
  const auto moment = parse_timestamp(spelled);
  return moment ? std::optional(TimePoint(std::chrono::microseconds(moment->microseconds)))
                : std::nullopt;
}

std::string format_expiry(TimePoint expiry, std::string_view suffix) {
  Moment moment;
  moment.microseconds = std::chrono::floor<std::chrono::seconds>(expiry).time_since_epoch() /
                        std::chrono::microseconds(1);
  std::string text = format_iso8601(moment);
  text.pop_back();  // Z
  return concat(text, suffix);
}

std::optional<Credentials> read_document(const Value& document, bool token_optional) {
  const Value* members = document.find("Credentials");
  if (members == nullptr) {
    return std::nullopt;
  }
  Credentials out;
  out.access_key_id = members->text("AccessKeyId");
  out.secret_access_key = Secret(std::string(members->text("SecretAccessKey")));
  out.session_token = Secret(std::string(members->text("SessionToken")));
  if (out.access_key_id.empty() || out.secret_access_key.empty() ||
      (out.session_token.empty() && !token_optional)) {
    return std::nullopt;
  }
  if (const Value* expiry = members->find("Expiration")) {
    out.expiry = moment_of(*expiry);
    if (!out.expiry) {
      return std::nullopt;
    }
  } else if (!token_optional) {
    return std::nullopt;
  }
  if (const auto account = members->text("AccountId"); !account.empty()) {
    out.account_id = account;
  }
  return out;
}

Result<Credentials> fetch_stored(const ProviderContext& context,
                                 const StoredPlace& place,
                                 const std::function<Result<Value>()>& fetch) {
  auto stored = read_stored(place);
  auto state = freshness(stored, context.now());
  if (state == Freshness::fresh) {
    return std::move(stored->credentials);
  }
  std::optional<FileLock> lock;
  if (!place.lock.empty()) {
    lock = FileLock::take(place.lock, std::chrono::milliseconds(0));
    if (!lock) {
      if (state == Freshness::usable) {
        return std::move(stored->credentials);
      }
      lock = FileLock::take(place.lock, k_patience);
    }
    auto renewed = read_stored(place);
    const bool changed = renewed && (!stored || renewed->bytes != stored->bytes);
    state = freshness(renewed, context.now());
    if (state == Freshness::fresh ||
        (changed && *renewed->credentials.expiry - context.now() > k_least_life)) {
      return std::move(renewed->credentials);
    }
    stored = std::move(renewed);
  }
  auto document = fetch();
  if (!document) {
    if (state == Freshness::usable) {
      return std::move(stored->credentials);
    }
    return fail(std::move(document).error());
  }
  auto credentials = read_document(*document, place.token_optional);
  if (!credentials) {
    return fail(ErrorCode::response,
                "Credential refresh failed, response did not contain: access_key, secret_key, "
                "token, expiry_time");
  }
  if (credentials->expiry) {
    // Not being able to keep them costs the next process a call, and this one nothing.
    static_cast<void>(write_file_atomically(place.path, to_json(*document), 0600));
  }
  return *std::move(credentials);
}

StoredPlace cli_cache_place(const ProviderContext& context, std::string_view arguments_json) {
  const std::string name = hex_encode(sha1(arguments_json));
  return {context.in_home(concat(".aws/cli/cache/", name, ".json")),
          context.in_cache(concat("locks/", name, ".lock"))};
}

tl::unexpected<Error> retrieval_error(std::string_view provider, std::string_view reason) {
  return fail(ErrorCode::general,
              concat("Error when retrieving credentials from ", provider, ": ", reason));
}

tl::unexpected<Error> config_error(std::string message) {
  return fail(ErrorCode::general, std::move(message));
}

}  // namespace virga::auth
