// SPDX-License-Identifier: Apache-2.0
// Files of tools that came before the shared ones, which the AWS CLI still reads.
#include <utility>

#include "auth/providers/context.hpp"
#include "auth/providers/static_keys.hpp"
#include "base/files.hpp"
#include "base/strings.hpp"
#include "config/config_file.hpp"

namespace virga::auth {
namespace {

tl::unexpected<Error> partial(std::string_view provider, std::string_view missing) {
  return fail(ErrorCode::general,
              concat("Partial credentials found in ", provider, ", missing: ", missing));
}

/// Lines of KEY=VALUE.
class Ec2FileProvider final : public CredentialProvider {
 public:
  explicit Ec2FileProvider(const ProviderContext& context) : context_(context) {}

  [[nodiscard]] std::string_view name() const override { return "ec2-credentials-file"; }

  [[nodiscard]] Result<std::optional<Credentials>> load() override { return keys(); }

  [[nodiscard]] Result<std::optional<Claim>> claim() const override {
    VIRGA_TRY_ASSIGN(const auto found, keys());
    return found ? std::optional(claim_of_keys(*found)) : std::nullopt;
  }

 private:
  [[nodiscard]] Result<std::optional<Credentials>> keys() const {
    const auto variable = context_.environment().get("AWS_CREDENTIAL_FILE");
    if (!variable) {
      return std::nullopt;
    }
    VIRGA_TRY_ASSIGN(const std::string bytes,
                     read_file(expand_user(*variable, context_.environment().home())));
    std::optional<std::string> id;
    std::optional<std::string> secret;
    for (const auto line : split(bytes, '\n')) {
      const auto equals = line.find('=');
      const auto key = trim(line.substr(0, equals));
      if (equals == std::string_view::npos) {
        continue;
      }
      auto& target = key == "AWSAccessKeyId" ? id : secret;
      if (key == "AWSAccessKeyId" || key == "AWSSecretKey") {
        target = trim(line.substr(equals + 1));
      }
    }
    if (!id) {
      return std::nullopt;
    }
    if (!secret) {
      return partial(name(), "AWSSecretKey");
    }
    Credentials out;
    out.provider = name();
    out.access_key_id = *std::move(id);
    out.secret_access_key = Secret(*std::move(secret));
    return out;
  }

  const ProviderContext& context_;
};

class BotoProvider final : public CredentialProvider {
 public:
  explicit BotoProvider(const ProviderContext& context) : context_(context) {}

  [[nodiscard]] std::string_view name() const override { return "boto-config"; }

  [[nodiscard]] Result<std::optional<Credentials>> load() override { return keys(); }

  [[nodiscard]] Result<std::optional<Claim>> claim() const override {
    VIRGA_TRY_ASSIGN(const auto found, keys());
    return found ? std::optional(claim_of_keys(*found)) : std::nullopt;
  }

 private:
  [[nodiscard]] Result<std::optional<Credentials>> keys() const {
    std::vector<std::string> paths;
    if (const auto variable = context_.environment().get("BOTO_CONFIG")) {
      paths = {config::expand_path(*variable, context_.environment())};
    } else {
      paths = {"/etc/boto.cfg", context_.in_home(".boto")};
    }
    for (const auto& path : paths) {
      const auto bytes = read_file_if_exists(path);
      if (!bytes || !*bytes) {
        continue;
      }
      VIRGA_TRY_ASSIGN(const auto sections, config::parse_config(**bytes, path));
      for (const auto& [header, section] : sections) {
        const std::string* id =
            header == "Credentials" ? section.text("aws_access_key_id") : nullptr;
        if (id == nullptr) {
          continue;
        }
        const std::string* secret = section.text("aws_secret_access_key");
        if (secret == nullptr) {
          return partial(name(), "aws_secret_access_key");
        }
        Credentials out;
        out.provider = name();
        out.access_key_id = *id;
        out.secret_access_key = Secret(*secret);
        return out;
      }
    }
    return std::nullopt;
  }

  const ProviderContext& context_;
};

}  // namespace

Provider ec2_file_provider(ProviderContext& context) {
  return std::make_unique<Ec2FileProvider>(context);
}

Provider boto_provider(ProviderContext& context) { return std::make_unique<BotoProvider>(context); }

}  // namespace virga::auth
