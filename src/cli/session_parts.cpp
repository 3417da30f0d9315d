// SPDX-License-Identifier: Apache-2.0
#include "cli/session_parts.hpp"

#include <functional>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "auth/credentials.hpp"
#include "base/strings.hpp"
#include "engine/service_calls.hpp"
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

  [[nodiscard]] Result<std::optional<auth::Claim>> claim() const override {
    return std::optional(auth::Claim{{"mock", ""}, false});
  }
};

using OpenTransport = std::function<Result<std::shared_ptr<http::Transport>>()>;

/// The network, as the settings say when it is first needed.
OpenTransport shared_network(bool verify_tls,
                             const config::Settings& settings,
                             std::shared_ptr<Transports> transports) {
  return [verify_tls,
          &settings,
          transports = std::move(transports)]() -> Result<std::shared_ptr<http::Transport>> {
    VIRGA_TRY_ASSIGN(auto options, transport_options(verify_tls, settings));
    return transports->open(std::move(options));
  };
}

}  // namespace

std::shared_ptr<http::Transport> Transports::open(http::TransportOptions options) {
  const std::lock_guard lock(mutex_);
  for (const auto& [known, transport] : opened_) {
    if (known == options) {
      return transport;
    }
  }
  auto transport = std::make_shared<http::CurlTransport>(options);
  return opened_.emplace_back(std::move(options), std::move(transport)).second;
}

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
  set(Setting::cli_error_format, globals.cli_error_format);
  if (globals.read_timeout_seconds) {
    settings.set_option(Setting::read_timeout, concat(*globals.read_timeout_seconds));
  }
  if (globals.connect_timeout_seconds) {
    settings.set_option(Setting::connect_timeout, concat(*globals.connect_timeout_seconds));
  }
}

std::string session_key(const GlobalOptions& globals) {
  std::string key;
  const auto add = [&](const std::optional<std::string>& text) {
    append(key, text ? "1" : "0", text.value_or(""), std::string_view("\0", 1));
  };
  add(globals.profile);
  add(globals.region);
  add(globals.endpoint_url);
  add(globals.ca_bundle);
  add(globals.max_age);
  append(key,
         globals.read_timeout_seconds.value_or(-1),
         " ",
         globals.connect_timeout_seconds.value_or(-1),
         " ",
         globals.compat == Compat::v1 ? 1 : 0);
  for (const bool flag : {globals.verify_ssl,
                          globals.sign_request,
                          globals.debug,
                          globals.mock,
                          globals.no_cache,
                          globals.refresh,
                          globals.offline,
                          globals.stale_if_error}) {
    key += flag ? '1' : '0';
  }
  return key;
}

engine::SessionParts session_parts(const GlobalOptions& globals,
                                   const model::Catalog& catalog,
                                   const config::Settings& settings,
                                   Clock& clock,
                                   Random& random,
                                   output::Writer& notes,
                                   std::shared_ptr<Transports> transports) {
  std::function<void(const std::string&)> debug;
  if (globals.debug) {
    debug = [&notes](const std::string& line) { static_cast<void>(notes.write(line + "\n")); };
  }
  if (globals.mock) {
    std::vector<std::unique_ptr<auth::CredentialProvider>> mock;
    mock.push_back(std::make_unique<MockCredentials>());
    return {catalog,
            settings,
            clock,
            random,
            auth::CredentialChain(std::move(mock)),
            [&catalog]() -> Result<std::shared_ptr<http::Transport>> {
              return std::make_shared<mock::MockTransport>(catalog);
            },
            globals.sign_request,
            std::move(debug)};
  }
  if (!transports) {
    transports = std::make_shared<Transports>();
  }
  auto network = shared_network(globals.verify_ssl, settings, transports);
  // --no-verify-ssl is meant for the command's own calls, as in the AWS CLI.
  auto services = std::make_shared<engine::ServiceCalls>(engine::ServiceCallParts{
      catalog,
      settings,
      clock,
      random,
      globals.verify_ssl ? network : shared_network(true, settings, transports),
      debug});
  return {catalog,
          settings,
          clock,
          random,
          auth::default_chain({settings, clock, random, std::move(services)}),
          std::move(network),
          globals.sign_request,
          std::move(debug)};
}

}  // namespace virga::cli
