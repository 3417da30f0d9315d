// SPDX-License-Identifier: Apache-2.0
#include "cli/error_format.hpp"

#include <string>

#include <gtest/gtest.h>

#include "cli/usage.hpp"
#include "value/binary.hpp"
#include "value/json_read.hpp"
#include "value/json_write.hpp"

namespace virga::cli {
namespace {

class TextWriter final : public output::Writer {
 public:
  Status write(std::string_view bytes) override {
    text += bytes;
    return {};
  }

  std::string text;
};

std::string shown(const Error& error, std::string format, const Map& place = {}) {
  TextWriter out;
  ErrorStyle style;
  style.format = std::move(format);
  EXPECT_TRUE(print_error(error, style, out, place));
  return out.text;
}

Error plain(ErrorCode code, std::string message) { return fail(code, std::move(message)).value(); }

Error of_service(std::string_view members = "{}") {
  Error error = plain(ErrorCode::service, "An error occurred (Gone) when calling the Op: m");
  error.service = ServiceErrorDetail{"Gone", "m", 404, "id"};
  EXPECT_TRUE(append_binary(error.service->members, read_json(members).value()));
  return error;
}

TEST(ErrorFormat, LegacyIsTheMessageAlone) {
  EXPECT_EQ(shown(of_service(R"({"Kind": "k"})"), "legacy"),
            "\nAn error occurred (Gone) when calling the Op: m\n");
}

TEST(ErrorFormat, EnhancedAddsWhatTheModelKnows) {
  EXPECT_EQ(shown(of_service(), "enhanced"),
            "\naws: [ERROR]: An error occurred (Gone) when calling the Op: m\n");
  EXPECT_EQ(shown(of_service(R"({"message": "m", "Code": "Gone"})"), "enhanced"),
            "\naws: [ERROR]: An error occurred (Gone) when calling the Op: m\n");
  EXPECT_EQ(
      shown(of_service(R"({"message": "m", "Kind": "k", "Count": 3, "Share": 0.5, "Again": true,
                           "None": null, "Names": ["a", "b"], "Sizes": {"x": 1, "y": "z"}})"),
            "enhanced"),
      "\naws: [ERROR]: An error occurred (Gone) when calling the Op: m\n"
      "\nAdditional error details:\n"
      "Kind: k\nCount: 3\nShare: 0.5\nAgain: True\nNone: None\nNames: [a, b]\n"
      "Sizes: {x: 1, y: z}\n");
}

TEST(ErrorFormat, EnhancedPointsToJsonForWhatIsLong) {
  const std::string head = shown(of_service(), "enhanced") + "\nAdditional error details:\n";
  const std::string hint =
      "<complex value>, --cli-error-format json recommended for full details\n";
  EXPECT_EQ(shown(of_service(R"({"A": [1, 2, 3, 4, 5, 6]})"), "enhanced"), head + "A: " + hint);
  EXPECT_EQ(shown(of_service(R"({"A": [{"B": 1}]})"), "enhanced"), head + "A: " + hint);
  EXPECT_EQ(shown(of_service(R"({"A": {"B": {"C": 1}}})"), "enhanced"), head + "A: " + hint);
  EXPECT_EQ(shown(of_service(R"({"A": [1, 2, 3, 4, 5]})"), "enhanced"),
            head + "A: [1, 2, 3, 4, 5]\n");
}

TEST(ErrorFormat, RecordsGoThroughTheFormatters) {
  const auto error = of_service(R"({"Message": "m", "Kind": "k", "Names": ["a"]})");
  EXPECT_EQ(shown(error, "json"),
            "{\n    \"Code\": \"Gone\",\n    \"Message\": \"m\",\n    \"Kind\": \"k\",\n"
            "    \"Names\": [\n        \"a\"\n    ]\n}\n");
  EXPECT_EQ(shown(error, "yaml"), "Code: Gone\nKind: k\nMessage: m\nNames:\n- a\n");
  EXPECT_EQ(shown(error, "text"), "Gone\tk\tm\nNAMES\ta\n");
  const auto table = shown(error, "table");
  EXPECT_NE(table.find(" error "), std::string::npos) << table;
  EXPECT_NE(table.find("|  Gone|  k     |  m        |"), std::string::npos) << table;
}

TEST(ErrorFormat, ClientErrorsHaveTheNamesOfTheAwsCli) {
  const auto name = [](ErrorCode kind, std::string message) {
    const auto record = error_record(plain(kind, std::move(message)));
    return *record.find("Code")->as_string();
  };
  EXPECT_EQ(name(ErrorCode::configuration, "You must specify a region. You can also"), "NoRegion");
  EXPECT_EQ(name(ErrorCode::configuration, "Unable to locate credentials. You"), "NoCredentials");
  EXPECT_EQ(name(ErrorCode::validation, "Parameter validation failed:\nx"), "ParamValidation");
  EXPECT_EQ(name(ErrorCode::usage, "Bad"), "ParamValidation");
  EXPECT_EQ(name(ErrorCode::configuration, "Bad"), "Configuration");
  EXPECT_EQ(name(ErrorCode::general, "The config profile (x) could not be found"),
            "ProfileNotFound");
  EXPECT_EQ(name(ErrorCode::general, "Odd"), "General");
  Error network = plain(ErrorCode::network, "Could not connect");
  network.network = NetworkFailure::connect;
  EXPECT_EQ(*error_record(network).find("Code")->as_string(), "EndpointConnection");
  EXPECT_EQ(shown(plain(ErrorCode::configuration, "You must specify a region."), "enhanced"),
            "\naws: [ERROR]: An error occurred (NoRegion): You must specify a region.\n");
}

TEST(ErrorFormat, ARecordOfAUsageHasTheReasonAlone) {
  for (const auto compat : {Compat::v1, Compat::v2}) {
    const auto error = usage_error(compat, "argument --x: expected one argument");
    EXPECT_EQ(to_json(Value(error_record(error))),
              R"({"Code": "ParamValidation", "Message": "argument --x: expected one argument"})");
    EXPECT_EQ(shown(error, "enhanced"), shown(error, "legacy"));
    EXPECT_EQ(*error_record(unknown_options(compat, "--nope")).find("Message")->as_string(),
              "Unknown options: --nope");
  }
}

TEST(ErrorFormat, APlaceStandsInFrontAndAnInterruptIsNoRecord) {
  Map place;
  place.append("Region", "eu-west-1");
  EXPECT_EQ(
      shown(of_service(), "json", place),
      "{\n    \"Region\": \"eu-west-1\",\n    \"Code\": \"Gone\",\n    \"Message\": \"m\"\n}\n");
  EXPECT_EQ(shown(plain(ErrorCode::interrupted, "Interrupted."), "json"), "\nInterrupted.\n");
}

TEST(ErrorFormat, DamagedMembersAreLeftOut) {
  Error error = of_service();
  error.service->members = "\xff\x01";
  EXPECT_EQ(to_json(Value(error_record(error))), R"({"Code": "Gone", "Message": "m"})");
}

}  // namespace
}  // namespace virga::cli
