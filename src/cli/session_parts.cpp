// SPDX-License-Identifier: Apache-2.0
#include "cli/session_parts.hpp"

#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "auth/credentials.hpp"
#include "base/strings.hpp"
#include "http/curl_transport.hpp"
#include "mock/mock_transport.hpp"

namespace virga::cli {
namespace {

using config::Setting;

Result<http::TransportOptions> transport_options(bool verify_tls,
                                                 const config::Settings& settings) {
  http::TransportOptions out;
  VIRGA_TRY_ASSIGN(const auto connect, settings.real(Setting::connect_timeout));
  VIRGA_TRY_ASSIGN(const auto read, settings.real(Setting::read_timeout));
  VIRGA_TRY_ASSIGN(const auto ca_bundle, settings.text(Setting::ca_bundle));
  VIRGA_TRY_ASSIGN(out.tcp_keepalive, settings.flag(Setting::tcp_keepalive));
  out.connect_timeout_seconds = connect.value_or(out.connect_timeout_seconds);
  out.read_timeout_seconds = read.value_or(out.read_timeout_seconds);
  out.ca_bundle = ca_bundle.value_or("");
  out.verify_tls = verify_tls;
  const auto& environment = settings.environment();
  const auto variable = [&](const char* lower, const char* upper) {
    auto value = environment.get(lower);
    return value ? *value : environment.get(upper).value_or("");
  };
  out.http_proxy = variable("http_proxy", "HTTP_PROXY");
  out.https_proxy = variable("https_proxy", "HTTPS_PROXY");
  out.no_proxy = variable("no_proxy", "NO_PROXY");
  return out;
}

/// Credentials that are good for the mock only, where nobody looks at them.
class MockCredentials final : public auth::CredentialProvider {
 public:
  [[nodiscard]] std::string_view name() const override { return "mock"; }

  [[nodiscard]] Result<std::optional<auth::Credentials>> load() override {
    auth::Credentials credentials;
    credentials.access_key_id = "MOCK";
    credentials.secret_access_key = Secret("mock");
    credentials.provider = name();
    return std::optional(std::move(credentials));
  }
};

auth::CredentialChain credential_chain(const GlobalOptions& globals,
                                       const config::Settings& settings) {
  if (!globals.mock) {
    return auth::default_chain(settings);
  }
  std::vector<std::unique_ptr<auth::CredentialProvider>> providers;
  providers.push_back(std::make_unique<MockCredentials>());
  return auth::CredentialChain(std::move(providers));
}

}  // namespace

void apply_globals(const GlobalOptions& globals, config::Settings& settings) {
  const auto set = [&](Setting setting, const std::optional<std::string>& value) {
    if (value) {
      settings.set_option(setting, *value);
    }
  };
  set(Setting::profile, globals.profile);
  set(Setting::region, globals.region);
  set(Setting::output, globals.output);
  set(Setting::endpoint_url, globals.endpoint_url);
  set(Setting::ca_bundle, globals.ca_bundle);
  set(Setting::cli_binary_format, globals.cli_binary_format);
  if (globals.read_timeout_seconds) {
    settings.set_option(Setting::read_timeout, concat(*globals.read_timeout_seconds));
  }
  if (globals.connect_timeout_seconds) {
    settings.set_option(Setting::connect_timeout, concat(*globals.connect_timeout_seconds));
  }
}

engine::SessionParts session_parts(const GlobalOptions& globals,
                                   const model::Catalog& catalog,
                                   const config::Settings& settings,
                                   Clock& clock,
                                   Random& random,
                                   output::Writer& notes) {
  engine::SessionParts out{
      catalog, settings, clock, random, credential_chain(globals, settings), {}};
  out.open_transport = [mock = globals.mock,
                        verify_tls = globals.verify_ssl,
                        &catalog,
                        &settings]() -> Result<std::shared_ptr<http::Transport>> {
    if (mock) {
      return std::make_shared<mock::MockTransport>(catalog);
    }
    VIRGA_TRY_ASSIGN(auto options, transport_options(verify_tls, settings));
    return std::make_shared<http::CurlTransport>(std::move(options));
  };
  out.sign_requests = globals.sign_request;
  if (globals.debug) {
    out.debug = [&notes](const std::string& line) { static_cast<void>(notes.write(line + "\n")); };
  }
  return out;
}

}  // namespace virga::cli
