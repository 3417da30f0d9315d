// SPDX-License-Identifier: Apache-2.0
#include <utility>

#include "auth/instance_metadata.hpp"
#include "auth/providers/context.hpp"
#include "auth/providers/temporary.hpp"
#include "base/strings.hpp"
#include "value/json_read.hpp"

namespace virga::auth {
namespace {

constexpr std::string_view k_name = "iam-role";
constexpr std::string_view k_path = "latest/meta-data/iam/security-credentials/";

/// What the service says of a role, or nothing.
std::optional<Value> parse_credentials(const std::string& body) {
  auto answer = read_json(body);
  if (!answer || answer->as_map() == nullptr) {
    return std::nullopt;
  }
  return *std::move(answer);
}

class InstanceProvider final : public CredentialProvider {
 public:
  explicit InstanceProvider(const ProviderContext& context) : context_(context) {}

  [[nodiscard]] std::string_view name() const override { return k_name; }

  [[nodiscard]] Result<std::optional<Credentials>> load() override {
    VIRGA_TRY_ASSIGN(auto metadata, InstanceMetadata::open(context_.parts()));
    if (!metadata) {
      return std::nullopt;
    }
    VIRGA_TRY_ASSIGN(const auto role, metadata->get(k_path));
    if (!role) {
      return std::nullopt;
    }
    const auto is_whole = [](const std::string& body) {
      return parse_credentials(body).has_value();
    };
    VIRGA_TRY_ASSIGN(const auto body, metadata->get(concat(k_path, *role), is_whole));
    return body ? read(*parse_credentials(*body), *role) : std::nullopt;
  }

  [[nodiscard]] Result<std::optional<Claim>> claim() const override {
    VIRGA_TRY_ASSIGN(const bool off,
                     context_.settings().flag(config::Setting::ec2_metadata_disabled));
    if (off) {
      return std::nullopt;
    }
    Claim out;
    out.identity.text = "instance";
    out.needs_credentials = true;
    return out;
  }

 private:
  /// None where the answer is the service's way to say that there are none.
  [[nodiscard]] std::optional<Credentials> read(const Value& answer,
                                                const std::string& role) const {
    Credentials out;
    out.provider = k_name;
    out.role = role;
    out.access_key_id = answer.text("AccessKeyId");
    out.secret_access_key = Secret(std::string(answer.text("SecretAccessKey")));
    out.session_token = Secret(std::string(answer.text("Token")));
    out.expiry = parse_expiry(answer.text("Expiration"));
    if (out.access_key_id.empty() || out.secret_access_key.empty() || out.session_token.empty() ||
        !out.expiry) {
      return std::nullopt;
    }
    // While the service cannot renew what it serves, the old credentials stay in use: AWS takes
    // them longer than they say. Source: botocore/utils.py, InstanceMetadataFetcher.
    const std::chrono::seconds jitter(120 +
                                      static_cast<int>(context_.parts().random.uniform() * 481));
    const auto ahead = std::chrono::minutes(15) + jitter;
    if (context_.now() >= *out.expiry - ahead) {
      out.expiry = context_.now() + ahead;
    }
    return out;
  }

  const ProviderContext& context_;
};

}  // namespace

Provider instance_provider(ProviderContext& context) {
  return std::make_unique<InstanceProvider>(context);
}

}  // namespace virga::auth
