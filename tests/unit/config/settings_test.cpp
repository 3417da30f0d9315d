// SPDX-License-Identifier: Apache-2.0
#include "config/settings.hpp"

#include <filesystem>

#include <gtest/gtest.h>

#include "base/files.hpp"
#include "base/strings.hpp"

namespace virga::config {
namespace {

/// A home folder with shared files, removed at the end.
class SettingsTest : public testing::Test {
 protected:
  SettingsTest() {
    std::string pattern = testing::TempDir() + "virga_settings_XXXXXX";
    home_ = mkdtemp(pattern.data());
    environment_.set("HOME", home_);
  }

  ~SettingsTest() override { std::filesystem::remove_all(home_); }

  void write(const std::string& name, std::string_view text) {
    ASSERT_TRUE(write_file_atomically(home_ + "/.aws/" + name, text, 0600));
  }

  std::string error_of(Setting setting, Compat compat = Compat::v2) {
    const auto value = Settings(environment_, compat).text(setting);
    return value ? "no error" : value.error().message;
  }

  std::string text_of(Setting setting, Compat compat = Compat::v2) {
    const auto value = Settings(environment_, compat).text(setting);
    return !value ? value.error().message : value->value_or("none");
  }

  std::string home_;
  MapEnvironment environment_;
};

TEST_F(SettingsTest, OptionsWinOverVariablesOverTheFileOverDefaults) {
  EXPECT_EQ(text_of(Setting::output), "json");
  write("config", "[default]\noutput = text\n");
  EXPECT_EQ(text_of(Setting::output), "text");
  environment_.set("AWS_DEFAULT_OUTPUT", "table");
  EXPECT_EQ(text_of(Setting::output), "table");
  Settings settings(environment_);
  settings.set_option(Setting::output, "yaml");
  EXPECT_EQ(settings.text(Setting::output)->value(), "yaml");
}

TEST_F(SettingsTest, VersionsDifferInVariablesAndDefaults) {
  environment_.set("AWS_REGION", "eu-west-1");
  environment_.set("AWS_DEFAULT_REGION", "us-west-2");
  EXPECT_EQ(text_of(Setting::region), "eu-west-1");
  EXPECT_EQ(text_of(Setting::region, Compat::v1), "us-west-2");
  EXPECT_EQ(text_of(Setting::retry_mode), "standard");
  EXPECT_EQ(text_of(Setting::retry_mode, Compat::v1), "legacy");
  EXPECT_EQ(text_of(Setting::cli_timestamp_format), "iso8601");
  EXPECT_EQ(text_of(Setting::cli_timestamp_format, Compat::v1), "wire");
  environment_.set("AWS_PROFILE", "one");
  environment_.set("AWS_DEFAULT_PROFILE", "two");
  EXPECT_EQ(Settings(environment_).profile_name(), "one");
  EXPECT_EQ(Settings(environment_, Compat::v1).profile_name(), "two");
}

TEST_F(SettingsTest, TheCredentialsFileWinsKeyByKey) {
  write("config", "[profile dev]\nregion = a\noutput = text\ns3 =\n  addressing_style = path\n");
  write("credentials", "[dev]\nregion = b\n[only]\nregion = c\n");
  environment_.set("AWS_PROFILE", "dev");
  EXPECT_EQ(text_of(Setting::region), "b");
  EXPECT_EQ(text_of(Setting::output), "text");
  EXPECT_EQ(text_of(Setting::s3_addressing_style), "path");
  environment_.set("AWS_PROFILE", "only");
  EXPECT_EQ(text_of(Setting::region), "c");
}

TEST_F(SettingsTest, AProfileThatIsNamedMustExist) {
  EXPECT_EQ(text_of(Setting::region), "none");
  environment_.set("AWS_PROFILE", "nope");
  EXPECT_EQ(error_of(Setting::region), "The config profile (nope) could not be found");
  environment_.set("AWS_PROFILE", "default");
  EXPECT_EQ(error_of(Setting::region), "The config profile (default) could not be found");
  environment_.set("AWS_PROFILE", "");
  EXPECT_EQ(error_of(Setting::region), "The config profile () could not be found");
}

TEST_F(SettingsTest, FilesAreNotTouchedWhenTheEnvironmentAnswers) {
  write("config", "not a config file");
  environment_.set("AWS_REGION", "eu-west-1");
  EXPECT_EQ(text_of(Setting::region), "eu-west-1");
  EXPECT_EQ(error_of(Setting::output),
            concat("Unable to parse config file: ", home_, "/.aws/config"));
}

TEST_F(SettingsTest, PathsOfTheFilesAreExpanded) {
  environment_.set("AWS_CONFIG_FILE", "~/a/${DIR}/$DIR-$NOPE");
  environment_.set("DIR", "d");
  const Settings settings(environment_);
  EXPECT_EQ(settings.path_of(Setting::config_file), home_ + "/a/d/d-$NOPE");
  EXPECT_EQ(settings.path_of(Setting::credentials_file), home_ + "/.aws/credentials");
}

TEST_F(SettingsTest, BooleansAreTrueOnlyForTrue) {
  const std::pair<const char*, bool> cases[] = {
      {"true", true}, {"TRUE", true}, {"1", false}, {"yes", false}, {"", false}};
  for (const auto& [text, expected] : cases) {
    environment_.set("AWS_USE_FIPS_ENDPOINT", text);
    EXPECT_EQ(Settings(environment_).boolean(Setting::use_fips_endpoint)->value(), expected)
        << text;
  }
  EXPECT_EQ(Settings(environment_).boolean(Setting::use_dualstack_endpoint)->has_value(), false);
  EXPECT_TRUE(Settings(environment_).flag(Setting::parameter_validation).value());
}

TEST_F(SettingsTest, IntegersAreReadAsPythonReadsThem) {
  environment_.set("AWS_MAX_ATTEMPTS", " +1_0 ");
  EXPECT_EQ(Settings(environment_).integer(Setting::max_attempts)->value(), 10);
  for (const char* bad : {"x", "", "1__0", "_1", "1_", "1.5", "+-1"}) {
    environment_.set("AWS_MAX_ATTEMPTS", bad);
    EXPECT_EQ(error_of(Setting::max_attempts),
              concat("invalid literal for int() with base 10: '", bad, "'"));
  }
}

struct BadValue {
  const char* variable;
  Setting setting;
  const char* value;
  const char* message;
};

// The words of botocore 1.43: exceptions.py, args.py.
constexpr BadValue k_bad_values[] = {
    {"AWS_RETRY_MODE",
     Setting::retry_mode,
     "fast",
     "Invalid value provided to \"mode\": \"fast\" must be one of: "
     "('legacy', 'standard', 'adaptive')"},
    {"AWS_MAX_ATTEMPTS",
     Setting::max_attempts,
     "0",
     "Value provided to \"max_attempts\": 0 must be an integer greater than or equal to one."},
    {"AWS_REQUEST_CHECKSUM_CALCULATION",
     Setting::request_checksum_calculation,
     "Never",
     "Unsupported configuration value for request_checksum_calculation. Expected one of "
     "('when_supported', 'when_required') but got never."},
    {"AWS_ACCOUNT_ID_ENDPOINT_MODE",
     Setting::account_id_endpoint_mode,
     "x",
     "The configured value 'x' for 'account_id_endpoint_mode' is invalid. Valid values are: "
     "('preferred', 'disabled', 'required')."},
    {"AWS_REQUEST_MIN_COMPRESSION_SIZE_BYTES",
     Setting::request_min_compression_size_bytes,
     "0",
     "Invalid value \"0\" for request_min_compression_size_bytes. Value must be between 1 and "
     "1048576."},
    {"AWS_REQUEST_MIN_COMPRESSION_SIZE_BYTES",
     Setting::request_min_compression_size_bytes,
     "a",
     "Invalid value \"a\" for request_min_compression_size_bytes. Value must be an integer. "
     "Received <class 'str'> instead."},
    {"AWS_STS_REGIONAL_ENDPOINTS",
     Setting::sts_regional_endpoints,
     "x",
     "STS regional endpoints option x is invalid. Valid options are: \"legacy\", \"regional\""},
    {"AWS_DEFAULTS_MODE",
     Setting::defaults_mode,
     "x",
     "Client configured with invalid defaults mode: x. Valid defaults modes include: legacy, "
     "auto, standard, in-region, cross-region, mobile."},
    {"AWS_S3_DISABLE_EXPRESS_SESSION_AUTH",
     Setting::s3_disable_express_session_auth,
     "x",
     "Invalid value \"x\" for s3_disable_express_session_auth. Value must be a boolean"},
    {"AWS_S3_US_EAST_1_REGIONAL_ENDPOINT",
     Setting::s3_us_east_1_regional_endpoint,
     "x",
     "S3 us-east-1 regional endpoint option x is invalid. Valid options are: \"legacy\", "
     "\"regional\""},
};

TEST_F(SettingsTest, BadValuesAreRefusedInTheWordsOfTheAwsCli) {
  for (const auto& bad : k_bad_values) {
    environment_ = MapEnvironment();
    environment_.set(bad.variable, bad.value);
    EXPECT_EQ(error_of(bad.setting), bad.message);
  }
}

TEST_F(SettingsTest, BadValuesInTheFileAreRefusedToo) {
  write("config", "[default]\ncli_timestamp_format = x\ns3 =\n  addressing_style = y\n");
  EXPECT_EQ(error_of(Setting::cli_timestamp_format),
            "Unknown cli_timestamp_format value: x, valid values are \"wire\" or \"iso8601\"");
  EXPECT_EQ(error_of(Setting::cli_timestamp_format, Compat::v1),
            "Unknown cli_timestamp_format value: x, valid values are \"none\", \"wire\" or "
            "\"iso8601\"");
  EXPECT_EQ(error_of(Setting::s3_addressing_style),
            "S3 addressing style y is invalid. Valid options are: 'auto', 'virtual', and 'path'");
}

TEST_F(SettingsTest, EndpointUrlsAreLookedUpInOrder) {
  const auto url = [this](std::string_view service) {
    const auto value = Settings(environment_).endpoint_url(service);
    return !value ? value.error().message : value->value_or("none");
  };
  EXPECT_EQ(url("EC2"), "none");
  write("config",
        "[default]\nservices = local\nendpoint_url = http://p\n[services local]\n"
        "elastic_load_balancing_v2 =\n  endpoint_url = http://s\nec2 = text\n");
  EXPECT_EQ(url("EC2"), "http://p");
  EXPECT_EQ(url("Elastic Load Balancing v2"), "http://s");
  environment_.set("AWS_ENDPOINT_URL", "http://e");
  EXPECT_EQ(url("Elastic Load Balancing v2"), "http://e");
  environment_.set("AWS_ENDPOINT_URL_ELASTIC_LOAD_BALANCING_V2", "http://es");
  EXPECT_EQ(url("Elastic Load Balancing v2"), "http://es");
  EXPECT_EQ(url("EC2"), "http://e");
  environment_.set("AWS_IGNORE_CONFIGURED_ENDPOINT_URLS", "true");
  EXPECT_EQ(url("EC2"), "none");
  Settings settings(environment_);
  settings.set_option(Setting::endpoint_url, "http://o");
  EXPECT_EQ(settings.endpoint_url("EC2")->value(), "http://o");
}

TEST_F(SettingsTest, AServicesSectionThatIsNamedMustExist) {
  write("config", "[default]\nservices = gone\n");
  const auto value = Settings(environment_).endpoint_url("EC2");
  ASSERT_FALSE(value);
  EXPECT_EQ(value.error().message,
            "The profile is configured to use the services section but the \"gone\" services "
            "configuration does not exist.");
}

TEST_F(SettingsTest, ProfileNamesComeFromBothFiles) {
  write("config",
        "[default]\n[profile \"a b\"]\nx=1\n[profile a b]\n[profile 'q]\n[profile]\n[profilex y]\n"
        "[sso-session s]\nsso_region=r\n[plugins]\np=1\n[ profile z ]\n");
  write("credentials", "[a b]\n[profile c]\n");
  const Settings settings(environment_);
  const Profiles* profiles = settings.profiles().value();
  EXPECT_EQ(profiles->names(), (std::vector<std::string>{"default", "a b", "y", "profile c"}));
  EXPECT_EQ(*profiles->sso_session("s")->text("sso_region"), "r");
  EXPECT_EQ(*profiles->section("plugins")->text("p"), "1");
  EXPECT_NE(profiles->section(" profile z "), nullptr);
  EXPECT_EQ(profiles->services("s"), nullptr);
}

TEST_F(SettingsTest, AFolderInPlaceOfAFileIsNoFile) {
  environment_.set("AWS_CONFIG_FILE", home_);
  environment_.set("AWS_SHARED_CREDENTIALS_FILE", "/dev/null");
  EXPECT_EQ(text_of(Setting::region), "none");
}

TEST(SettingsTable, EveryRowSaysWhatItIs) {
  for (std::size_t i = 0; i < setting_count(); ++i) {
    const auto& row = setting_row(static_cast<Setting>(i));
    EXPECT_FALSE(row.name.empty());
    EXPECT_FALSE(row.doc.empty()) << row.name;
    EXPECT_TRUE(row.environment != nullptr || row.key != nullptr) << row.name;
  }
}

}  // namespace
}  // namespace virga::config
