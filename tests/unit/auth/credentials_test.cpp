// SPDX-License-Identifier: Apache-2.0
#include "auth/credentials.hpp"

#include <filesystem>

#include <gtest/gtest.h>

#include "base/files.hpp"
#include "support/fake_clock.hpp"

namespace virga::auth {
namespace {

using config::Setting;
using config::Settings;

/// Shared files in a home folder of their own, removed at the end.
class CredentialsTest : public testing::Test {
 protected:
  CredentialsTest() {
    std::string pattern = testing::TempDir() + "virga_credentials_XXXXXX";
    home_ = mkdtemp(pattern.data());
    environment_.set("HOME", home_);
    environment_.set("AWS_EC2_METADATA_DISABLED", "true");
    environment_.set("BOTO_CONFIG", home_ + "/boto");
  }

  ~CredentialsTest() override { std::filesystem::remove_all(home_); }

  void write(const std::string& name, std::string_view text) {
    ASSERT_TRUE(write_file_atomically(home_ + "/.aws/" + name, text, 0600));
  }

  /// "provider id secret token account", "none", or the error.
  std::string found(std::optional<std::string> profile_option = std::nullopt) {
    Settings settings(environment_);
    if (profile_option) {
      settings.set_option(Setting::profile, *profile_option);
    }
    const auto loaded = default_chain({settings, clock_, random_}).load();
    if (!loaded) {
      return loaded.error().message;
    }
    if (!*loaded) {
      return "none";
    }
    const Credentials& keys = **loaded;
    return keys.provider + ' ' + keys.access_key_id + ' ' + keys.secret_access_key.reveal() + ' ' +
           keys.session_token.reveal() + ' ' + keys.account_id.value_or("-");
  }

  std::string home_;
  config::MapEnvironment environment_;
  test::FakeClock clock_;
  test::FakeRandom random_{0.5};
};

TEST_F(CredentialsTest, ThereMayBeNone) {
  EXPECT_EQ(found(), "none");
  EXPECT_EQ(no_credentials_error().message,
            "Unable to locate credentials. You can configure credentials by running \"aws "
            "configure\".");
  EXPECT_EQ(no_credentials_error().code, ErrorCode::configuration);
}

TEST_F(CredentialsTest, TheEnvironmentComesFirst) {
  write("credentials", "[default]\naws_access_key_id = F\naws_secret_access_key = S\n");
  environment_.set("AWS_ACCESS_KEY_ID", "E");
  environment_.set("AWS_SECRET_ACCESS_KEY", "X");
  EXPECT_EQ(found(), "env E X  -");
  environment_.set("AWS_SESSION_TOKEN", "T");
  environment_.set("AWS_ACCOUNT_ID", "123456789012");
  EXPECT_EQ(found(), "env E X T 123456789012");
  environment_.set("AWS_SECURITY_TOKEN", "O");
  EXPECT_EQ(found(), "env E X O 123456789012");
}

TEST_F(CredentialsTest, AProfileOptionHidesTheEnvironmentAndAVariableDoesNot) {
  write("credentials", "[dev]\naws_access_key_id = F\naws_secret_access_key = S\n");
  environment_.set("AWS_ACCESS_KEY_ID", "E");
  environment_.set("AWS_SECRET_ACCESS_KEY", "X");
  EXPECT_EQ(found("dev"), "shared-credentials-file F S  -");
  environment_.set("AWS_PROFILE", "dev");
  EXPECT_EQ(found(), "env E X  -");
}

TEST_F(CredentialsTest, TheCredentialsFileComesBeforeTheConfigFile) {
  write("config",
        "[profile dev]\naws_access_key_id = C\naws_secret_access_key = D\n"
        "aws_session_token = T\naws_account_id = 1\n");
  EXPECT_EQ(found("dev"), "config-file C D T 1");
  write("credentials", "[dev]\naws_access_key_id = F\naws_secret_access_key = S\n");
  EXPECT_EQ(found("dev"), "shared-credentials-file F S  -");
  EXPECT_EQ(found("other"), "none");
}

TEST_F(CredentialsTest, HalfAKeyPairIsAnError) {
  environment_.set("AWS_ACCESS_KEY_ID", "E");
  EXPECT_EQ(found(), "Partial credentials found in env, missing: AWS_SECRET_ACCESS_KEY");
  write("credentials", "[dev]\naws_access_key_id = F\n");
  EXPECT_EQ(found("dev"),
            "Partial credentials found in shared-credentials-file, missing: aws_secret_access_key");
  write("config", "[profile dev]\naws_access_key_id = F\n");
  write("credentials", "[dev]\naws_secret_access_key = F\n");
  EXPECT_EQ(found("dev"),
            "Partial credentials found in config-file, missing: aws_secret_access_key");
}

TEST_F(CredentialsTest, ExpiryInTheEnvironmentIsKept) {
  environment_.set("AWS_ACCESS_KEY_ID", "E");
  environment_.set("AWS_SECRET_ACCESS_KEY", "X");
  environment_.set("AWS_CREDENTIAL_EXPIRATION", "2015-08-30T12:36:00Z");
  const Settings settings(environment_);
  const auto chain = default_chain({settings, clock_, random_});
  const auto loaded = chain.load();
  ASSERT_FALSE(loaded);
  EXPECT_EQ(loaded.error().message,
            "Credentials were refreshed, but the refreshed credentials are still expired.");
  environment_.set("AWS_CREDENTIAL_EXPIRATION", "2035-08-30T12:36:00Z");
  const auto later = default_chain({settings, clock_, random_}).load();
  ASSERT_TRUE(later && *later && (*later)->expiry);
  EXPECT_EQ(*(*later)->expiry, TimePoint(std::chrono::seconds(2072090160)));
  environment_.set("AWS_CREDENTIAL_EXPIRATION", "soon");
  EXPECT_FALSE(default_chain({settings, clock_, random_}).load());
}

TEST_F(CredentialsTest, AnUnreadableFileIsReported) {
  write("credentials", "not a credentials file");
  EXPECT_EQ(found(), "Unable to parse config file: " + home_ + "/.aws/credentials");
}

TEST_F(CredentialsTest, TheChainShowsItsOrder) {
  Settings settings(environment_);
  EXPECT_EQ(default_chain({settings, clock_, random_}).names(),
            (std::vector<std::string_view>{"env",
                                           "assume-role",
                                           "assume-role-with-web-identity",
                                           "sso",
                                           "shared-credentials-file",
                                           "login",
                                           "custom-process",
                                           "config-file",
                                           "ec2-credentials-file",
                                           "boto-config",
                                           "container-role",
                                           "iam-role"}));
  settings.set_option(Setting::profile, "x");
  EXPECT_EQ(default_chain({settings, clock_, random_}).names().front(), "assume-role");
}

TEST_F(CredentialsTest, BearerTokensAreFoundBySigningName) {
  EXPECT_FALSE(bearer_token_from_environment(environment_, "bedrock"));
  environment_.set("AWS_BEARER_TOKEN_BEDROCK", "abc");
  environment_.set("AWS_BEARER_TOKEN_S3_OBJECT_LAMBDA", "def");
  environment_.set("AWS_BEARER_TOKEN_", "never");
  EXPECT_EQ(bearer_token_from_environment(environment_, "bedrock")->reveal(), "abc");
  EXPECT_EQ(bearer_token_from_environment(environment_, "s3-object-lambda")->reveal(), "def");
  EXPECT_FALSE(bearer_token_from_environment(environment_, ""));
  EXPECT_FALSE(bearer_token_from_environment(environment_, " "));
}

}  // namespace
}  // namespace virga::auth
