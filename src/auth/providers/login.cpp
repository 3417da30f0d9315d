// SPDX-License-Identifier: Apache-2.0
// Stands where credentials of "aws login" belong in the chain: where a profile has such a session,
// the call must fail rather than be signed by whoever comes next.
#include <utility>

#include "auth/providers/context.hpp"
#include "base/strings.hpp"

namespace virga::auth {
namespace {

class LoginProvider final : public CredentialProvider {
 public:
  LoginProvider(const ProviderContext& context, std::string profile)
      : context_(context), profile_(std::move(profile)) {}

  [[nodiscard]] std::string_view name() const override { return "login"; }

  [[nodiscard]] Result<std::optional<Credentials>> load() override {
    VIRGA_TRY(refuse());
    return std::nullopt;
  }

  [[nodiscard]] Result<std::optional<Claim>> claim() const override {
    VIRGA_TRY(refuse());
    return std::nullopt;
  }

 private:
  [[nodiscard]] Status refuse() const {
    VIRGA_TRY_ASSIGN(const auto profile, context_.profile(profile_));
    if (!profile || profile->text("login_session") == nullptr) {
      return {};
    }
    return fail(ErrorCode::configuration,
                concat("The key login_session of the profile ",
                       profile_,
                       " asks for a way to get credentials that is not native yet. Export them "
                       "with \"aws configure export-credentials --format env\"."));
  }

  const ProviderContext& context_;
  std::string profile_;
};

}  // namespace

Provider login_provider(ProviderContext& context, std::string profile) {
  return std::make_unique<LoginProvider>(context, std::move(profile));
}

}  // namespace virga::auth
