// SPDX-License-Identifier: Apache-2.0
#include "engine/express_sessions.hpp"

#include <utility>
#include <vector>

#include "value/timestamp.hpp"

namespace virga::engine {
namespace {

/// As many buckets as botocore keeps sessions of; beyond that all are let go.
constexpr std::size_t k_most_buckets = 100;

Result<auth::Credentials> read_session(const Value& output) {
  const Value* given = output.find("Credentials");
  auth::Credentials out;
  out.provider = "s3express";
  if (given != nullptr) {
    out.access_key_id = given->text("AccessKeyId");
    out.secret_access_key = Secret(std::string(given->text("SecretAccessKey")));
    out.session_token = Secret(std::string(given->text("SessionToken")));
    const Value* expiration = given->find("Expiration");
    const auto* expiry = expiration == nullptr ? nullptr : expiration->as_timestamp();
    if (const auto moment = expiry == nullptr ? std::nullopt : parse_timestamp(*expiry)) {
      out.expiry = TimePoint(std::chrono::microseconds(moment->microseconds));
    }
  }
  if (out.access_key_id.empty() || out.secret_access_key.empty()) {
    return fail(ErrorCode::response, "The answer to CreateSession holds no credentials.");
  }
  return out;
}

class SessionProvider final : public auth::CredentialProvider {
 public:
  SessionProvider(const ExpressSessions::Create& create,
                  const auth::CredentialChain& account,
                  std::string bucket)
      : create_(create), account_(account), bucket_(std::move(bucket)) {}

  [[nodiscard]] std::string_view name() const override { return "s3express"; }

  [[nodiscard]] Result<std::optional<auth::Credentials>> load() override {
    VIRGA_TRY_ASSIGN(const Value output, create_(bucket_));
    VIRGA_TRY_ASSIGN(auto session, read_session(output));
    if (session.expiry) {
      *session.expiry -= account_.clock_skew();  // to this machine's time
    }
    return std::optional(std::move(session));
  }

  [[nodiscard]] Result<std::optional<auth::Claim>> claim() const override { return std::nullopt; }

 private:
  const ExpressSessions::Create& create_;
  const auth::CredentialChain& account_;
  std::string bucket_;
};

}  // namespace

Result<auth::Credentials> ExpressSessions::credentials(const std::string& bucket) {
  std::shared_ptr<const auth::CredentialChain> chain;
  {
    const std::lock_guard lock(mutex_);
    if (buckets_.size() >= k_most_buckets && !buckets_.contains(bucket)) {
      buckets_.clear();
    }
    auto& entry = buckets_[bucket];
    if (!entry) {
      std::vector<std::unique_ptr<auth::CredentialProvider>> providers;
      providers.push_back(std::make_unique<SessionProvider>(create_, account_, bucket));
      entry = std::make_shared<const auth::CredentialChain>(std::move(providers));
    }
    chain = entry;
  }
  VIRGA_TRY_ASSIGN(auto found, chain->load());
  if (!found) {
    return fail(auth::no_credentials_error());
  }
  return *std::move(found);
}

}  // namespace virga::engine
