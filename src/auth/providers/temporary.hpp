// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <functional>
#include <optional>
#include <string>
#include <string_view>

#include "auth/providers/context.hpp"
#include "value/value.hpp"

namespace virga::auth {

/// When to renew credentials, before their expiry.
struct RefreshWindow {
  std::chrono::microseconds advisory;   ///< try to, but go on without if that fails
  std::chrono::microseconds mandatory;  ///< must
};

/// 15 and 10 minutes, less for what lives less than half an hour.
[[nodiscard]] RefreshWindow refresh_window(TimePoint issued, TimePoint expiry);

/// Reads a member `Credentials` of AccessKeyId, SecretAccessKey, SessionToken, Expiration and
/// AccountId: what STS answers and the AWS CLI keeps in its cache files. Nothing if a member is
/// missing or no text; SessionToken may be missing where `token_optional`.
[[nodiscard]] std::optional<Credentials> read_document(const Value& document,
                                                       bool token_optional = false);

/// A time in any spelling that is found in cache files: ISO 8601, also with UTC at its end.
[[nodiscard]] std::optional<TimePoint> parse_expiry(std::string_view text);

/// 2023-01-02T03:04:05 and the suffix.
[[nodiscard]] std::string format_expiry(TimePoint expiry, std::string_view suffix);

/// Where temporary credentials are kept between processes.
struct StoredPlace {
  std::string path;  ///< a JSON file
  std::string lock;  ///< the file that a process locks while it renews them; empty for none
  bool token_optional = false;
};

/// The credentials of the file while they are fresh, else those that `fetch` gives (a document as
/// read_document() has it), which are then written there for others to find. One process or thread
/// at a time fetches; the rest wait for its result, or go on with what they have while that is good
/// enough. A file that cannot be read, understood or written is as good as none. Errors: of fetch.
[[nodiscard]] Result<Credentials> fetch_stored(const ProviderContext& context,
                                               const StoredPlace& place,
                                               const std::function<Result<Value>()>& fetch);

/// The place in the AWS CLI's own cache that Python's json.dumps of the arguments leads to:
/// ~/.aws/cli/cache/<sha1>.json.
[[nodiscard]] StoredPlace cli_cache_place(const ProviderContext& context,
                                          std::string_view arguments_json);

/// `Error when retrieving credentials from PROVIDER: REASON`
[[nodiscard]] tl::unexpected<Error> retrieval_error(std::string_view provider,
                                                    std::string_view reason);
/// A mistake in the configuration, in the AWS CLI's words and with its exit status (255).
[[nodiscard]] tl::unexpected<Error> config_error(std::string message);

}  // namespace virga::auth
