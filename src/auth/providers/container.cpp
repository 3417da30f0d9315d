// SPDX-License-Identifier: Apache-2.0
#include <utility>

#include <arpa/inet.h>

#include "auth/providers/context.hpp"
#include "auth/providers/metadata.hpp"
#include "auth/providers/sts.hpp"
#include "auth/providers/temporary.hpp"
#include "base/strings.hpp"
#include "value/json_read.hpp"

namespace virga::auth {
namespace {

// Source: botocore/utils.py, ContainerMetadataFetcher.
constexpr std::string_view k_name = "container-role";
constexpr std::string_view k_ecs_address = "169.254.170.2";
constexpr std::string_view k_allowed_hosts[] = {
    k_ecs_address, "169.254.170.23", "fd00:ec2::23", "localhost"};
constexpr double k_timeout_seconds = 2;
constexpr int k_attempts = 3;
constexpr auto k_pause = std::chrono::seconds(1);

bool is_loopback(const std::string& hostname) {
  in_addr four{};
  if (inet_pton(AF_INET, hostname.c_str(), &four) == 1) {
    return ntohl(four.s_addr) >> 24U == 127;
  }
  in6_addr six{};
  return inet_pton(AF_INET6, hostname.c_str(), &six) == 1 && IN6_IS_ADDR_LOOPBACK(&six);  // NOLINT
}

/// Plain HTTP is spoken with this machine and its metadata services only: the answer is a secret.
Status check_host(const MetadataUrl& url) {
  if (url.scheme == "https" || is_loopback(url.hostname)) {
    return {};
  }
  std::vector<std::string> allowed;
  for (const auto host : k_allowed_hosts) {
    if (url.hostname == host) {
      return {};
    }
    allowed.emplace_back(host);
  }
  return fail(ErrorCode::general,
              concat("Unsupported host '",
                     url.hostname,
                     "'.  Can only retrieve metadata from a loopback address or one of these "
                     "hosts: ",
                     join(allowed, ", ")));
}

class ContainerProvider final : public CredentialProvider {
 public:
  explicit ContainerProvider(const ProviderContext& context) : context_(context) {}

  [[nodiscard]] std::string_view name() const override { return k_name; }

  [[nodiscard]] Result<std::optional<Credentials>> load() override {
    const auto text = url_text();
    if (!text) {
      return std::nullopt;
    }
    const auto url = parse_metadata_url(*text);
    if (!url) {
      return fail(ErrorCode::general, concat("Unsupported URL '", *text, "'."));
    }
    VIRGA_TRY(check_host(*url));
    http::Request request = metadata_request(*url, "GET");
    request.headers.add("Accept", "application/json");
    VIRGA_TRY_ASSIGN(const std::string token, authorization());
    if (!token.empty()) {
      request.headers.add("Authorization", token);
    }
    VIRGA_TRY_ASSIGN(const Value answer, fetch(request));
    return read(answer);
  }

  [[nodiscard]] Result<std::optional<Claim>> claim() const override {
    const auto text = url_text();
    if (!text) {
      return std::nullopt;
    }
    Claim out;
    out.identity.text = concat("container=", *text);
    out.needs_credentials = true;
    return out;
  }

 private:
  [[nodiscard]] std::optional<std::string> url_text() const {
    if (const auto relative =
            context_.environment().get("AWS_CONTAINER_CREDENTIALS_RELATIVE_URI")) {
      return concat("http://", k_ecs_address, *relative);
    }
    return context_.environment().get("AWS_CONTAINER_CREDENTIALS_FULL_URI");
  }

  /// Read each time: the file's token is renewed by the platform.
  [[nodiscard]] Result<std::string> authorization() const {
    std::string token;
    if (const auto file = context_.environment().get("AWS_CONTAINER_AUTHORIZATION_TOKEN_FILE")) {
      VIRGA_TRY_ASSIGN(token, read_as_python(*file));
    } else {
      token = context_.environment().get("AWS_CONTAINER_AUTHORIZATION_TOKEN").value_or("");
    }
    if (token.find_first_of("\r\n") != std::string::npos) {
      return fail(ErrorCode::general, "Auth token value is not a legal header value");
    }
    return token;
  }

  [[nodiscard]] Result<Value> fetch(const http::Request& request) const {
    const auto transport = open_metadata_transport(context_, k_timeout_seconds);
    for (int attempt = 1;; ++attempt) {
      auto answer = fetch_once(*transport, request);
      if (answer || answer.error().code == ErrorCode::interrupted) {
        return answer;
      }
      if (attempt == k_attempts) {
        return retrieval_error(k_name,
                               concat("Error retrieving metadata: ", answer.error().message));
      }
      context_.parts().clock.sleep(k_pause);
    }
  }

  static Result<Value> fetch_once(http::Transport& transport, const http::Request& request) {
    auto response = transport.send(request);
    if (!response) {
      return fail(std::move(response).error().context(
          "Received error when attempting to retrieve container metadata"));
    }
    constexpr int k_ok = 200;
    if (response->status != k_ok) {
      return fail(ErrorCode::general,
                  concat("Received non 200 response ",
                         response->status,
                         " from container metadata: ",
                         response->body));
    }
    auto answer = read_json(response->body);
    if (!answer || answer->as_map() == nullptr) {
      return fail(ErrorCode::general,
                  "Unable to parse JSON returned from container metadata services");
    }
    return answer;
  }

  static Result<std::optional<Credentials>> read(const Value& answer) {
    Credentials out;
    out.provider = k_name;
    for (const char* key : {"AccessKeyId", "SecretAccessKey", "Token", "Expiration"}) {
      if (answer.text(key).empty()) {
        return retrieval_error(k_name, concat("the answer lacks ", key));
      }
    }
    out.access_key_id = answer.text("AccessKeyId");
    out.secret_access_key = Secret(std::string(answer.text("SecretAccessKey")));
    out.session_token = Secret(std::string(answer.text("Token")));
    out.expiry = parse_expiry(answer.text("Expiration"));
    if (!out.expiry) {
      return fail(ErrorCode::general, concat("Unknown string format: ", answer.text("Expiration")));
    }
    if (const auto account = answer.text("AccountId"); !account.empty()) {
      out.account_id = account;
    }
    out.role = answer.text("RoleArn");
    return out;
  }

  const ProviderContext& context_;
};

}  // namespace

Provider container_provider(ProviderContext& context) {
  return std::make_unique<ContainerProvider>(context);
}

}  // namespace virga::auth
