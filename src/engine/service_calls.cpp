// SPDX-License-Identifier: Apache-2.0
#include "engine/service_calls.hpp"

#include <utility>
#include <vector>

#include "base/strings.hpp"

namespace virga::engine {
namespace {

/// Credentials that are there already.
class GivenCredentials final : public auth::CredentialProvider {
 public:
  explicit GivenCredentials(auth::Credentials credentials) : credentials_(std::move(credentials)) {}

  [[nodiscard]] std::string_view name() const override { return credentials_.provider; }

  [[nodiscard]] Result<std::optional<auth::Credentials>> load() override { return credentials_; }

  [[nodiscard]] Result<std::optional<auth::Claim>> claim() const override { return std::nullopt; }

 private:
  auth::Credentials credentials_;
};

auth::CredentialChain chain_of(const auth::Credentials* credentials) {
  std::vector<std::unique_ptr<auth::CredentialProvider>> providers;
  if (credentials != nullptr) {
    auto given = *credentials;
    given.expiry.reset();  // whether they are still good is the service's to say
    providers.push_back(std::make_unique<GivenCredentials>(std::move(given)));
  }
  return auth::CredentialChain(std::move(providers));
}

}  // namespace

Result<auth::ServiceAnswer> ServiceCalls::call(const auth::ServiceRequest& request) {
  const auto service = parts_.catalog.find_service(request.service);
  const auto operation = service ? service->find_operation(request.operation) : std::nullopt;
  if (!operation) {
    return fail(ErrorCode::models,
                concat("The models lack ", request.service, "'s ", request.operation, "."));
  }
  config::Settings settings = parts_.settings;
  settings.clear_option(config::Setting::endpoint_url);
  if (!request.region.empty()) {
    settings.set_option(config::Setting::region, request.region);
  }
  SessionParts session_parts{parts_.catalog,
                             settings,
                             parts_.clock,
                             parts_.random,
                             chain_of(request.credentials),
                             parts_.open_transport};
  session_parts.sign_requests = request.credentials != nullptr;
  session_parts.debug = parts_.debug;
  Session session(std::move(session_parts));
  Call call{*operation, Value(request.params)};
  VIRGA_TRY_ASSIGN(Page page, session.call(call));
  return auth::ServiceAnswer{std::move(page.output), session.credentials().clock_skew()};
}

}  // namespace virga::engine
