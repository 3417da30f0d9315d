// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <string>

#include "auth/credentials.hpp"
#include "base/result.hpp"
#include "value/value.hpp"

namespace virga::engine {

/// The sessions that S3 Express buckets (directory buckets) are called in: each bucket gives out
/// credentials of its own, which are good for some minutes. They are kept and renewed as all
/// temporary credentials are (auth::CredentialChain). Thread-safe.
/// Source: botocore/utils.py, S3ExpressIdentityCache.
class ExpressSessions {
 public:
  /// The output of CreateSession for a bucket.
  using Create = std::function<Result<Value>(const std::string& bucket)>;

  /// `account` is borrowed: what `create` signs with, and what knows how wrong this machine's clock
  /// is.
  ExpressSessions(Create create, const auth::CredentialChain& account)
      : create_(std::move(create)), account_(account) {}

  /// Errors: of `create`; response, if what it gives holds no credentials.
  [[nodiscard]] Result<auth::Credentials> credentials(const std::string& bucket);

 private:
  Create create_;
  const auth::CredentialChain& account_;
  std::mutex mutex_;
  std::map<std::string, std::shared_ptr<const auth::CredentialChain>>
      buckets_;  // guarded by mutex_
};

}  // namespace virga::engine
